import { once } from 'node:events';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeAuditSources } from '../../adapters/dynamodb/audit-sources.ts';
import { makeCommit } from '../../adapters/dynamodb/commit.ts';
import {
  attachmentKey,
  calendarKey,
  claimKey,
  decisionKey,
  directoryKey,
  historyKey,
  identityWritersKey,
  revisionKey,
  rosterKey,
  singleKey,
  tallyKey,
  taskKey,
  userKey,
  windowKey,
  type Key,
} from '../../adapters/dynamodb/keys.ts';
import { makeTenantSnapshots } from '../../adapters/dynamodb/tenant-snapshot.ts';
import { clock, commitPorts, client, environment, reader, retry } from '../../adapters/runtime/composition.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { makeAudit, type Audit } from '../../core/audit/audit.ts';
import { INVARIANTS, type Invariant } from '../../core/audit/finding.ts';
import { makeRepair, type Sources } from '../../core/audit/repair.ts';
import { instant, makeTasks, tenantOver, type TestTenant } from '../integration/harness.ts';
import { IS_LONG } from '../integration/random.ts';
import { PERMISSIONS } from '../../core/identity/permission.ts';
import { runScript } from '../local/processes.ts';
import { WRITES } from '../unit/writes.ts';
import { directCaller } from './direct-call.ts';
import { userResource } from '../../core/calendar/resource.ts';

const [roleKey, unitKey, accessKey] = [directoryKey('role'), directoryKey('org_unit'), singleKey('access')];
const TableName = environment.TABLE_NAME;
const { byScan: snapshot, byPartitions } = makeTenantSnapshots({ client, tableName: TableName, reader });
const sources = makeAuditSources({ reader, snapshot });
const commit = makeCommit(commitPorts, WRITES);
const makeRepairs = (own: Sources) => makeRepair({ sources: own, calendars, commit, retry });
const repairs = makeRepairs(sources);
const audit = makeAudit({ snapshot, repairs, clock });

const audited = ({ id }: TestTenant, repair = false, run = audit): Promise<Audit> =>
  run({ tenantId: id, actorId: 'audit', permissions: [] }, { repair });
/** The same judgement of the same items, without those of all other tests; it knows no batches. */
const auditOfPartitions = makeAudit({
  snapshot: byPartitions,
  repairs: makeRepairs(makeAuditSources({ reader, snapshot: byPartitions })),
  clock,
});

const window = (hour: number) => ({
  planned_start_at: `2026-03-01T${String(hour).padStart(2, '0')}:00:00Z`,
  planned_end_at: `2026-03-01T${String(hour + 1).padStart(2, '0')}:00:00Z`,
});
const START = instant('2026-03-01T08:00:00Z');

interface Furnished {
  readonly tenant: TestTenant;
  readonly userId: string;
  /** Dispatched, scheduled from 8 to 9, with an attachment added later; of a batch of four. */
  readonly taskId: string;
  /** Unscheduled, and dispatched to the same user. */
  readonly openId: string;
  /** Two drafts, at 10 and 11. */
  readonly drafts: readonly string[];
  /** One in the area north, available; one nowhere, in use. */
  readonly assetIds: readonly string[];
  /** From 20 to 21. */
  readonly absenceId: string;
  /** Auto-dispatched to the same user, from 14 to 15. */
  readonly autoId: string;
  /** Of two revisions; a task was made from the first. */
  readonly templateId: string;
  /** Lets the user write identities, as nobody else can. */
  readonly roleId: string;
  /** One below the other; the user is a member of the lower one. */
  readonly unitIds: readonly string[];
  /** The user has it. */
  readonly qualificationId: string;
}

const idAt = (made: readonly { readonly id: string }[], at: number): string => made[at]?.id ?? '';

const revise = async ({ call }: TestTenant, templateId: string): Promise<void> => {
  const path = `/api/task-center/templates/${templateId}`;
  const { body: template } = await call('GET', path);
  // Another priority each time: equal content makes no revision.
  const answer = await call('PATCH', path, { default_priority: (Number(template.default_priority) % 10) + 1 });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
};

