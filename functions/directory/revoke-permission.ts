import { retry } from '../../adapters/runtime/composition.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeRevokePermission } from '../../core/identity/roles.ts';
import { revokePermission } from './contract.ts';

const run = makeRevokePermission({ directory, commit, retry });

export const handler = serve(revokePermission, ({ call, params }) => run(call, params.role_id, params.permission_id));
