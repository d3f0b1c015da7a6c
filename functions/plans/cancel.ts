import { clock, retry } from '../../adapters/runtime/composition.ts';
import { commit, plans } from '../../adapters/runtime/resources/plans.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCancelPlan } from '../../core/plans/cancel.ts';
import { cancelPlan } from './contract.ts';

const run = makeCancelPlan({ plans, commit, retry, clock });

export const handler = serve(cancelPlan, ({ call, params }) => run(call, params.plan_id));