/** Gives a user a role, a membership and a qualification. */
const enrol = async ({ call }: TestTenant, userId: string) => {
  const send = async (method: string, path: string, body?: object): Promise<string> => {
    const answer = await call(method, `/api/identity/${path}`, body);
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.status === 201 ? (answer.body.id as string) : '';
  };
  const roleId = await send('POST', 'roles', { name: 'chief' });
  await send('POST', `roles/${roleId}/permissions/${WRITER.id}`);
  await send('POST', `users/${userId}/roles/${roleId}`);
  const upper = await send('POST', 'org-units', { code: 'N', name: 'North' });
  const lower = await send('POST', 'org-units', { code: 'N1', name: 'North 1', parent_id: upper });
  await send('POST', `users/${userId}/org-units/${lower}`, { is_primary: true });
  const qualificationId = await send('POST', 'qualifications', { code: 'A2', name: 'Remote pilot' });
  await send('PUT', `users/${userId}/qualifications/${qualificationId}`, {});
  return { roleId, unitIds: [upper, lower], qualificationId };
};
const WRITER = PERMISSIONS[2];

/** A tenant with something of everything that an invariant speaks of. */
const furnish = async (): Promise<Furnished> => {
  const tenant = await tenantOver(directCaller);
  const { call } = tenant;
  const post = async (path: string, body: object): Promise<string> => {
    const answer = await call('POST', path, body);
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body.id as string;
  };
  const userId = await tenant.user();
  const made = await makeTasks(call, [window(8), {}, window(10), window(11)]);
  const [taskId, openId] = [idAt(made, 0), idAt(made, 1)];
  for (const id of [taskId, openId]) await post(`/api/task-center/tasks/${id}/dispatch`, { assigned_to: userId });
  await post(`/api/task-center/tasks/${taskId}/attachments`, { name: 'map', url: 'https://files.example/map' });
  const asset = (asset_code: string) => post('/api/assets', { asset_type: 'UAV', asset_code, name: asset_code });
  const assetIds = [await asset('one'), await asset('two')];
  await post(`/api/assets/${assetIds[0]}/availability`, { availability_status: 'AVAILABLE', region_code: 'north' });
  await post(`/api/assets/${assetIds[1]}/availability`, { availability_status: 'IN_USE' });
  const { planned_start_at: start_at, planned_end_at: end_at } = window(20);
  const absenceId = await post(`/api/task-center/users/${userId}/absences`, { start_at, end_at });
  const [auto] = await makeTasks(call, [window(14)]);
  const autoId = auto?.id ?? '';
  const decided = await call('POST', `/api/task-center/tasks/${autoId}/auto-dispatch`, {
    candidate_user_ids: [userId],
  });
  if (decided.status !== 200) throw new Error(JSON.stringify(decided.body));
  const task_type_id = await post('/api/task-center/types', { code: 'roof', name: 'Roof' });
  const template_id = await post('/api/task-center/templates', { task_type_id, template_key: 'roof', name: 'Roof' });
  await post('/api/task-center/tasks', { task_type_id, template_id, name: 'Roof' });
  await revise(tenant, template_id);
  const drafts = [idAt(made, 2), idAt(made, 3)];
  const work = { tenant, userId, taskId, openId, drafts, assetIds, absenceId, autoId, templateId: template_id };
  return { ...work, ...(await enrol(tenant, userId)) };
};

const destroy = (Key: Key): Promise<unknown> => client.send(new DeleteCommand({ TableName, Key }));
const plant = (item: Key & Record<string, unknown>): Promise<unknown> =>
  client.send(new PutCommand({ TableName, Item: item }));
const set = (Key: Key, name: string, value: unknown): Promise<unknown> =>
  client.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );

const overlapping = { start: instant('2026-03-01T08:30:00Z'), end: instant('2026-03-01T09:30:00Z') };
const noTask = { task_id: 'no-task', name: 'Nobody knows it', state: 'DISPATCHED' };

