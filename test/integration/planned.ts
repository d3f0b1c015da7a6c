import { setTimeout as sleep } from 'node:timers/promises';
import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { assets } from '../../adapters/runtime/resources/assets.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit, plans } from '../../adapters/runtime/resources/plans.ts';
import { strategies } from '../../adapters/runtime/resources/strategies.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { makeSolvePlan } from '../../core/plans/solve.ts';
import { planSnapshot, type Planner } from '../../core/plans/solved.ts';
import type { Answer, Call } from './harness.ts';

const PLANS = '/api/task-center/plans';

/** The planner without a thread and without the exact solver: for tests that are not about how good a plan is. */
const planHere: Planner = (snapshot, effort, { signal }) => {
  const { plan, answer } = planSnapshot(snapshot, { effort, isCancelled: () => signal.aborted });
  const { totals, bound, gap, baseline, is_canceled, solver } = plan;
  const outcome = { totals, bound, gap, baseline, is_canceled, solver: { ...solver, elapsed_ms: 0 } };
  return Promise.resolve({ outcome, answer });
};

export const portsOfPlanning = {
  ...{ tasks, calendars, assets, strategies, plans, commit, planner: planHere, retry, clock, newId },
  sleep: (milliseconds: number) => sleep(milliseconds),
  onFault: (_planId: string, error: unknown) => {
    throw error;
  },
};
export const solveHere = makeSolvePlan(portsOfPlanning);

/** A plan that is made, as it is read. */
export const madePlan = async (tenantId: string, call: Call, draft: object): Promise<Answer['body']> => {
  const asked = await call('POST', PLANS, { effort: 'quick', ...draft });
  if (asked.status !== 202) throw new Error(JSON.stringify(asked.body));
  const path = `${PLANS}/${asked.body.id}`;
  await solveHere(tenantId, asked.body.id as string, new AbortController().signal);
  const { body } = await call('GET', path);
  if (body.state !== 'READY') throw new Error(JSON.stringify(body));
  return body;
};
