import { clock } from '../../adapters/runtime/composition.ts';
import { plans } from '../../adapters/runtime/resources/plans.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetPlan } from '../../core/plans/read.ts';
import { getPlan } from './contract.ts';

const run = makeGetPlan({ plans, clock });

export const handler = serve(getPlan, ({ call, params }) => run(call.tenantId, params.plan_id));