/** What is done to a furnished tenant past the service, and what then holds no longer. */
const CORRUPTIONS: readonly (readonly [string, (of: Furnished) => Promise<unknown>, Invariant])[] = [
  [
    'a second window over the first',
    ({ tenant, userId }) =>
      plant({
        ...windowKey(tenant.id, userResource(userId), overlapping.start, 'no-task'),
        ...noTask,
        window: overlapping,
      }),
    'windows_disjoint',
  ],
  [
    'a window that nobody holds any more',
    ({ tenant, userId, taskId }) => destroy(windowKey(tenant.id, userResource(userId), START, taskId)),
    'holding_of_task',
  ],
  [
    'a window that is longer than its task',
    ({ tenant, userId, taskId }) =>
      set(windowKey(tenant.id, userResource(userId), START, taskId), 'window', { start: START, end: overlapping.end }),
    'holding_of_task',
  ],
  [
    'a task that left its state without giving the window back',
    ({ tenant, taskId }) => set(taskKey(tenant.id, taskId), 'state', 'CANCELED'),
    'holding_of_task',
  ],
  [
    'an absence whose time is not held',
    ({ tenant, userId, absenceId }) =>
      destroy(windowKey(tenant.id, userResource(userId), instant('2026-03-01T20:00:00Z'), absenceId)),
    'holding_of_absence',
  ],
  [
    'an absence over a task',
    ({ tenant, userId }) =>
      plant({
        ...windowKey(tenant.id, userResource(userId), overlapping.start, 'no-absence'),
        ...{ absence_id: 'no-absence', reason: null, window: overlapping },
      }),
    'windows_disjoint',
  ],
  [
    'an absence that is removed and whose time is held still',
    async ({ tenant, userId, absenceId }) => {
      const path = `/api/task-center/users/${userId}/absences/${absenceId}`;
      const [start, end] = [instant('2026-03-01T20:00:00Z'), instant('2026-03-01T21:00:00Z')];
      if ((await tenant.call('DELETE', path)).status !== 204) throw new Error('The absence was not removed.');
      await plant({
        ...windowKey(tenant.id, userResource(userId), start, absenceId),
        ...{ absence_id: absenceId, reason: null, window: { start, end } },
      });
    },
    'holding_of_absence',
  ],
  [
    'a lost decision',
    async ({ tenant, autoId }) => {
      const [decision] = (await tenant.call('GET', `/api/task-center/tasks/${autoId}/decisions`)).body;
      await destroy(decisionKey(tenant.id, autoId, decision.id as string));
    },
    'decision_kept',
  ],
  [
    'a revision lost from the middle',
    async ({ tenant, templateId }) => {
      await revise(tenant, templateId);
      await destroy(revisionKey(tenant.id, templateId, 2));
    },
    'revisions_gapless',
  ],
  [
    'a lost revision that a task was made from',
    ({ tenant, templateId }) => destroy(revisionKey(tenant.id, templateId, 1)),
    'revision_of_task',
  ],
  [
    'a count too high',
    ({ tenant, userId }) => set(calendarKey(tenant.id, userResource(userId)), 'active_count', 7),
    'active_count',
  ],
  [
    'a count below zero',
    ({ tenant, userId }) => set(calendarKey(tenant.id, userResource(userId)), 'active_count', -1),
    'active_count',
  ],
  ['a lost history entry', ({ tenant, taskId }) => destroy(historyKey(tenant.id, taskId, 2)), 'history_gapless'],
  [
    'a history that tells of another state',
    ({ tenant, taskId }) => set(historyKey(tenant.id, taskId, 2), 'to_state', 'ARCHIVED'),
    'history_legal',
  ],
  [
    'a lost attachment',
    async ({ tenant, taskId }) => {
      const { attachments } = (await tenant.call('GET', `/api/task-center/tasks/${taskId}`)).body;
      await destroy(attachmentKey(tenant.id, taskId, attachments[0].id as string));
    },
    'attachment_count',
  ],
  ['a wrong tally of an area', ({ tenant }) => set(tallyKey(tenant.id, 'north'), 'available', 0), 'tally_of_assets'],
  ['a wrong tally of the tenant', ({ tenant }) => set(tallyKey(tenant.id, null), 'total', 9), 'tally_of_assets'],
  [
    'a tally of an area without assets',
    ({ tenant }) => plant({ ...tallyKey(tenant.id, 'south'), total: 1, available: 1 }),
    'tally_of_assets',
  ],
  ['a lost tally', ({ tenant }) => destroy(tallyKey(tenant.id, 'north')), 'tally_of_assets'],
  ['a user who is not listed', ({ tenant, userId }) => destroy(rosterKey(tenant.id, userId, true)), 'roster_of_users'],
  [
    'a lost calendar',
    ({ tenant, userId }) => destroy(calendarKey(tenant.id, userResource(userId))),
    'calendar_of_users',
  ],
  [
    'a role that counts a holder too many',
    ({ tenant, roleId }) => set(roleKey(tenant.id, roleId), 'holders', 2),
    'roles_of_users',
  ],
  ['a lost role', ({ tenant, roleId }) => destroy(roleKey(tenant.id, roleId)), 'roles_of_users'],
  [
    'a permission that there is not',
    ({ tenant, roleId }) => set(roleKey(tenant.id, roleId), 'permissions', [WRITER.name, 'mission.fly']),
    'permissions_of_roles',
  ],
  [
    'a wrong count of who can write identities',
    ({ tenant }) => set(identityWritersKey(tenant.id), 'writers', 2),
    'identity_writers',
  ],
  [
    'the last who can write identities gone inactive past the service',
    ({ tenant, userId }) => set(userKey(tenant.id, userId), 'is_active', false),
    'identity_writers',
  ],
  [
    'tokens that a new password does not end',
    ({ tenant, userId }) => set(userKey(tenant.id, userId), 'token_epoch', 2),
    'access_of_users',
  ],
  [
    'tokens that keep a role which was taken back',
    ({ tenant, userId }) => set(accessKey(tenant.id, userId), 'role_ids', ['no-role']),
    'access_of_users',
  ],
  [
    'a user of whom tokens know nothing',
    ({ tenant, userId }) => destroy(accessKey(tenant.id, userId)),
    'access_of_users',
  ],
  [
    'a lost org unit that has a member',
    ({ tenant, unitIds: [, lower = ''] }) => destroy(unitKey(tenant.id, lower)),
    'memberships_of_users',
  ],
  [
    'a lost qualification that somebody has',
    ({ tenant, qualificationId }) => destroy(directoryKey('qualification')(tenant.id, qualificationId)),
    'grants_of_users',
  ],
  [
    'org units below each other',
    ({ tenant, unitIds: [upper = '', lower] }) => set(unitKey(tenant.id, upper), 'parent_id', lower),
    'org_tree',
  ],
  [
    'a lost org unit above another',
    ({ tenant, unitIds: [upper = ''] }) => destroy(unitKey(tenant.id, upper)),
    'org_tree',
  ],
  ...(
    [
      ['ROLE_NAME', 'chief'],
      ['ORG_UNIT_CODE', 'N1'],
      ['QUALIFICATION_CODE', 'A2'],
      ['ASSET_CODE', 'UAV#one'],
      ['TYPE_CODE', 'roof'],
      ['TEMPLATE_KEY', 'roof'],
    ] as const
  ).map(
    ([kind, value]) =>
      [
        `a lost claim of a ${kind}`,
        ({ tenant }: Furnished) => destroy(claimKey(tenant.id, kind, value)),
        'unique_values',
      ] as const,
  ),
  [
    'a code that two claim',
    ({ tenant, unitIds: [upper] }) => set(claimKey(tenant.id, 'ORG_UNIT_CODE', 'N1'), 'owner_id', upper),
    'unique_values',
  ],
  [
    'a claim that nobody needs',
    ({ tenant }) => plant({ ...claimKey(tenant.id, 'USERNAME', 'nobody'), owner_id: 'nobody' }),
    'unique_values',
  ],
  ['a task lost from its batch', ({ tenant, drafts }) => destroy(taskKey(tenant.id, drafts[0] ?? '')), 'batch_whole'],
];

