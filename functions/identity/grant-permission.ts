import { retry } from '../../adapters/runtime/composition.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGrantPermission } from '../../core/identity/roles.ts';
import { grantPermission } from './contract.ts';

const run = makeGrantPermission({ directory, commit, retry });

export const handler = serve(grantPermission, ({ call, params }) => run(call, params.role_id, params.permission_id));
