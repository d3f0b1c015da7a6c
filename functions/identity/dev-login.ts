import { directory } from '../../adapters/runtime/resources/identity.ts';
import { attempt } from '../../adapters/runtime/resources/sign-ins.ts';
import { passwords, tokens } from '../../adapters/runtime/security.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeLogin } from '../../core/identity/login.ts';
import { devLogin } from './contract.ts';

const login = makeLogin({ directory, passwords, tokens, attempt });

export const handler = serve(devLogin, ({ call, address, body }) => login(call, address, body));
