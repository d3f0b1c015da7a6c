import { userResource } from '../../../../core/calendar/resource.ts';
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { makeBookingCommit } from '../../../../adapters/dynamodb/bookings.ts';
import type { Action } from '../../../../adapters/dynamodb/transaction.ts';
import type { Call, Receipt } from '../../../../core/call.ts';
import type { Bookings } from '../../../../core/calendar/bookings.ts';
import type { TaskHolding } from '../../../../core/calendar/calendar.ts';
import { isRefusal, type Code } from '../../../../core/errors.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { changeTask } from '../../../../core/tasks/history.ts';
import { CALL, clockAt, makeIds, NOW, only, refusalOf } from '../../fakes.ts';
import * as records from '../../records.ts';
import { STRATEGY_V2_0 } from '../../../../core/scoring/strategy.ts';
import { WRITES, type Change } from '../../writes.ts';

const { calendar, task, user } = records;

/** One action in a line: what it does to which item, on which condition, and what a failure means. */
interface Line {
  readonly does: string;
  readonly PK: unknown;
  readonly SK: unknown;
  readonly condition: string | undefined;
  readonly refusal: Code;
}

const partsOf = ({ write: { Put, Update, Delete, ConditionCheck } }: Action) => {
  if (Put !== undefined) return { does: 'put', key: Put.Item ?? {}, condition: Put.ConditionExpression };
  if (Update !== undefined) return { does: 'update', key: Update.Key ?? {}, condition: Update.ConditionExpression };
  if (ConditionCheck !== undefined)
    return { does: 'check', key: ConditionCheck.Key ?? {}, condition: ConditionCheck.ConditionExpression };
  return { does: 'delete', key: Delete?.Key ?? {}, condition: Delete?.ConditionExpression };
};
const lineOf = (action: Action): Line => {
  const { does, key, condition } = partsOf(action);
  return { does, PK: key['PK'], SK: key['SK'], condition, refusal: action.refusal().code };
};

const commit = async (
  changes: readonly Change[],
  { call = CALL, answer, bookings = {} }: { call?: Call; answer?: unknown; bookings?: Bookings } = {},
): Promise<readonly Action[]> => {
  const sent: (readonly Action[])[] = [];
  const transact = async (actions: readonly Action[]): Promise<void> => {
    sent.push(actions);
  };
  const run = makeBookingCommit({ tableName: 'table', transact, clock: clockAt(), newId: makeIds() }, WRITES);
  await run(call, changes, answer, bookings);
  return only(sent);
};
const linesOf = async (...given: Parameters<typeof commit>): Promise<readonly Line[]> =>
  (await commit(...given)).map(lineOf);

const NEW = 'attribute_not_exists(PK)';
const AT_VERSION = '#version = :seen_version';
const put = (PK: string, SK: string, refusal: Code = 'stale_read'): Line => ({
  does: 'put',
  PK,
  SK,
  condition: NEW,
  refusal,
});
const update = (PK: string, SK: string, condition = AT_VERSION): Line => ({
  does: 'update',
  PK,
  SK,
  condition,
  refusal: 'stale_read',
});

const PLAN_1 = 'T#tenant-1#PLAN#plan-1';
const USER_1 = 'T#tenant-1#USER#user-1';
const ACCESS = 'T#tenant-1#ACCESS#user-1';
const ROLES = 'T#tenant-1#ROLES';
const AT_HOLDERS = `${AT_VERSION} AND #active_holders = :seen_active_holders`;
const ORG_UNITS = 'T#tenant-1#ORG_UNITS';
const SIGN_IN = 'T#tenant-1#SIGN_IN#ada';
const ATTEMPTS = {
  tenant_id: 'tenant-1',
  username: 'ada',
  address: '192.0.2.1',
  count: 1,
  expires_at: 1_800_000_000,
  version: 1,
};
const FEED = {
  ...{ id: 'feed-1', tenant_id: 'tenant-1', user_id: 'user-1', slot: 3 },
  ...{ token_hash: `${'a'.repeat(22)}${'b'.repeat(21)}`, created_by: 'actor-1', created_at: NOW },
};
const FEED_TOKEN = `FEED_TOKEN#${'a'.repeat(22)}`;
const ROSTER = 'T#tenant-1#ROSTER';
const AREAS = 'T#tenant-1#AREAS';
const tally = (SK: string): Line => ({ ...update(AREAS, SK), condition: undefined });
const TASK_1 = 'T#tenant-1#TASK#task-1';

const PLANNED = task(records.scheduled('08:00:00', '10:00:00'));
const WINDOW = records.windowOn('08:00:00', '10:00:00');
const WINDOW_KEY = 'WINDOW#2026-03-01T08:00:00.000Z#task-1';
const dispatch = changeTask(
  PLANNED,
  { actorId: 'actor-1', at: NOW, entryId: 'entry-1' },
  { action: 'dispatched', patch: { state: 'DISPATCHED', assigned_to: 'user-1' } },
);
const DISPATCHED: Change = { kind: 'task_changed', ...dispatch };

