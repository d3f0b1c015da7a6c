import { describe, expect, it } from 'vitest';
import { newAssetCalendar } from '../../../../core/calendar/calendar.ts';
import { assetResource, userResource } from '../../../../core/calendar/resource.ts';
import { INVARIANTS, type Invariant } from '../../../../core/audit/finding.ts';
import { findBreaches } from '../../../../core/audit/invariants.ts';
import type { TenantSnapshot } from '../../../../core/audit/snapshot.ts';
import { standingViolations } from '../../../../core/audit/standing.ts';
import { changeTask, type HistoryEntry } from '../../../../core/tasks/history.ts';
import type { State } from '../../../../core/tasks/lifecycle.ts';
import type { Task } from '../../../../core/tasks/task.ts';
import { asset, calendar, orgUnit, role, scheduled, T0, task, user, windowOn } from '../../records.ts';
import type { Role, User } from '../../../../core/identity/directory.ts';
import { accessOf } from '../../../../core/identity/access.ts';

const MORNING = scheduled('08:00:00', '10:00:00');

/** A task after changes, with the entries that they left. */
const changed = (start: Task, ...steps: readonly (readonly ['dispatched' | 'state_changed' | 'rejected', State])[]) => {
  const entries: HistoryEntry[] = [];
  let current = start;
  for (const [action, state] of steps) {
    const patch = state === 'DISPATCHED' ? { state, assigned_to: 'user-1' } : { state };
    const change = changeTask(current, { actorId: 'a', at: T0, entryId: 'e' }, { action, patch });
    entries.push(change.entry);
    current = change.after;
  }
  return { task: current, entries };
};

const held = changed(task({ ...MORNING, id: 'held' }), ['dispatched', 'DISPATCHED']);
const open = changed(task({ id: 'open' }), ['dispatched', 'DISPATCHED'], ['state_changed', 'IN_PROGRESS']);
const done = changed(task({ ...MORNING, id: 'done' }), ['dispatched', 'DISPATCHED'], ['state_changed', 'CANCELED']);
const auto = changed(task({ id: 'auto', template_id: 'template-1', template_revision: 2 }));
const dispatchedByChoice = changeTask(
  auto.task,
  { actorId: 'a', at: T0, entryId: 'e' },
  {
    action: 'dispatched',
    patch: { state: 'DISPATCHED', assigned_to: 'user-1' },
    detail: { decision_id: 'decision-1' },
  },
);
const autoDone = changeTask(
  dispatchedByChoice.after,
  { actorId: 'a', at: T0, entryId: 'e' },
  { action: 'state_changed', patch: { state: 'CANCELED' } },
);
const window = windowOn('08:00:00', '10:00:00');
const holding = {
  resource: userResource('user-1'),
  task_id: 'held',
  name: 'Inspect the line',
  state: 'DISPATCHED',
  window,
} as const;
const openHolding = {
  resource: userResource('user-1'),
  task_id: 'open',
  name: 'Inspect the line',
  state: 'IN_PROGRESS',
} as const;

const USERS = [user({ role_ids: ['role-1'] }), user({ id: 'user-2', is_active: false, role_ids: ['role-1'] })];
const ROLE = role({ permissions: ['identity.write'], holders: 2, active_holders: 1 });
const SURVEYOR = {
  qualification_id: 'qualification-1',
  code: 'SURVEYOR',
  valid_from: null,
  valid_until: null,
  reference: null,
};
const membership = { org_unit_id: 'unit-2', is_primary: true, created_at: T0 };
const belonging = {
  memberships: [membership, { ...membership, org_unit_id: 'unit-1', is_primary: false }],
  qualifications: [{ ...SURVEYOR, granted_at: T0 }],
};
const UNIQUE = [
  { claim: 'USERNAME#ada', owner: 'user', owner_id: 'user-1' },
  { claim: 'USERNAME#bob', owner: 'user', owner_id: 'user-2' },
];

