import { templates } from '../../adapters/runtime/resources/templates.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { listTemplates } from './contract.ts';

export const handler = serve(listTemplates, ({ call, query, page }) => templates.list(call.tenantId, query, page));
