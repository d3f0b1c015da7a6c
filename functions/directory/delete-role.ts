import { clock, retry } from '../../adapters/runtime/composition.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeDeleteRole } from '../../core/identity/roles.ts';
import { deleteRole } from './contract.ts';

const run = makeDeleteRole({ directory, commit, retry, clock });

export const handler = serve(deleteRole, ({ call, params }) => run(call, params.role_id));