/** A tenant of which every invariant holds. */
const SOUND: TenantSnapshot = {
  tasks: [held.task, open.task, done.task, autoDone.after, task({ id: 'new' })],
  history: [...held.entries, ...open.entries, ...done.entries, dispatchedByChoice.entry, autoDone.entry],
  later_attachments: [],
  decisions: [{ task_id: 'auto', id: 'decision-1' }],
  revisions: [1, 3, 2].map((revision) => ({ template_id: 'template-1', revision })),
  users: USERS,
  roles: [ROLE, role({ id: 'role-2' })],
  identity_writers: [1],
  access: USERS.map(accessOf),
  org_units: [orgUnit(), orgUnit({ id: 'unit-2', parent_id: 'unit-1' })],
  qualifications: [{ id: 'qualification-1', code: 'SURVEYOR' }],
  unique_values: UNIQUE,
  claims: UNIQUE,
  roster: [
    { user_id: 'user-1', is_active: true },
    { user_id: 'user-2', is_active: false },
  ],
  calendars: [calendar({ active_count: 2, ...belonging }), calendar({ user_id: 'user-2', is_active: false })],
  holdings: [holding, openHolding],
  absences: [],
  assets: [asset({ region_code: 'N' }), asset({ id: 'asset-2', availability_status: 'IN_USE' })],
  tallies: [
    { area_code: null, total: 2, available: 1 },
    { area_code: 'N', total: 1, available: 1 },
  ],
  batches: [{ id: 'batch-1', task_ids: ['held', 'open'] }],
};

const breaches = (patch: Partial<TenantSnapshot>): readonly string[] =>
  findBreaches({ ...SOUND, ...patch }).map(({ invariant, subject }) => `${invariant} ${subject}`);

const other = changed(task({ ...scheduled('09:00:00', '11:00:00'), id: 'other' }), ['dispatched', 'DISPATCHED']);
const otherHolding = { ...holding, task_id: 'other', window: windowOn('09:00:00', '11:00:00') };
const [dispatched, canceled] = done.entries;
const withEntry = (patch: Partial<HistoryEntry>): Partial<TenantSnapshot> => ({
  history: SOUND.history.map((entry) => (entry === canceled ? { ...entry, ...patch } : entry)),
});

const noon = windowOn('12:00:00', '13:00:00');
const absenceHolding = { resource: userResource('user-1'), absence_id: 'absence-1', reason: null, window: noon };
const absence = {
  ...{ id: 'absence-1', user_id: 'user-1', asset_id: null, start_at: noon.start, end_at: noon.end, reason: null },
  ...{ created_by: 'creator', created_at: T0 },
};

/** The calendar of the first user with something else in it. */
const withCalendar = (patch: Partial<typeof belonging>): Partial<TenantSnapshot> => ({
  calendars: [calendar({ active_count: 2, ...belonging, ...patch }), ...SOUND.calendars.slice(1)],
});
const withUser = (patch: Partial<User>): Partial<TenantSnapshot> => {
  const users = [user({ role_ids: ['role-1'], ...patch }), ...USERS.slice(1)];
  return { users, access: users.map(accessOf) };
};
const withRole = (patch: Partial<Role>): Partial<TenantSnapshot> => ({ roles: [{ ...ROLE, ...patch }] });
const secondPrimary = { ...membership, org_unit_id: 'unit-1' };

