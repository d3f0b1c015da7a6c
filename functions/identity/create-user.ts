import { clock, environment, newId } from '../../adapters/runtime/composition.ts';
import { commit } from '../../adapters/runtime/resources/identity.ts';
import { passwords } from '../../adapters/runtime/security.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateUser } from '../../core/identity/users.ts';
import { createUser } from './contract.ts';

const run = makeCreateUser({ commit, passwords, passwordMin: environment.PASSWORD_MIN_LENGTH, clock, newId });

export const handler = serve(createUser, ({ call, body }) => run(call, body));
