import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { tokens } from '../../adapters/runtime/security.ts';
import { holdingsOf } from './contents.ts';
import { startGatewayProcess, type GatewayProcess } from './gateways.ts';
import { IS_LONG } from './random.ts';
import { caller, makeTasks, makeTenant, type Answer } from './harness.ts';

const TASKS = '/api/task-center/tasks';
/** The gateway waits 29 s for each: a machine that does much else has answered fewer by then. */
const COUNT = IS_LONG ? 40 : 24;
const CANDIDATES = 8;

let gateways: readonly GatewayProcess[];
beforeAll(async () => {
  const settings = { LOG_LEVEL: 'INFO', LOG_FORMAT: 'json' };
  gateways = await Promise.all([startGatewayProcess(settings), startGatewayProcess(settings)]);
});
afterAll(() => Promise.all(gateways.map((gateway) => gateway.stop())));

const lineSchema = z.object({ operation: z.string(), path: z.string(), calls: z.number().int().positive() });

/** Calls of the table that the auto-dispatches of some tasks made, by the log lines of both gateways. */
const callsFor = async (taskIds: readonly string[]): Promise<number> => {
  const paths = new Set(taskIds.map((id) => `${TASKS}/${id}/auto-dispatch`));
  const found = () =>
    gateways
      .flatMap((gateway) => gateway.lines())
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => lineSchema.safeParse(JSON.parse(line)))
      .flatMap(({ data }) => (data !== undefined && paths.has(data.path) ? [data] : []));
  // Lines come through a pipe, some after the answer.
  await vi.waitFor(
    () => {
      expect(found()).toHaveLength(taskIds.length);
    },
    { timeout: 30_000 },
  );
  return found().reduce((sum, { calls }) => sum + calls, 0);
};

const hour = (at: number): string => new Date(Date.UTC(2026, 2, 1, at)).toISOString();
const UNSCHEDULED = (): object => ({});
const ONE_AFTER_ANOTHER = (at: number): object => ({ planned_start_at: hour(at), planned_end_at: hour(at + 1) });

/** Eight users who are as good as each other, and tasks that do not get into each other's way. */
const makeScene = async (draft: (at: number) => object) => {
  const { id, call, user } = await makeTenant(gateways[0]?.url ?? '');
  const users = await Promise.all(Array.from({ length: CANDIDATES }, () => user()));
  const tasks = await makeTasks(
    call,
    Array.from({ length: COUNT }, (_, at) => draft(at)),
  );
  const token = await tokens.issue({ sub: 'dispatcher', tenant_id: id, permissions: ['*'] });
  const callers = gateways.map(({ url }) => caller(url, token));
  const sends = tasks.map((task, at) => (): Promise<Answer> => {
    const through = callers[at % callers.length] ?? call;
    return through('POST', `${TASKS}/${task.id}/auto-dispatch`, { candidate_user_ids: users });
  });
  const shares = () => Promise.all(users.map(async (userId) => (await holdingsOf(id, userId)).active_count));
  return { call, sends, shares, calls: () => callsFor(tasks.map((task) => task.id)) };
};

describe('auto-dispatches at once over eight candidates who are as good as each other, through two gateways', () => {
  it.each([
    { what: 'unscheduled tasks', draft: UNSCHEDULED },
    { what: 'tasks one after another', draft: ONE_AFTER_ANOTHER },
  ])(
    'places all in equal shares for at most half as many calls again, each decision as it was made: $what',
    async ({ draft }) => {
      const inTurn = await makeScene(draft);
      for (const send of inTurn.sends) expect((await send()).status).toBe(200);
      const atOnce = await makeScene(draft);
      const answers = await Promise.all(atOnce.sends.map((send) => send()));

      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      const equal = Array.from({ length: CANDIDATES }, () => COUNT / CANDIDATES);
      expect(await inTurn.shares()).toEqual(equal);
      expect(await atOnce.shares()).toEqual(equal);
      // A process dispatches for a tenant in turn, so a commit of one gateway makes at most one of the other's fail.
      // Each costs two calls of five, or four of fourteen where windows are read.
      expect(await atOnce.calls()).toBeLessThanOrEqual(1.5 * (await inTurn.calls()));
      for (const { body } of answers) {
        const path = `${TASKS}/${String(body.task.id)}/decisions`;
        const [decision, ...others] = (await atOnce.call('GET', path)).body as { selected_user_id: string }[];
        expect(others).toEqual([]);
        expect(decision?.selected_user_id).toBe(body.task.assigned_to);
        const replay = await atOnce.call('POST', `${path}/${String(body.decision_id)}:replay`);
        expect(replay.body).toMatchObject({
          selected_user_id: body.selected_user_id as string,
          same_selection: true,
          reproduced: true,
          scores: body.scores as unknown[],
        });
      }
    },
    240_000,
  );
});