const TEMPLATE_1 = 'T#tenant-1#TEMPLATE#template-1';
const AT_REVISION = '#revision = :seen_revision AND #updated_at = :seen_updated_at';
const STRATEGIES = 'T#tenant-1#STRATEGIES';
const NOTHING_CHOSEN = { tenant_id: 'tenant-1', active: null, shadow: null, version: 0 };
const COMPARISON = {
  tenant_id: 'tenant-1',
  strategy_id: 'strategy-1',
  task_id: 'task-1',
  decision_id: 'decision-0f',
  selected_user_id: 'user-1',
  shadow_user_id: 'user-2',
  made_at: NOW,
};

/** Every kind of change, so that a new one needs a row here. */
const CASES: Readonly<Record<Change['kind'], readonly (readonly [Change, readonly Line[]])[]>> = {
  tenant_created: [
    [{ kind: 'tenant_created', tenant: { id: 'tenant-1', name: 'T', created_at: NOW } }, [put('T#tenant-1', 'TENANT')]],
  ],
  tenant_bootstrapped: [
    [
      { kind: 'tenant_bootstrapped', tenant: { id: 'tenant-1', name: 'T', created_at: NOW } },
      [
        {
          does: 'update',
          PK: 'T#tenant-1',
          SK: 'TENANT',
          condition: 'attribute_exists(PK) AND attribute_not_exists(bootstrapped)',
          refusal: 'tenant_has_users',
        },
      ],
    ],
  ],
  user_created: [
    [
      { kind: 'user_created', user: user(), calendar: calendar() },
      [
        put('T#tenant-1#CLAIM#USERNAME#ada', 'CLAIM', 'duplicate'),
        put(USER_1, 'PROFILE'),
        put(USER_1, 'CALENDAR'),
        put(ROSTER, 'ACTIVE#user-1'),
        put(ACCESS, 'ACCESS'),
      ],
    ],
  ],
  user_changed: [
    [
      { kind: 'user_changed', before: user(), after: user({ password_hash: 'other', version: 2 }) },
      [update(USER_1, 'PROFILE'), { ...put(ACCESS, 'ACCESS'), condition: undefined }],
    ],
    [
      { kind: 'user_changed', before: user(), after: user({ is_active: false, version: 2 }) },
      [
        update(USER_1, 'PROFILE'),
        { ...put(ACCESS, 'ACCESS'), condition: undefined },
        { does: 'delete', PK: ROSTER, SK: 'ACTIVE#user-1', condition: undefined, refusal: 'stale_read' },
        { does: 'put', PK: ROSTER, SK: 'INACTIVE#user-1', condition: undefined, refusal: 'stale_read' },
      ],
    ],
  ],
  calendar_changed: [
    [
      { kind: 'calendar_changed', before: calendar(), after: calendar({ version: 2, is_active: false }) },
      [update(USER_1, 'CALENDAR')],
    ],
  ],
  asset_calendar_changed: [
    [
      { kind: 'asset_calendar_changed', before: records.assetCalendar(), after: records.assetCalendar({ version: 1 }) },
      [put('T#tenant-1#ASSET#asset-1', 'ASSET_CALENDAR')],
    ],
    [
      {
        kind: 'asset_calendar_changed',
        before: records.assetCalendar({ version: 1 }),
        after: records.assetCalendar({ version: 2 }),
      },
      [update('T#tenant-1#ASSET#asset-1', 'ASSET_CALENDAR')],
    ],
  ],
  role_created: [
    [
      { kind: 'role_created', role: records.role() },
      [put('T#tenant-1#CLAIM#ROLE_NAME#planner', 'CLAIM', 'duplicate'), put('T#tenant-1#ROLES', 'ROLE#role-1')],
    ],
  ],
  role_changed: [
    [
      { kind: 'role_changed', before: records.role(), after: records.role({ permissions: ['*'], version: 2 }) },
      [update(ROLES, 'ROLE#role-1', AT_HOLDERS)],
    ],
    [
      { kind: 'role_changed', before: records.role(), after: records.role({ name: 'chief', version: 2 }) },
      [
        update(ROLES, 'ROLE#role-1', AT_HOLDERS),
        put('T#tenant-1#CLAIM#ROLE_NAME#chief', 'CLAIM', 'duplicate'),
        { ...put('T#tenant-1#CLAIM#ROLE_NAME#planner', 'CLAIM'), does: 'delete', condition: undefined },
      ],
    ],
  ],
  role_deleted: [
    [
      { kind: 'role_deleted', at: NOW, role: records.role() },
      [
        { ...update(ROLES, 'ROLE#role-1', `${AT_VERSION} AND #holders = :seen_holders`), does: 'delete' },
        { ...put('T#tenant-1#CLAIM#ROLE_NAME#planner', 'CLAIM'), does: 'delete', condition: undefined },
        put('T#tenant-1#REMOVED', 'REMOVED#role-1'),
      ],
    ],
  ],
  feed_created: [[{ kind: 'feed_created', feed: FEED }, [put(USER_1, 'FEED#3'), put(FEED_TOKEN, 'FEED_TOKEN')]]],
  feed_deleted: [
    [
      { kind: 'feed_deleted', feed: FEED, at: NOW },
      [
        { ...update(USER_1, 'FEED#3', '#id = :seen_id'), does: 'delete' },
        { ...update(FEED_TOKEN, 'FEED_TOKEN', '#id = :seen_id'), does: 'delete' },
        put('T#tenant-1#REMOVED', 'REMOVED#feed-1'),
      ],
    ],
  ],
  role_holders_moved: [
    [
      { kind: 'role_holders_moved', role: records.role(), holders: 1, activeHolders: 0 },
      [update(ROLES, 'ROLE#role-1')],
    ],
  ],
  identity_writers_moved: [
    [
      { kind: 'identity_writers_moved', tenantId: 'tenant-1', by: 1 },
      [{ ...update(ROLES, 'WRITERS'), condition: undefined, refusal: 'last_administrator' }],
    ],
    [
      { kind: 'identity_writers_moved', tenantId: 'tenant-1', by: -2 },
      [{ ...update(ROLES, 'WRITERS', 'writers > :taken'), refusal: 'last_administrator' }],
    ],
  ],
  org_unit_changed: [
    [
      { kind: 'org_unit_changed', before: records.orgUnit(), after: records.orgUnit({ name: 'East', version: 2 }) },
      [update(ORG_UNITS, 'ORG_UNIT#unit-1')],
    ],
  ],
  org_unit_seen: [
    [
      { kind: 'org_unit_seen', orgUnit: records.orgUnit() },
      [{ ...update(ORG_UNITS, 'ORG_UNIT#unit-1'), does: 'check' }],
    ],
  ],
  org_tree_moved: [
    [{ kind: 'org_tree_moved', tenantId: 'tenant-1', seen: 0 }, [put(ORG_UNITS, 'TREE')]],
    [
      { kind: 'org_tree_moved', tenantId: 'tenant-1', seen: 3 },
      [{ ...put(ORG_UNITS, 'TREE'), condition: '#version = :seen' }],
    ],
  ],
  sign_in_attempted: [
    [{ kind: 'sign_in_attempted', attempts: ATTEMPTS, seen: 0 }, [put(SIGN_IN, 'ADDRESS#192.0.2.1')]],
    [
      { kind: 'sign_in_attempted', attempts: { ...ATTEMPTS, version: 3 }, seen: 2 },
      [{ ...put(SIGN_IN, 'ADDRESS#192.0.2.1'), condition: '#version = :seen' }],
    ],
  ],
  signed_in: [
    [
      { kind: 'signed_in', attempts: ATTEMPTS },
      [{ ...put(SIGN_IN, 'ADDRESS#192.0.2.1'), does: 'delete', condition: undefined }],
    ],
  ],
  org_unit_created: [
    [
      { kind: 'org_unit_created', orgUnit: records.orgUnit() },
      [
        put('T#tenant-1#CLAIM#ORG_UNIT_CODE#NORTH', 'CLAIM', 'duplicate'),
        put('T#tenant-1#ORG_UNITS', 'ORG_UNIT#unit-1'),
      ],
    ],
  ],
  asset_created: [
    [
      { kind: 'asset_created', asset: records.asset() },
      [
        put('T#tenant-1#CLAIM#ASSET_CODE#UAV%23UAV-1', 'CLAIM', 'duplicate'),
        put('T#tenant-1#ASSETS', 'ASSET#asset-1'),
        tally('ALL'),
      ],
    ],
  ],
  asset_changed: [
    [
      {
        kind: 'asset_changed',
        before: records.asset({ region_code: 'N' }),
        after: records.asset({ region_code: 'S', version: 2 }),
      },
      [update('T#tenant-1#ASSETS', 'ASSET#asset-1'), tally('AREA#N'), tally('AREA#S')],
    ],
  ],
  task_type_created: [
    [
      { kind: 'task_type_created', taskType: records.taskType() },
      [put('T#tenant-1#CLAIM#TYPE_CODE#INSPECT', 'CLAIM', 'duplicate'), put('T#tenant-1#TYPES', 'TYPE#type-1')],
    ],
  ],
  qualification_created: [
    [
      { kind: 'qualification_created', qualification: records.qualification() },
      [
        put('T#tenant-1#CLAIM#QUALIFICATION_CODE#UAV-A2', 'CLAIM', 'duplicate'),
        put('T#tenant-1#QUALIFICATIONS', 'QUALIFICATION#qualification-1'),
      ],
    ],
  ],
  qualification_changed: [
    [
      {
        kind: 'qualification_changed',
        before: records.qualification(),
        after: records.qualification({ is_active: false, version: 2 }),
      },
      [update('T#tenant-1#QUALIFICATIONS', 'QUALIFICATION#qualification-1')],
    ],
  ],
  template_created: [
    [
      { kind: 'template_created', template: records.template() },
      [
        put('T#tenant-1#CLAIM#TEMPLATE_KEY#line', 'CLAIM', 'duplicate'),
        put('T#tenant-1#TEMPLATES', 'TEMPLATE#template-1'),
      ],
    ],
  ],
  task_type_changed: [
    [
      {
        kind: 'task_type_changed',
        before: records.taskType(),
        after: records.taskType({ is_active: false, version: 2 }),
      },
      [update('T#tenant-1#TYPES', 'TYPE#type-1')],
    ],
  ],
  template_changed: [
    [
      {
        kind: 'template_changed',
        before: records.template(),
        after: records.template({ default_priority: 9, revision: 2 }),
      },
      [update('T#tenant-1#TEMPLATES', 'TEMPLATE#template-1', AT_REVISION), put(TEMPLATE_1, 'REVISION#0000000001')],
    ],
    [
      { kind: 'template_changed', before: records.template(), after: records.template({ is_active: false }) },
      [update('T#tenant-1#TEMPLATES', 'TEMPLATE#template-1', AT_REVISION)],
    ],
  ],
  decision_made: [[{ kind: 'decision_made', decision: records.decision() }, [put(TASK_1, 'DECISION#decision-1')]]],
  plan_created: [
    [
      {
        kind: 'plan_created',
        plan: records.plan(),
        request: {
          ...{ task_ids: ['task-1'], candidate_user_ids: ['user-1'], pinned_task_ids: [] },
          ...{ may_reassign: false, strategy_id: null },
        },
      },
      [put('T#tenant-1#PLANS', 'PLAN#plan-1'), put(PLAN_1, 'ASKED')],
    ],
  ],
  plan_changed: [
    [
      { kind: 'plan_changed', before: records.plan(), after: records.plan({ state: 'CANCELED', version: 2 }) },
      [update('T#tenant-1#PLANS', 'PLAN#plan-1')],
    ],
  ],
  plan_solved: [
    [
      {
        kind: 'plan_solved',
        before: records.plan(),
        after: records.plan({ state: 'READY', version: 2 }),
        answer: {
          ...{ assignments: [], unplaced: [], left_out: [], strategy: STRATEGY_V2_0, tasks: [], calendars: [] },
        },
      },
      [update('T#tenant-1#PLANS', 'PLAN#plan-1'), { ...put(PLAN_1, 'ANSWER#'), condition: undefined }],
    ],
  ],
  plan_step_made: [
    [
      {
        kind: 'plan_step_made',
        plan: records.plan(),
        step: { id: 'step-1', kind: 'COMMIT', tasks: [], calendars: [], made_by: 'user-9', made_at: NOW },
      },
      [put(PLAN_1, 'STEP#step-1')],
    ],
  ],
  strategy_created: [
    [
      { kind: 'strategy_created', strategy: records.strategy() },
      [put('T#tenant-1#CLAIM#STRATEGY_VERSION#v3', 'CLAIM', 'duplicate'), put(STRATEGIES, 'STRATEGY#strategy-1')],
    ],
  ],
  strategy_retired: [
    [
      {
        kind: 'strategy_retired',
        before: records.strategy(),
        after: { ...records.strategy(), is_retired: true },
      },
      [update(STRATEGIES, 'STRATEGY#strategy-1', '#is_retired = :seen_is_retired')],
    ],
  ],
  strategies_chosen: [
    [
      { kind: 'strategies_chosen', before: NOTHING_CHOSEN, after: { ...NOTHING_CHOSEN, version: 1 } },
      [put(STRATEGIES, 'CHOSEN')],
    ],
    [
      {
        kind: 'strategies_chosen',
        before: { ...NOTHING_CHOSEN, version: 4 },
        after: { ...NOTHING_CHOSEN, version: 5 },
      },
      [{ ...put(STRATEGIES, 'CHOSEN'), condition: '#version = :seen' }],
    ],
  ],
  shadow_compared: [
    [
      { kind: 'shadow_compared', comparison: { ...COMPARISON, shadow_user_id: 'user-1' } },
      [{ ...update(STRATEGIES, 'SHADOW#strategy-1#COUNT#7'), condition: undefined }],
    ],
    [
      { kind: 'shadow_compared', comparison: COMPARISON },
      [
        { ...update(STRATEGIES, 'SHADOW#strategy-1#COUNT#7'), condition: undefined },
        { ...put(STRATEGIES, 'SHADOW#strategy-1#EXAMPLE#decision-0f'), condition: undefined },
      ],
    ],
  ],
  absence_added: [
    [{ kind: 'absence_added', tenantId: 'tenant-1', absence: records.absence() }, [put(USER_1, 'ABSENCE#absence-1')]],
  ],
  absence_removed: [
    [
      { kind: 'absence_removed', tenantId: 'tenant-1', absence: records.absence(), at: NOW },
      [update(USER_1, 'ABSENCE#absence-1', 'attribute_exists(PK) AND attribute_not_exists(#removal)')],
    ],
  ],
  task_created: [[{ kind: 'task_created', task: task() }, [put(TASK_1, 'TASK')]]],
  batch_created: [
    [
      {
        kind: 'batch_created',
        batch: { id: 'b', tenant_id: 'tenant-1', task_ids: ['x'], created_by: 'a', created_at: NOW },
      },
      [put('T#tenant-1#BATCH#b', 'BATCH')],
    ],
  ],
  task_changed: [
    [
      DISPATCHED,
      [update(TASK_1, 'TASK', '#version = :seen_version AND #state = :seen_state'), put(TASK_1, 'HIST#0000000002')],
    ],
  ],
  attachment_added: [
    [
      { kind: 'attachment_added', task: task(), attachment: records.attachment() },
      [put(TASK_1, 'TASK#ATTACH#attachment-1')],
    ],
  ],
  comment_added: [
    [{ kind: 'comment_added', task: task(), comment: records.comment() }, [put(TASK_1, 'COMMENT#comment-1')]],
  ],
  tally_corrected: [
    [
      {
        kind: 'tally_corrected',
        tenantId: 'tenant-1',
        before: { area_code: 'N', total: 1, available: 1, version: 3 },
        after: { total: 2, available: 1 },
      },
      [{ ...tally('AREA#N'), condition: '#version = :version' }],
    ],
    [
      {
        kind: 'tally_corrected',
        tenantId: 'tenant-1',
        before: { area_code: null, total: 1, available: 1, version: 0 },
        after: { total: 2, available: 1 },
      },
      [{ ...tally('ALL'), condition: 'attribute_not_exists(#version)' }],
    ],
  ],
};

