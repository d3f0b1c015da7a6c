import { clock, environment, retry } from '../../adapters/runtime/composition.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { passwords } from '../../adapters/runtime/security.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeChangeUser } from '../../core/identity/users.ts';
import { changeUser } from './contract.ts';

const run = makeChangeUser({
  directory,
  calendars,
  commit,
  passwords,
  passwordMin: environment.PASSWORD_MIN_LENGTH,
  retry,
  clock,
});

export const handler = serve(changeUser, ({ call, params, body }) => run(call, params.user_id, body));