/** What a repair may set right. */
const DERIVED = new Set<Invariant>(['active_count', 'tally_of_assets']);

describe('the audit', () => {
  it('proves a sound tenant, and counts what there is', async () => {
    const { tenant } = await furnish();
    expect(await audited(tenant)).toMatchObject({
      findings: [],
      repairs: [],
      seen: {
        tasks: 6,
        users: 1,
        calendars: 1,
        holdings: 4,
        absences: 1,
        assets: 2,
        tallies: 2,
        batches: 2,
        decisions: 1,
        revisions: 2,
        later_attachments: 1,
        ...{ roles: 1, identity_writers: 1, access: 1, org_units: 2, qualifications: 1 },
        ...{ unique_values: 11, claims: 11 },
      },
    });
  });

  it('plants a breach of every invariant', () => {
    expect(new Set(CORRUPTIONS.map(([, , invariant]) => invariant))).toEqual(new Set(Object.keys(INVARIANTS)));
  });

  // `plants a breach of every invariant` is about the list: the quick run looks for every sixth.
  it.each(CORRUPTIONS.filter((_, at) => IS_LONG || at % 6 === 0))(
    'finds %s, changes nothing, and repairs it only where it is derived',
    async (name, corrupt, invariant) => {
      const of = await furnish();
      await corrupt(of);
      // Only a scan finds what nothing leads to.
      const isUnlisted = invariant === 'batch_whole' || name.startsWith('a claim');
      const [see, run] = isUnlisted ? [snapshot, audit] : [byPartitions, auditOfPartitions];
      const before = await see(of.tenant.id);

      const found = await audited(of.tenant, false, run);
      expect(found.findings.map((finding) => finding.invariant)).toContain(invariant);
      expect(await see(of.tenant.id)).toEqual(before);

      const { findings } = await audited(of.tenant, true, run);
      const left = new Set(findings.map((finding) => finding.invariant));
      expect(left).toEqual(
        new Set(found.findings.map((finding) => finding.invariant).filter((name) => !DERIVED.has(name))),
      );
      const { calendars: _calendars, tallies: _tallies, ...after } = await see(of.tenant.id);
      expect(before).toMatchObject(after);
    },
  );

  it('says what it repaired', async () => {
    const { tenant, userId } = await furnish();
    await set(calendarKey(tenant.id, userResource(userId)), 'active_count', 7);
    await set(tallyKey(tenant.id, null), 'total', 9);
    const { findings, repairs: done } = await audited(tenant, true);
    expect(findings).toEqual([]);
    expect(done).toEqual([
      { subject: `user/${userId}`, outcome: 'repaired', detail: 'active count from 7 to 3' },
      { subject: 'tenant', outcome: 'repaired', detail: 'from 9 assets, 1 available, to 2, 1 available' },
    ]);
  });
});

