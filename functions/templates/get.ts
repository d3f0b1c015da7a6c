import { templates } from '../../adapters/runtime/resources/templates.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { getTemplate } from './contract.ts';

export const handler = serve(getTemplate, ({ call, params }) => templates.get(call.tenantId, params.template_id));
