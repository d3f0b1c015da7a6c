import { directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetOrgUnit } from '../../core/identity/org-units.ts';
import { getOrgUnit } from './contract.ts';

const run = makeGetOrgUnit({ directory });

export const handler = serve(getOrgUnit, ({ call, params }) => run(call.tenantId, params.org_unit_id));
