import { retry } from '../../adapters/runtime/composition.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeUnassignRole } from '../../core/identity/user-roles.ts';
import { unassignRole } from './contract.ts';

const run = makeUnassignRole({ directory, commit, retry });

export const handler = serve(unassignRole, ({ call, params }) => run(call, params.user_id, params.role_id));
