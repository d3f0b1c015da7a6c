import { plans } from '../../adapters/runtime/resources/plans.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { listPlans } from './contract.ts';

export const handler = serve(listPlans, ({ call, query, page }) => plans.list(call.tenantId, query, page));
