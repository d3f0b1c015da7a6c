import { setTimeout as delay } from 'node:timers/promises';
import { commitPlan, createPlan, getPlan, revertPlan } from '../../functions/plans/contract.ts';
import { createTask, getTask } from '../../functions/tasks/contract.ts';
import { expectEqual, expectFields, mismatch } from './expectation.ts';
import type { MainJob } from './main-job.ts';
import { windowText, type Stage } from './stage.ts';

/** A small day takes a second; a stage that nobody has used for a while starts its planner first. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 1_000;

/**
 * A day at once: three tasks for one person, of which the most urgent is in the way of two others. One by one it would win;
 * the plan gives it up, says at which price it could be had, is committed, and taken back.
 * Throws a mismatch at the first answer that is not the expected one.
 */
export const tellDayPlan = async (stage: Stage, job: MainJob): Promise<void> => {
  const { client, tell, made } = stage;
  const { member } = job;
  const day = new Date(Date.parse(job.freeFrom) + 86_400_000).toISOString().slice(0, 10);
  const task = async (name: string, priority: number, start: string, end: string) => {
    const { body } = await client.send(createTask, {
      body: {
        ...{ task_type_id: job.taskTypeId, org_unit_id: job.orgUnitId, area_code: job.areaCode, name, priority },
        ...{ planned_start_at: `${day}T${start}:00Z`, planned_end_at: `${day}T${end}:00Z` },
      },
    });
    made.tasks.push(body.id);
    return body;
  };
  const survey = await task('Long survey', 6, '08:00', '12:00');
  const tasks = [survey, await task('First roof', 5, '08:00', '10:00'), await task('Second roof', 5, '10:00', '12:00')];
  const nameOf = (id: string): string => tasks.find((one) => one.id === id)?.name ?? `unknown task ${id}`;

  const params = await tell.step(`A plan of the next day is asked for: three tasks, and ${member.name}`, async () => {
    const task_ids = tasks.map(({ id }) => id);
    const { body } = await client.send(createPlan, {
      body: { tasks: { task_ids }, candidate_user_ids: [member.id], name: 'Day after', effort: 'quick' },
    });
    expectFields('The plan', body, { state: 'QUEUED', version: 1 });
    return { plan_id: body.id };
  });

  await tell.step('It is made in the background, with its bound and its reasons', async () => {
    const plan = await planWhenMade(stage, params);
    const { outcome } = plan;
    if (outcome === null) throw mismatch('The plan', 'an outcome', plan);
    const { totals, baseline, bound, gap } = outcome;
    tell.say(`one by one: ${baseline.priority_placed} of ${baseline.priority_total} priority points`);
    tell.say(`planned: ${totals.priority_placed}; no plan can place more than ${bound.priority_placed}`);
    tell.say(`gap: ${gap.priority * 100} % of the priority, ${gap.score * 100} % of the score`);
    expectEqual('What is gained', [baseline.priority_placed, totals.priority_placed, gap.priority], [6, 10, 0]);
    const [left] = plan.unplaced;
    if (left?.reason !== 'displaced') throw mismatch('The unplaced', 'one that is displaced', plan.unplaced);
    expectEqual('The one that is left out', left.task_id, survey.id);
    const { exchange, competes_with } = left.detail;
    tell.say(
      `${nameOf(left.task_id)} is left out: it competes with ${competes_with.task_ids.map(nameOf).join(' and ')}`,
    );
    tell.say(
      `to place it costs ${0 - exchange.price.priority} priority points and ${0 - exchange.price.score} of score`,
    );
  });

  await tell.step('Its commit dispatches what it says, through the guard', async () => {
    const { body } = await client.send(commitPlan, { params, body: {} });
    expectFields('The plan', body.plan, { state: 'COMMITTED', committed_tasks: 2 });
    expectEqual('What is left out', body.left_out, []);
    for (const task_id of body.committed.flatMap((one) => one.task_ids)) {
      const { body: held } = await client.send(getTask, { params: { task_id } });
      expectFields('The task', held, { state: 'DISPATCHED', assigned_to: member.id, dispatch_mode: 'AUTO' });
      tell.say(`${held.name}, ${windowText(held)}: ${member.name}`);
    }
    const { body: again } = await client.send(commitPlan, { params, body: {} });
    expectEqual('What a repetition does', again.committed, []);
  });

  await tell.step('Its revert takes back what nobody has touched since', async () => {
    const { body } = await client.send(revertPlan, { params });
    expectFields('The plan', body.plan, { state: 'REVERTED', committed_tasks: 0 });
    tell.say(`${body.reverted.flatMap((one) => one.task_ids.map(nameOf)).join(' and ')} are nobody's again`);
  });
};

const planWhenMade = async ({ client }: Stage, params: { readonly plan_id: string }) => {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const { body } = await client.send(getPlan, { params });
    if (body.state === 'READY') return body;
    if (!['QUEUED', 'SOLVING'].includes(body.state) || Date.now() > until)
      throw mismatch('The state of the plan', 'READY', [body.state, body.failure]);
    await delay(LOOK_MS);
  }
};
