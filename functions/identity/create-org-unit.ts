import { clock, newId } from '../../adapters/runtime/composition.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateOrgUnit } from '../../core/identity/org-units.ts';
import { createOrgUnit } from './contract.ts';

const run = makeCreateOrgUnit({ directory, commit, clock, newId });

export const handler = serve(createOrgUnit, ({ call, body }) => run(call, body));
