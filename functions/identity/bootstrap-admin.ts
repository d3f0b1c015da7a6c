import { clock, directory, ledger, newId } from '../../adapters/runtime/composition.ts';
import { bootstrapKey, passwords } from '../../adapters/runtime/security.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeBootstrapAdmin } from '../../core/identity/tenants.ts';
import { bootstrapAdmin } from './contract.ts';

const run = makeBootstrapAdmin({ directory, ledger, passwords, clock, newId });

export const handler = serve(bootstrapAdmin, ({ call, body }) => run(call, body), { bootstrapKey });
