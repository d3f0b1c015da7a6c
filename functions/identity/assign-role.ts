import { retry } from '../../adapters/runtime/composition.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeAssignRole } from '../../core/identity/user-roles.ts';
import { assignRole } from './contract.ts';

const run = makeAssignRole({ directory, commit, retry });

export const handler = serve(assignRole, ({ call, params }) => run(call, params.user_id, params.role_id));