describe('a repair of what is in use', () => {
  const dispatch = async ({ tenant, userId }: Furnished, taskId: string | undefined): Promise<void> => {
    const answer = await tenant.call('POST', `/api/task-center/tasks/${taskId}/dispatch`, { assigned_to: userId });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  };

  it('loses no booking that comes in after it has counted', async () => {
    const of = await furnish();
    const call = { tenantId: of.tenant.id, actorId: 'audit', permissions: [] };
    await set(calendarKey(of.tenant.id, userResource(of.userId)), 'active_count', 7);
    const waiting = [...of.drafts];
    const own = makeRepairs({
      ...sources,
      heldCount: async (tenantId, userId) => {
        const held = await sources.heldCount(tenantId, userId);
        // Twice a booking comes in between the count and its writing; the third time it is quiet.
        const next = waiting.shift();
        if (next !== undefined) await dispatch(of, next);
        return held;
      },
    });
    expect(await own.activeCount(call, userResource(of.userId))).toMatchObject({ detail: 'active count from 9 to 5' });
    expect(await calendars.find(of.tenant.id, of.userId)).toMatchObject({ active_count: 5 });
    expect((await audited(of.tenant)).findings).toEqual([]);
  });

  it('loses no asset that moves after it has counted, even one that leaves the tally as it was', async () => {
    const of = await furnish();
    const call = { tenantId: of.tenant.id, actorId: 'audit', permissions: [] };
    await set(tallyKey(of.tenant.id, null), 'total', 9);
    const move = async (at: 0 | 1, availability_status: string): Promise<void> => {
      const path = `/api/assets/${of.assetIds[at]}/availability`;
      expect((await of.tenant.call('POST', path, { availability_status })).status).toBe(200);
    };
    let isQuiet = false;
    const own = makeRepairs({
      ...sources,
      assets: async (tenantId) => {
        // What a slow look sees: the second asset before it became available, the first after it no longer was.
        const seen = await sources.assets(tenantId);
        if (isQuiet) return seen;
        isQuiet = true;
        await move(1, 'AVAILABLE');
        await move(0, 'IN_USE');
        const later = await sources.assets(tenantId);
        return [0, 1].flatMap((at) => (at === 0 ? later : seen).filter(({ id }) => id === of.assetIds[at]));
      },
    });
    expect(await own.tally(call, null)).toMatchObject({ outcome: 'repaired' });
    expect((await audited(of.tenant)).findings).toEqual([]);
  });

  it('works beside dispatches and releases that do not wait for it', async () => {
    const of = await furnish();
    const { call } = of.tenant;
    await set(calendarKey(of.tenant.id, userResource(of.userId)), 'active_count', 50);
    const made = await makeTasks(
      call,
      Array.from({ length: 12 }, () => ({})),
    );
    const work = made.map(async ({ id }, at) => {
      await dispatch(of, id);
      if (at % 2 === 0) await call('POST', `/api/task-center/tasks/${id}/transition`, { target_state: 'CANCELED' });
    });
    const outcomes: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { outcome } = await repairs.activeCount(
        { tenantId: of.tenant.id, actorId: 'audit', permissions: [] },
        userResource(of.userId),
      );
      outcomes.push(outcome);
    }
    await Promise.all(work);
    expect(outcomes).toContain('repaired');
    expect(await calendars.find(of.tenant.id, of.userId)).toMatchObject({ active_count: 3 + 6 });
    expect((await audited(of.tenant)).findings).toEqual([]);
  });
});

