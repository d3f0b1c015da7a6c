import { directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { listRoles } from './contract.ts';

export const handler = serve(listRoles, ({ call, page }) => directory.listRoles(call.tenantId, page));
