import { clock, newId } from '../../adapters/runtime/composition.ts';
import { commit } from '../../adapters/runtime/resources/identity.ts';
import { bootstrapKey } from '../../adapters/runtime/security.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateTenant } from '../../core/identity/tenants.ts';
import { createTenant } from './contract.ts';

const run = makeCreateTenant({ commit, clock, newId });

export const handler = serve(createTenant, ({ call, body }) => run(call, body), { bootstrapKey });
