import { directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { listOrgUnits } from './contract.ts';

export const handler = serve(listOrgUnits, ({ call, page }) => directory.listOrgUnits(call.tenantId, page));