describe('npm run audit', () => {
  const run = async (...words: readonly string[]) => {
    const child = runScript('local/audit.ts', words, {});
    const said = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...said };
  };

  it('tells by its exit code and its text whether a tenant is sound, and repairs on demand', async () => {
    const { tenant, userId } = await furnish();
    const sound = await run('--tenant', tenant.id);
    expect(sound).toMatchObject({ code: 0, stderr: '' });
    expect(sound.stdout).toMatch(/Every invariant holds\. Read \d+ items in \d+ requests?, [\d.]+ read units\./);

    await set(calendarKey(tenant.id, userResource(userId)), 'active_count', 7);
    const broken = await run('--tenant', tenant.id, '--json');
    expect(broken).toMatchObject({ code: 1, stderr: '' });
    const finding = { invariant: 'active_count', subject: `user/${userId}`, detail: 'counts 7, holds 3' };
    expect(JSON.parse(broken.stdout)).toMatchObject({ is_clean: false, findings: [finding], write_units: 0 });

    const repaired = await run('--tenant', tenant.id, '--repair');
    expect(repaired).toMatchObject({ code: 0, stderr: '' });
    expect(repaired.stdout).toContain(`user/${userId}: repaired, active count from 7 to 3`);
  });

  it('says what it cannot audit', async () => {
    const nobody = await run('--tenant', 'nobody');
    expect(nobody).toMatchObject({ code: 2, stdout: '' });
    expect(nobody.stderr).toContain('holds nothing of a tenant nobody');
    expect(await run()).toMatchObject({ code: 2, stdout: '' });
  });
});