const BROKEN: readonly (readonly [string, Partial<TenantSnapshot>, readonly string[]])[] = [
  [
    'two windows that overlap',
    {
      tasks: [...SOUND.tasks, other.task],
      history: [...SOUND.history, ...other.entries],
      holdings: [...SOUND.holdings, otherHolding],
      calendars: SOUND.calendars.map((one) => ({ ...one, active_count: one.active_count === 2 ? 3 : 0 })),
    },
    ['windows_disjoint user/user-1'],
  ],
  ['a window that is not held', { holdings: [openHolding] }, ['holding_of_task task/held', 'active_count user/user-1']],
  [
    'an open assignment that is not held',
    { holdings: [holding] },
    ['holding_of_task task/open', 'active_count user/user-1'],
  ],
  [
    'a window of another length',
    { holdings: [{ ...holding, window: windowOn('08:00:00', '09:00:00') }, openHolding] },
    ['holding_of_task task/held', 'holding_of_task task/held'],
  ],
  [
    'a window that was not given back',
    { holdings: [...SOUND.holdings, { ...holding, task_id: 'done', window: windowOn('12:00:00', '13:00:00') }] },
    ['holding_of_task task/done', 'active_count user/user-1'],
  ],
  [
    'a window of no task',
    { holdings: [...SOUND.holdings, { ...otherHolding, task_id: 'ghost', window: windowOn('12:00:00', '13:00:00') }] },
    ['holding_of_task task/ghost', 'active_count user/user-1'],
  ],
  ['a task held by nobody', { tasks: SOUND.tasks.map((one) => ({ ...one, assigned_to: null })) }, []],
  ['a missing entry', { history: SOUND.history.filter((one) => one !== dispatched) }, ['history_gapless task/done']],
  ['a missing last entry', { history: SOUND.history.filter((one) => one !== canceled) }, ['history_gapless task/done']],
  ['an entry of no task', withEntry({ task_id: 'ghost' }), ['history_gapless task/ghost']],
  ['a state that does not lead there', withEntry({ from_state: 'ACCEPTED' }), ['history_legal task/done']],
  ['another state at the end', withEntry({ to_state: 'ACCEPTED' }), ['history_legal task/done']],
  ['an action that leads elsewhere', withEntry({ action: 'rejected' }), ['history_legal task/done']],
  ['a comment that moves the state', withEntry({ action: 'comment_added' }), ['history_legal task/done']],
  [
    'a dispatch without the approval',
    { tasks: SOUND.tasks.map((one) => (one.id === 'held' ? { ...one, requires_approval: true } : one)) },
    ['history_legal task/held'],
  ],
  [
    'an attachment too many',
    { later_attachments: [{ task_id: 'new', id: 'attachment-1' }] },
    ['attachment_count task/new'],
  ],
  ['a decision that is lost', { decisions: [] }, ['decision_kept task/auto']],
  [
    'a decision that nobody made',
    { decisions: [...SOUND.decisions, { task_id: 'new', id: 'decision-2' }] },
    ['decision_kept task/new'],
  ],
  [
    'a lost revision',
    { revisions: SOUND.revisions.filter(({ revision }) => revision !== 2) },
    ['revisions_gapless template/template-1', 'revision_of_task task/auto'],
  ],
  [
    'a revision that is there twice',
    { revisions: [...SOUND.revisions, { template_id: 'template-1', revision: 3 }] },
    ['revisions_gapless template/template-1'],
  ],
  ['a lost template', { revisions: [] }, ['revision_of_task task/auto']],
  ['an asset that is not counted', { assets: [...SOUND.assets, asset({ id: 'asset-3' })] }, ['tally_of_assets tenant']],
  ['a tally of nothing', { assets: SOUND.assets.slice(1) }, ['tally_of_assets tenant', 'tally_of_assets area/N']],
  ['a user who is not in the roster', { roster: SOUND.roster.slice(1) }, ['roster_of_users user/user-1']],
  [
    'a user who is in it twice',
    { roster: [...SOUND.roster, { user_id: 'user-1', is_active: false }] },
    ['roster_of_users user/user-1'],
  ],
  [
    'a name in it that is no user',
    { roster: [...SOUND.roster, { user_id: 'ghost', is_active: true }] },
    ['roster_of_users user/ghost'],
  ],
  [
    'a calendar that takes an inactive user for active',
    { calendars: SOUND.calendars.map((one) => ({ ...one, is_active: true })) },
    ['calendar_of_users user/user-2'],
  ],
  ['a user without a calendar', { calendars: SOUND.calendars.slice(0, 1) }, ['calendar_of_users user/user-2']],
  [
    'a holding that knows other qualifications than its task demands',
    { holdings: SOUND.holdings.map((one) => ({ ...one, required_qualifications: ['PILOT'] })) },
    ['holding_of_task task/held'],
  ],
  ['an absence whose time is not held', { absences: [absence] }, ['holding_of_absence absence/absence-1']],
  [
    'the time of an absence that there is not',
    { holdings: [...SOUND.holdings, absenceHolding] },
    ['holding_of_absence absence/absence-1'],
  ],
  [
    'an absence that holds another time',
    {
      holdings: [...SOUND.holdings, absenceHolding],
      absences: [{ ...absence, end_at: windowOn('12:00:00', '14:00:00').end }],
    },
    ['holding_of_absence absence/absence-1'],
  ],
  ['a role that there is not', withUser({ role_ids: ['role-1', 'ghost'] }), ['roles_of_users user/user-1']],
  ['a role that a user has twice', withUser({ role_ids: ['role-2', 'role-2'] }), ['roles_of_users user/user-1']],
  ['a role that counts too many', withRole({ holders: 3 }), ['roles_of_users role/role-1']],
  ['a role that counts too few active', withRole({ active_holders: 0 }), ['roles_of_users role/role-1']],
  [
    'a permission that there is not',
    withRole({ permissions: ['identity.write', 'mission.fly'] }),
    ['permissions_of_roles role/role-1'],
  ],
  [
    'a permission that is there twice',
    withRole({ permissions: ['identity.write', 'identity.write'] }),
    ['permissions_of_roles role/role-1'],
  ],
  ['a wrong count of who can write identities', { identity_writers: [2] }, ['identity_writers tenant']],
  ['a lost count of who can write identities', { identity_writers: [] }, ['identity_writers tenant']],
  [
    'nobody left who can write identities',
    { ...withRole({ permissions: [] }), identity_writers: [0] },
    ['identity_writers tenant'],
  ],
  ['a user of whom tokens know nothing', { access: SOUND.access.slice(1) }, ['access_of_users user/user-1']],
  ['tokens of nobody', { access: [...SOUND.access, accessOf(user({ id: 'ghost' }))] }, ['access_of_users user/ghost']],
  ...(['is_active', 'token_epoch', 'role_ids'] as const).map(
    (field) =>
      [
        `tokens that know another ${field}`,
        {
          access: SOUND.access.map((one) => ({
            ...one,
            [field]: { is_active: true, token_epoch: 2, role_ids: [] }[field],
          })),
        },
        ['access_of_users user/user-2'],
      ] as const,
  ),
  [
    'a membership of no org unit',
    withCalendar({ memberships: [{ ...membership, org_unit_id: 'ghost' }] }),
    ['memberships_of_users user/user-1'],
  ],
  [
    'a membership that is there twice',
    withCalendar({ memberships: [membership, { ...membership, is_primary: false }] }),
    ['memberships_of_users user/user-1'],
  ],
  [
    'two primary memberships',
    withCalendar({ memberships: [membership, secondPrimary] }),
    ['memberships_of_users user/user-1'],
  ],
  ['a grant of no qualification', { qualifications: [] }, ['grants_of_users user/user-1']],
  [
    'a grant that is there twice',
    withCalendar({ qualifications: [...belonging.qualifications, ...belonging.qualifications] }),
    ['grants_of_users user/user-1'],
  ],
  ['a lost org unit', { org_units: SOUND.org_units.slice(1) }, ['org_tree org_unit/unit-2']],
  [
    'org units below each other',
    { org_units: [orgUnit({ parent_id: 'unit-2' }), orgUnit({ id: 'unit-2', parent_id: 'unit-1' })] },
    ['org_tree org_unit/unit-1', 'org_tree org_unit/unit-2'],
  ],
  ['a name that nobody claims', { claims: UNIQUE.slice(1) }, ['unique_values user/user-1']],
  [
    'a name that another claims',
    { claims: UNIQUE.map((one) => ({ ...one, owner_id: 'user-2' })) },
    ['unique_values user/user-1'],
  ],
  ['a claim of a name that nobody has', { unique_values: UNIQUE.slice(1) }, ['unique_values claim/USERNAME#ada']],
  [
    'a batch that is not whole',
    { batches: [{ id: 'batch-1', task_ids: ['held', 'ghost'] }] },
    ['batch_whole batch/batch-1'],
  ],
];