describe('a change as actions of a transaction', () => {
  it.each(Object.entries(CASES))('%s', async (_, cases) => {
    for (const [change, expected] of cases) expect(await linesOf([change])).toEqual(expected);
  });

  it('of a taken value names the field', async () => {
    const [claim] = await commit([{ kind: 'task_type_created', taskType: records.taskType() }]);
    const refusal = claim?.refusal();
    expect(refusal?.message).toContain('"INSPECT"');
    expect(refusal?.details).toEqual({ field: 'code' });
    expect(refusal?.problems).toMatchObject([{ pointer: '/code', code: 'duplicate' }]);
  });

  it('writes what changed and nothing else, so that versions of the code can run side by side', async () => {
    const [write] = await commit([DISPATCHED]);
    const { UpdateExpression = '', ExpressionAttributeValues = {} } = write?.write.Update ?? {};
    const set = UpdateExpression.replace(/^SET /, '')
      .split(', ')
      .map((part) => part.replace(/^#(\w+) = :\1$/, '$1'));
    expect(set.toSorted()).toEqual(
      [
        ...['state', 'assigned_to', 'dispatched_at', 'updated_at', 'version', 'last_change', 'last_edit'],
        // Of the indexes those by state and by assignee, and no other.
        ...['in_state', 'in_assignee', 'in_assignee_state'],
      ].toSorted(),
    );
    expect(ExpressionAttributeValues).toMatchObject({ ':version': 2, ':seen_version': 1, ':seen_state': 'DRAFT' });
  });

  it('removes what is gone: a task that nobody holds leaves the indexes by assignee, an ended one the plan', async () => {
    const before = task({ assigned_to: 'user-1', ...records.scheduled('08:00:00Z', '10:00:00Z') });
    const after = { ...before, assigned_to: null, state: 'CANCELED' as const, version: 2 };
    const [write] = await commit([{ kind: 'task_changed', before, after, entry: dispatch.entry }]);
    const { UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues } = write?.write.Update ?? {};
    expect(UpdateExpression).toMatch(/^SET [^]* REMOVE #in_assignee, #in_assignee_state, #in_plan, #plan_order$/);
    expect(ExpressionAttributeNames).toMatchObject({ '#in_plan': 'in_plan' });
    expect(ExpressionAttributeValues).not.toHaveProperty(':in_plan');
  });

  it('moves tallies by their differences', async () => {
    const [, north] = await commit([
      {
        kind: 'asset_changed',
        before: records.asset({ region_code: 'N', availability_status: 'RESERVED' }),
        after: records.asset({ region_code: 'S', version: 2 }),
      },
    ]);
    const {
      UpdateExpression = '',
      ExpressionAttributeNames = {},
      ExpressionAttributeValues = {},
    } = north?.write.Update ?? {};
    const added = UpdateExpression.replace(/^ADD /, '')
      .split(', ')
      .map((part) => part.split(' '));
    expect(
      Object.fromEntries(
        added.map(([name = '', value = '']) => [
          ExpressionAttributeNames[name],
          ExpressionAttributeValues[value] as unknown,
        ]),
      ),
    ).toEqual({ total: 0, available: 1, version: 1 });
  });

  it('says in the table which change a task went through last', async () => {
    const [write] = await commit([DISPATCHED]);
    expect(write?.write.Update?.ExpressionAttributeValues?.[':last_change']).toMatchObject({
      entry_id: 'entry-1',
      action: 'dispatched',
      actor_id: 'actor-1',
      from_state: 'DRAFT',
    });
  });
});

const holding: TaskHolding = { task_id: 'task-1', name: 'Inspect the line', state: 'DISPATCHED', window: WINDOW };
const takeBy = (userId: string, version = 4) => ({
  calendar: calendar({ user_id: userId, version, active_count: 2 }),
  holding,
  at: records.T0,
});

const GIVEN = { resource: userResource('user-1'), holding };

describe('the bookings of the guard', () => {
  it('say of a failed condition which item moved: the calendar taken from, or the task before it', async () => {
    const actions = await commit([DISPATCHED], { bookings: { take: [takeBy('user-1')] } });
    const moved = actions.map(({ refusal }) => {
      const error = refusal();
      return isRefusal(error, 'stale_read') ? error.details.moved : error.code;
    });
    expect(moved).toEqual(['task', 'other', 'calendar', 'other']);
  });

  it('take a window: the calendar is moved from the version seen, not only checked', async () => {
    const actions = await commit([DISPATCHED], { bookings: { take: [takeBy('user-1')] } });
    expect(actions.map(lineOf).slice(2)).toEqual([
      update(USER_1, 'CALENDAR'),
      { does: 'put', PK: USER_1, SK: WINDOW_KEY, condition: undefined, refusal: 'stale_read' },
    ]);
    expect(actions[2]?.write.Update).toMatchObject({
      UpdateExpression: 'SET #version = :version, #active_count = :active_count, #recent = :recent',
      ExpressionAttributeValues: {
        ':version': 5,
        ':active_count': 3,
        ':seen_version': 4,
        ':recent': [{ version: 5, task_id: 'task-1', name: 'Inspect the line', window: WINDOW }],
      },
    });
    expect(actions[3]?.write.Put?.Item).toMatchObject(holding);
  });

  it('take an unscheduled task as workload', async () => {
    const take = { ...takeBy('user-1'), holding: { task_id: 'task-1', name: 'X', state: 'DISPATCHED' as const } };
    expect((await linesOf([], { bookings: { take: [take] } })).map(({ SK }) => SK)).toEqual([
      'CALENDAR',
      'OPEN#task-1',
    ]);
  });

  it('give a window back: the calendar moves whatever its version, so that no give-back is refused', async () => {
    const actions = await commit([], { bookings: { release: [GIVEN] } });
    expect(actions.map(lineOf)).toEqual([
      update(USER_1, 'CALENDAR', 'attribute_exists(PK)'),
      { does: 'delete', PK: USER_1, SK: WINDOW_KEY, condition: undefined, refusal: 'stale_read' },
    ]);
    expect(actions[0]?.write.Update).toMatchObject({
      UpdateExpression: 'ADD #a0 :a0, #a1 :a1',
      ExpressionAttributeNames: { '#a0': 'version', '#a1': 'active_count' },
      ExpressionAttributeValues: { ':a0': 1, ':a1': -1 },
    });
  });

  it('move a window from one user to another', async () => {
    const lines = await linesOf([], { bookings: { take: [takeBy('user-2')], release: [GIVEN] } });
    expect(lines.map(({ does, PK, SK }) => `${does} ${String(PK)} ${String(SK)}`)).toEqual([
      'update T#tenant-1#USER#user-2 CALENDAR',
      'update T#tenant-1#USER#user-1 CALENDAR',
      `put T#tenant-1#USER#user-2 ${WINDOW_KEY}`,
      `delete T#tenant-1#USER#user-1 ${WINDOW_KEY}`,
    ]);
  });

  it('move a window within one user: one write of the calendar, the workload as it was', async () => {
    const later = { ...holding, window: records.windowOn('09:00:00', '11:00:00') };
    const actions = await commit([], {
      bookings: { take: [{ ...takeBy('user-1'), holding: later }], release: [GIVEN] },
    });
    expect(actions.map(lineOf).map(({ does, SK }) => `${does} ${String(SK)}`)).toEqual([
      'update CALENDAR',
      'put WINDOW#2026-03-01T09:00:00.000Z#task-1',
      `delete ${WINDOW_KEY}`,
    ]);
    expect(actions[0]?.write.Update).toMatchObject({
      UpdateExpression: 'SET #version = :version, #recent = :recent',
      ConditionExpression: AT_VERSION,
    });
  });

  it('write the calendar of each resource once, however many windows it takes and gives back', async () => {
    const second: TaskHolding = { ...holding, task_id: 'task-2', window: records.windowOn('12:00:00', '13:00:00') };
    const third: TaskHolding = { ...holding, task_id: 'task-3', window: records.windowOn('14:00:00', '15:00:00') };
    const ofAsset = { calendar: records.assetCalendar({ asset_id: 'asset-1' }), holding: second, at: records.T0 };
    const first = takeBy('user-1');
    const actions = await commit([], {
      bookings: { take: [{ ...first, holding: second }, { ...first, holding: third }, ofAsset], release: [GIVEN] },
    });
    expect(actions.map(lineOf).map(({ does, PK, SK }) => `${does} ${String(PK)} ${String(SK)}`)).toEqual([
      `update ${USER_1} CALENDAR`,
      'put T#tenant-1#ASSET#asset-1 ASSET_CALENDAR',
      `put ${USER_1} WINDOW#2026-03-01T12:00:00.000Z#task-2`,
      `put ${USER_1} WINDOW#2026-03-01T14:00:00.000Z#task-3`,
      'put T#tenant-1#ASSET#asset-1 WINDOW#2026-03-01T12:00:00.000Z#task-2',
      `delete ${USER_1} ${WINDOW_KEY}`,
    ]);
    const values = actions[0]?.write.Update?.ExpressionAttributeValues;
    expect(values).toMatchObject({ ':version': 5, ':active_count': 3 });
    expect(actions[1]?.write.Put).toMatchObject({
      Item: { version: 1, active_count: 1 },
      ConditionExpression: 'attribute_not_exists(PK)',
    });
  });

  it('remember the last takings of a calendar, the latest first, and no more than a few', async () => {
    const taken = (version: number) => ({ version, task_id: `task-${version}`, name: 'X' });
    const full = Array.from({ length: LIMITS.recentTakings }, (_, index) => taken(40 - index));
    const take = { calendar: calendar({ version: 40, recent: full }), holding, at: records.T0 };
    const [moved] = await commit([], { bookings: { take: [take] } });
    const recent = moved?.write.Update?.ExpressionAttributeValues?.[':recent'] as { version: number }[];
    expect(recent.map(({ version }) => version)).toEqual([41, ...full.slice(0, -1).map(({ version }) => version)]);
  });

  it('take an absence as time, and not as work', async () => {
    const window = records.windowOn('08:00:00', '10:00:00');
    const absence = { absence_id: 'absence-1', reason: null, window };
    const take = { calendar: calendar({ version: 4, active_count: 2 }), holding: absence, at: records.T0 };
    const [moved, put] = await commit([], { bookings: { take: [take] } });
    expect(moved?.write.Update).toMatchObject({
      UpdateExpression: 'SET #version = :version, #recent = :recent',
      ExpressionAttributeValues: { ':recent': [{ version: 5, absence_id: 'absence-1', window }] },
    });
    expect(put?.write.Put?.Item).toMatchObject({ ...absence, SK: 'WINDOW#2026-03-01T08:00:00.000Z#absence-1' });
    const [given] = await commit([], { bookings: { release: [{ ...GIVEN, holding: absence }] } });
    expect(given?.write.Update?.ExpressionAttributeValues).toEqual({ ':a0': 1, ':a1': 0 });
  });

  it('show a holding anew without a move of the calendar', async () => {
    const lines = await linesOf([], { bookings: { refresh: [GIVEN] } });
    expect(lines).toEqual([{ does: 'put', PK: USER_1, SK: WINDOW_KEY, condition: undefined, refusal: 'stale_read' }]);
  });

  it('write nothing when the call only checks', async () => {
    const sent: unknown[] = [];
    const transact = async (actions: readonly Action[]): Promise<void> => {
      sent.push(actions);
    };
    const run = makeBookingCommit({ tableName: 'table', transact, clock: clockAt(), newId: makeIds() }, WRITES);
    await run({ ...CALL, validateOnly: true }, [DISPATCHED], undefined, { take: [takeBy('user-1')] });
    expect(sent).toEqual([]);
  });

  it('never write one item twice, which DynamoDB would refuse: a window that only ends later', async () => {
    const longer = { ...holding, window: records.windowOn('08:00:00', '12:00:00') };
    const lines = await linesOf([], {
      bookings: { take: [{ ...takeBy('user-1'), holding: longer }], release: [GIVEN] },
    });
    expect(lines.map(({ does, SK }) => `${does} ${String(SK)}`)).toEqual(['update CALENDAR', `put ${WINDOW_KEY}`]);
  });
});

const receiptWith = (bytes: number): Receipt => ({
  tenantId: 'tenant-1',
  key: 'key-1',
  fingerprint: 'print-1',
  seal: (answer) => ({ status: 201, headers: { ETag: String(answer) }, compressedBody: new Uint8Array(bytes) }),
});
const WITH_RECEIPT: Call = { ...CALL, receipt: receiptWith(10) };

describe('the receipt of an idempotent write', () => {
  it('comes first, keeps the answer, and counts one that has expired as absent', async () => {
    const [receipt, ...rest] = await commit([{ kind: 'task_created', task: task() }], {
      call: WITH_RECEIPT,
      answer: 'a',
    });
    const now = Math.floor(Date.parse(NOW) / 1_000);
    expect(receipt?.write.Put).toEqual({
      TableName: 'table',
      Item: {
        PK: 'T#tenant-1#RECEIPT#key-1',
        SK: 'RECEIPT',
        fingerprint: 'print-1',
        status: 201,
        headers: { ETag: 'a' },
        body: new Uint8Array(10),
        expires_at: now + 24 * 3_600,
      },
      ConditionExpression: 'attribute_not_exists(PK) OR #expiry <= :now',
      ExpressionAttributeNames: { '#expiry': 'expires_at' },
      ExpressionAttributeValues: { ':now': now },
    });
    expect(receipt?.refusal().code).toBe('twin_committed');
    expect(rest.map(lineOf)).toEqual([put(TASK_1, 'TASK')]);
  });

  it('refuses an answer that is too large to keep, before anything is sent', async () => {
    const call = (bytes: number) => ({ call: { ...CALL, receipt: receiptWith(bytes) } });
    expect(await commit([], call(LIMITS.keptAnswerBytes))).toHaveLength(1);
    const { details } = await refusalOf(() => commit([], call(LIMITS.keptAnswerBytes + 1)), 'kept_answer_too_large');
    expect(details).toEqual({ limit: LIMITS.keptAnswerBytes, size: LIMITS.keptAnswerBytes + 1 });
  });
});

const batchOf = (count: number): readonly Change[] => {
  const tasks = Array.from({ length: count }, (_, index) => task({ id: `task-${index}` }));
  const task_ids = tasks.map(({ id }) => id);
  return [
    ...tasks.map((one) => ({ kind: 'task_created' as const, task: one })),
    { kind: 'batch_created', batch: { id: 'b', tenant_id: 'tenant-1', task_ids, created_by: 'a', created_at: NOW } },
  ];
};

describe('a batch', () => {
  it('of 99 fills a transaction with its record, in the order of the request', async () => {
    const lines = await linesOf(batchOf(LIMITS.batchTasks));
    expect(lines).toHaveLength(LIMITS.transactionActions);
    expect(lines.slice(0, 99).map(({ PK }) => PK)).toEqual(
      Array.from({ length: 99 }, (_, index) => `T#tenant-1#TASK#task-${index}`),
    );
    expect(lines.at(-1)).toEqual(put('T#tenant-1#BATCH#b', 'BATCH'));
  });

  it('of 99 with a receipt is 100 actions too: the receipt is the record', async () => {
    const actions = await commit(batchOf(LIMITS.batchTasks), { call: WITH_RECEIPT });
    expect(actions).toHaveLength(LIMITS.transactionActions);
    expect(actions[0]?.write.Put?.Item?.['batch']).toMatchObject({ id: 'b', created_by: 'a' });
    expect(actions.map(lineOf).filter(({ SK }) => SK === 'BATCH')).toEqual([]);
  });

  it('larger than a transaction is refused before anything is sent', async () => {
    const payload = { text: 'x'.repeat(300_000) };
    const big = (count: number): readonly Change[] =>
      Array.from({ length: count }, (_, index) => ({ kind: 'task_created', task: task({ id: `t${index}`, payload }) }));
    expect(await commit(big(13))).toHaveLength(13);
    await refusalOf(() => commit(big(14)), 'transaction_too_large');
    const huge = task({ payload: { text: 'x'.repeat(410_000) } });
    await refusalOf(() => commit([{ kind: 'task_created', task: huge }]), 'item_too_large');
  });
});

it('no commit writes one item twice', async () => {
  const lines = await linesOf([DISPATCHED, { kind: 'comment_added', task: PLANNED, comment: records.comment() }], {
    call: WITH_RECEIPT,
    bookings: { take: [takeBy('user-1')], release: [GIVEN] },
  });
  const keys = lines.map(({ PK, SK }) => `${String(PK)} ${String(SK)}`);
  expect(new Set(keys).size).toBe(keys.length);
});

it('every change that a resource writes has its rows above', async () => {
  const folder = new URL('../../../../adapters/dynamodb/resources/', import.meta.url);
  const modules = await Promise.all(
    (await readdir(folder)).map(async (file): Promise<object> => (await import(`${folder.href}${file}`)) as object),
  );
  const kinds = modules.flatMap((exported) =>
    Object.entries(exported).flatMap(([name, writes]) =>
      name.endsWith('Writes') ? Object.keys(writes as object) : [],
    ),
  );
  expect(new Set(kinds)).toEqual(new Set(Object.keys(CASES)));
});
