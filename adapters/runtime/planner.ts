import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { idSchema } from '../../core/fields.ts';
import { makeSolvePlan } from '../../core/plans/solve.ts';
import { planInThread } from '../highs/planner.ts';
import { clock, environment, newId, retry } from './composition.ts';
import { makeLog } from './logger.ts';
import { assets } from './resources/assets.ts';
import { calendars } from './resources/calendars.ts';
import { commit, plans } from './resources/plans.ts';
import { strategies } from './resources/strategies.ts';
import { tasks } from './resources/tasks.ts';

const log = makeLog(environment);

/** Makes a plan that was asked for. */
export const solvePlan = makeSolvePlan({
  tasks,
  calendars,
  assets,
  strategies,
  plans,
  commit,
  planner: planInThread,
  retry,
  clock,
  newId,
  sleep: (milliseconds) => sleep(milliseconds),
  onFault: (plan_id, error) => log.error('a plan could not be made', { plan_id, error }),
});

/** The event as the bus hands it on. */
const messageSchema = z.object({
  detail: z.object({ tenant_id: idSchema, data: z.object({ plan_id: idSchema }) }),
});

/** What is left of the time of the function when the best plan so far has to be kept. */
const LAST_MS = 60_000;

/** Takes requests from the queue: one at a time, by the setting of the queue. */
export const solvePlans = async ({ Records: records }: SQSEvent, context: Context): Promise<void> => {
  for (const { body } of records) {
    const { detail } = messageSchema.parse(JSON.parse(body));
    const { plan_id } = detail.data;
    const began = performance.now();
    const left = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - LAST_MS));
    await solvePlan(detail.tenant_id, plan_id, left);
    log.info('a plan is made', { plan_id, tenant_id: detail.tenant_id, duration_ms: performance.now() - began });
  }
};