describe('the invariants of a tenant', () => {
  it('hold for a sound one', () => {
    expect(findBreaches(SOUND)).toEqual([]);
  });

  it.each(BROKEN)('name %s', (_, patch, expected) => {
    const found = breaches(patch);
    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(expect.arrayContaining([...expected]));
  });

  it('find a window that overlaps one which began long before its neighbour', () => {
    const long = { ...holding, task_id: 'a', window: windowOn('06:00:00', '20:00:00') };
    const short = { ...holding, task_id: 'b', window: windowOn('07:00:00', '08:00:00') };
    const late = { ...holding, task_id: 'c', window: windowOn('19:00:00', '21:00:00') };
    const found = breaches({ holdings: [late, short, long] }).filter((name) => name.startsWith('windows_disjoint'));
    expect(found).toHaveLength(2);
  });

  it('say nothing of windows that touch', () => {
    const next = { ...holding, task_id: 'next', window: windowOn('10:00:00', '11:00:00') };
    expect(breaches({ holdings: [...SOUND.holdings, next] })).not.toContain('windows_disjoint user/user-1');
  });

  it('count an absence as no work', () => {
    expect(breaches({ holdings: [...SOUND.holdings, absenceHolding], absences: [absence] })).toEqual([]);
  });

  it('are all tested here', () => {
    const tested = new Set(
      BROKEN.flatMap(([, patch]) => findBreaches({ ...SOUND, ...patch }).map((one) => one.invariant)),
    );
    const all: readonly Invariant[] = Object.keys(INVARIANTS) as Invariant[];
    expect(all.filter((one) => !tested.has(one))).toEqual([]);
  });
});

