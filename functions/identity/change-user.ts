import { calendars, directory, environment, ledger, retry } from '../../adapters/runtime/composition.ts';
import { passwords } from '../../adapters/runtime/security.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeChangeUser } from '../../core/identity/users.ts';
import { changeUser } from './contract.ts';

const run = makeChangeUser({
  directory,
  calendars,
  ledger,
  passwords,
  passwordMin: environment.PASSWORD_MIN_LENGTH,
  retry,
});

export const handler = serve(changeUser, ({ call, params, body }) => run(call, params.user_id, body));
