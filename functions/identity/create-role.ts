import { clock, ledger, newId } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateRole } from '../../core/identity/roles.ts';
import { createRole } from './contract.ts';

const run = makeCreateRole({ ledger, clock, newId });

export const handler = serve(createRole, ({ call, body }) => run(call, body));
