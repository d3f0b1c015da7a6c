import { retry } from '../../adapters/runtime/composition.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeChangeOrgUnit } from '../../core/identity/org-units.ts';
import { changeOrgUnit } from './contract.ts';

const run = makeChangeOrgUnit({ directory, commit, retry });

export const handler = serve(changeOrgUnit, ({ call, params, body }) => run(call, params.org_unit_id, body));
