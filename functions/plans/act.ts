import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { assets } from '../../adapters/runtime/resources/assets.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit, guard, plans } from '../../adapters/runtime/resources/plans.ts';
import { strategies } from '../../adapters/runtime/resources/strategies.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve, serveVerbs } from '../../adapters/runtime/serve.ts';
import { makeCancelPlan } from '../../core/plans/cancel.ts';
import { makeCommitPlan } from '../../core/plans/commit.ts';
import { makeRevertPlan } from '../../core/plans/revert.ts';
import { cancelPlan, commitPlan, revertPlan } from './contract.ts';

const ports = { tasks, calendars, assets, strategies, plans, commit, guard, retry, clock, newId };
const cancel = makeCancelPlan(ports);
const commitAll = makeCommitPlan(ports);
const revert = makeRevertPlan(ports);

export const handler = serveVerbs(
  [cancelPlan, serve(cancelPlan, ({ call, params }) => cancel(call, params.plan_id))],
  [commitPlan, serve(commitPlan, ({ call, params, body }) => commitAll(call, params.plan_id, body))],
  [revertPlan, serve(revertPlan, ({ call, params }) => revert(call, params.plan_id))],
);