describe('held tasks that break a rule about their holder or their equipment', () => {
  it('are counted apart: they are no breach', () => {
    const demanding = { ...SOUND, holdings: [{ ...holding, required_qualifications: ['PILOT'] }] };
    expect(standingViolations(demanding, T0)).toBe(1);
    expect(standingViolations(SOUND, T0)).toBe(0);
    const inactive = SOUND.calendars.map((one) => ({ ...one, is_active: false }));
    const held = SOUND.holdings.filter(({ resource: { id } }) => id === 'user-1').length;
    expect(standingViolations({ ...SOUND, calendars: inactive }, T0)).toBe(held);
  });

  it('count equipment that is out of use or out of its hours, and each task once', () => {
    const taken = (id: string): TenantSnapshot['holdings'][number] => ({ ...holding, resource: assetResource(id) });
    const equipped = { ...SOUND, holdings: [...SOUND.holdings, taken('asset-1')] };
    expect(standingViolations(equipped, T0)).toBe(0);
    // asset-2 is in use.
    expect(standingViolations({ ...SOUND, holdings: [...SOUND.holdings, taken('asset-2')] }, T0)).toBe(1);
    const never = { time_zone: 'UTC', weekly: [], exceptions: [] };
    const closed = { ...newAssetCalendar('tenant-1', 'asset-1'), working_hours: never };
    expect(standingViolations({ ...equipped, calendars: [...SOUND.calendars, closed] }, T0)).toBe(1);
    const both = [{ ...holding, required_qualifications: ['PILOT'] }, taken('asset-2')];
    expect(standingViolations({ ...SOUND, holdings: both }, T0)).toBe(1);
  });
});
