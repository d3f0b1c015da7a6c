import { environment, retry } from '../../adapters/runtime/composition.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { attempt } from '../../adapters/runtime/resources/sign-ins.ts';
import { passwords } from '../../adapters/runtime/security.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeChangeOwnPassword } from '../../core/identity/own-password.ts';
import { changeOwnPassword } from './contract.ts';

const run = makeChangeOwnPassword({
  directory,
  commit,
  passwords,
  passwordMin: environment.PASSWORD_MIN_LENGTH,
  retry,
  attempt,
});

export const handler = serve(changeOwnPassword, ({ call, address, body }) => run(call, address, body));
