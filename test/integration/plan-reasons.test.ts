import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTasks, startApi, type Answer, type TestApi } from './harness.ts';
import { madePlan } from './planned.ts';
import { makeRandom, SEED } from './random.ts';
import { makeDay, PLANS } from './rivals.ts';

type Body = Answer['body'];
const CENTER = '/api/task-center';
const IDENTITY = '/api/identity';
const at = (hour: number): string => `2026-05-04T${String(hour).padStart(2, '0')}:00:00Z`;
const on = (from: number, to: number): object => ({ planned_start_at: at(from), planned_end_at: at(to) });

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

describe('why nobody is eligible', () => {
  it('names who fails one rule: each of them can take the task once that one thing is granted', async () => {
    const { id, call, user } = await api.tenant();
    const [absent, off, unskilled, busy, neither] = [
      await user(),
      await user(),
      await user(),
      await user(),
      await user(),
    ];
    const pilot = await call('POST', `${IDENTITY}/qualifications`, { code: 'PILOT', name: 'Pilot' });
    const grant = (userId: string): Promise<Answer> =>
      call('PUT', `${IDENTITY}/users/${userId}/qualifications/${pilot.body.id}`, {});
    for (const one of [absent, off, busy]) await grant(one);
    const [task, other] = await makeTasks(call, [{ ...on(8, 10), required_qualifications: ['PILOT'] }, on(9, 11)]);
    const away = (userId: string): Promise<Answer> =>
      call('POST', `${CENTER}/users/${userId}/absences`, { start_at: at(7), end_at: at(9) });
    const absence = await away(absent);
    await away(neither);
    const weekly = [{ days: ['tue'], start: '08:00', end: '16:00' }];
    await call('PUT', `${CENTER}/users/${off}/working-hours`, { time_zone: 'UTC', weekly });
    await call('POST', `${CENTER}/tasks/${other?.id}/dispatch`, { assigned_to: busy });

    const { unplaced } = await madePlan(id, call, { tasks: { task_ids: [task?.id] } });
    expect(unplaced).toMatchObject([
      {
        reason: 'no_eligible_user',
        detail: { rules: { unavailable: 2, outside_working_hours: 1, not_qualified: 2, schedule_conflict: 1 } },
      },
    ]);
    const granted: Readonly<Record<string, () => Promise<Answer>>> = {
      unavailable: () => call('DELETE', `${CENTER}/users/${absent}/absences/${absence.body.id}`),
      outside_working_hours: () => call('DELETE', `${CENTER}/users/${off}/working-hours`),
      not_qualified: () => grant(unskilled),
      schedule_conflict: () => call('POST', `${CENTER}/tasks/${other?.id}/unassign`),
    };
    const named = unplaced[0].detail.one_rule as { user_id: string; rule: string }[];
    expect(named.map(({ rule }) => rule).toSorted()).toEqual(Object.keys(granted).toSorted());
    for (const { user_id, rule } of named) {
      const mayTake = (): Promise<Answer> =>
        call('POST', `${CENTER}/tasks/${task?.id}/dispatch`, { assigned_to: user_id, validate_only: true });
      expect((await mayTake()).body.code).toBe(rule);
      expect((await granted[rule]?.())?.status).toBeLessThan(300);
      expect((await mayTake()).status).toBe(200);
    }
  });
});

describe(`what displaces a task (SEED=${SEED})`, () => {
  let tried = 0;
  it.each([0, 1, 2, 3])('gives way to it by the exchange, at the price that was said, day %i', async (index) => {
    const day = await makeDay(await api.tenant(), makeRandom(SEED * 1_000 + 900 + index));
    const { call } = day.tenant;
    const { body: plan } = await call('POST', `${PLANS}/${day.planId}:commit`);
    expect(plan.left_out).toEqual([]);
    const { body } = await call('GET', `${PLANS}/${day.planId}`);
    const displaced = (body.unplaced as Body[]).filter(({ reason }) => reason === 'displaced');
    // One exchange may stand in the way of the next: the first is made.
    for (const { task_id, detail } of displaced.slice(0, 1)) {
      tried += 1;
      const changes = detail.exchange.changes as Body[];
      expect(changes.map((one) => one.task_id as string)).toContain(task_id);
      for (const one of changes.filter(({ from }) => from !== null))
        expect((await call('POST', `${CENTER}/tasks/${one.task_id}/unassign`)).status).toBe(200);
      for (const { task_id: id, to, asset_ids } of changes.filter((one) => one.to !== null)) {
        const taken = await call('POST', `${CENTER}/tasks/${id}/dispatch`, { assigned_to: to, asset_ids });
        expect(taken.status, JSON.stringify(taken.body)).toBe(200);
      }
      const planned = [...(body.assignments as Body[]), ...(body.unplaced as Body[])].map(
        (one) => one.task_id as string,
      );
      const held = (await call('GET', `${CENTER}/tasks?state=DISPATCHED&limit=200`)).body as Body[];
      const priorities = held.filter(({ id }) => planned.includes(id as string)).map((one) => one.priority as number);
      const before = body.outcome.totals.priority_placed as number;
      const gained = priorities.reduce((sum, one) => sum + one, 0) - before;
      expect(gained).toBe(detail.exchange.price.priority);
    }
  });

  it('was tried', () => {
    expect(tried).toBeGreaterThan(0);
  });
});
