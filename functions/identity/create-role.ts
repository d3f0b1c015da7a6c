import { clock, newId } from '../../adapters/runtime/composition.ts';
import { commit } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateRole } from '../../core/identity/roles.ts';
import { createRole } from './contract.ts';

const run = makeCreateRole({ commit, clock, newId });

export const handler = serve(createRole, ({ call, body }) => run(call, body));
