import { templates } from '../../adapters/runtime/resources/templates.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { listRevisions } from './contract.ts';

export const handler = serve(listRevisions, ({ call, params, page }) =>
  templates.revisions(call.tenantId, params.template_id, page),
);
