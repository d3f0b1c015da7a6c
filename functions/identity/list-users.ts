import { directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { listUsers } from './contract.ts';

export const handler = serve(listUsers, ({ call, page }) => directory.listUsers(call.tenantId, page));
