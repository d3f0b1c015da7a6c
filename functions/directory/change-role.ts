import { retry } from '../../adapters/runtime/composition.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeChangeRole } from '../../core/identity/roles.ts';
import { changeRole } from './contract.ts';

const run = makeChangeRole({ directory, commit, retry });

export const handler = serve(changeRole, ({ call, params, body }) => run(call, params.role_id, body));
