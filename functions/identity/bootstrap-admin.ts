import { clock, environment, newId } from '../../adapters/runtime/composition.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { bootstrapKey, passwords } from '../../adapters/runtime/security.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeBootstrapAdmin } from '../../core/identity/tenants.ts';
import { bootstrapAdmin } from './contract.ts';

const run = makeBootstrapAdmin({
  directory,
  commit,
  passwords,
  passwordMin: environment.PASSWORD_MIN_LENGTH,
  clock,
  newId,
});

export const handler = serve(bootstrapAdmin, ({ call, body }) => run(call, body), { bootstrapKey });
