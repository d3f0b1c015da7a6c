import { directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListRoles } from '../../core/identity/user-roles.ts';
import { listUserRoles } from './contract.ts';

const run = makeListRoles({ directory });

export const handler = serve(listUserRoles, ({ call, params }) => run(call.tenantId, params.user_id));
