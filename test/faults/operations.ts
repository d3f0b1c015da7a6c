import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { v7 as newUuid } from 'uuid';
import { client, environment } from '../../adapters/runtime/composition.ts';
import { assets } from '../../adapters/runtime/resources/assets.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { directory } from '../../adapters/runtime/resources/identity.ts';
import { strategies } from '../../adapters/runtime/resources/strategies.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { tokens } from '../../adapters/runtime/security.ts';
import { PERMISSIONS } from '../../core/identity/permission.ts';
import { STRATEGY_V2_0 } from '../../core/scoring/strategy.ts';
import { makeTasks, tenantOver, type Answer, type Call, type TestTenant } from '../integration/harness.ts';
import { madePlan } from '../integration/planned.ts';
import { directCaller } from './direct-call.ts';

/** A request that is about to be sent, and how to tell afterwards what it did. */
export interface Prepared {
  readonly body?: object;
  readonly path: string;
  /** Absent: the tenant's own caller, who may do everything. */
  readonly call?: Call;
  /** How many times the request took effect, by strong reads. Absent where it only reads. */
  readonly effects?: () => Promise<number>;
  /** The resource that the answer shows, as another request shows it. */
  readonly shown?: (answer: Answer) => Promise<unknown>;
}

/** What all requests of one sweep share. */
export interface World {
  readonly tenant: TestTenant;
  readonly typeId: string;
  readonly templateId: string;
  readonly orgUnitId: string;
  /** A task of its own for every request. */
  readonly task: (state?: 'APPROVABLE') => Promise<string>;
  /** A user with a role: one for all requests, because hashing a password takes a third of a second. */
}

const PLANS = '/api/task-center';
const TASKS = `${PLANS}/tasks`;
const IDENTITY = '/api/identity';
const MOVED = { planned_start_at: '2026-03-01T09:00:00Z', planned_end_at: '2026-03-01T12:00:00Z' };
const WINDOW = { planned_start_at: '2026-03-01T08:00:00Z', planned_end_at: '2026-03-01T10:00:00Z' };
/** A batch is one transaction: the tasks of many requests cost little more than one. */
const POOL = 60;

const HOURS = { time_zone: 'Europe/Berlin', weekly: [{ days: ['mon'], start: '08:00', end: '16:00' }], exceptions: [] };

const code = (): string => newUuid().slice(-12);

const succeed = (answer: Answer): Answer => {
  if (answer.status >= 300) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
};

const made = async (call: Call, path: string, body: object): Promise<string> =>
  succeed(await call('POST', path, body)).body.id as string;

export const makeWorld = async (): Promise<World> => {
  const tenant = await tenantOver(directCaller);
  const { call } = tenant;
  const typeId = await made(call, `${PLANS}/types`, { code: code(), name: 'Inspection' });
  const templateId = await made(call, `${PLANS}/templates`, {
    task_type_id: typeId,
    template_key: code(),
    name: 'Roof',
    default_payload: { lens: 'wide' },
  });
  const orgUnitId = await made(call, `${IDENTITY}/org-units`, { code: code(), name: 'North' });
  const pools = new Map<boolean, Promise<string[]>>();
  const fill = async (requires_approval: boolean): Promise<string[]> =>
    (
      await makeTasks(
        call,
        Array.from({ length: POOL }, () => ({ ...WINDOW, requires_approval })),
      )
    ).map(({ id }) => id);
  const take = async (needsApproval: boolean): Promise<string> => {
    const pool = pools.get(needsApproval) ?? fill(needsApproval);
    pools.set(needsApproval, pool);
    const id = (await pool).pop();
    if (id !== undefined) return id;
    if (pools.get(needsApproval) === pool) pools.delete(needsApproval);
    return take(needsApproval);
  };
  return {
    tenant,
    typeId,
    templateId,
    orgUnitId,
    task: (state) => take(state === 'APPROVABLE'),
  };
};

/** Every item of a list, page by page. */
const listAll = async (call: Call, path: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const found = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer: Answer = succeed(await call('GET', next));
    found.push(...(answer.body as Record<string, unknown>[]));
    const [, link] = /<([^>]+)>; rel="next"/.exec(answer.headers.get('Link') ?? '') ?? [];
    const { pathname, search } = new URL(link ?? '', 'http://direct');
    next = link === undefined ? undefined : `${pathname}${search}`;
  }
  return found;
};

/** Creations that a list shows: one effect is one item with the field's value. */
const listed = (call: Call, path: string, field: string, value: unknown) => {
  const isPaged = !/\/(?:strategies|calendar-feeds)$/.test(path);
  const pages = isPaged ? `${path}${path.includes('?') ? '&' : '?'}limit=200` : path;
  const found = async () => (await listAll(call, pages)).filter((item) => item[field] === value);
  return {
    effects: async () => (await found()).length,
    shown: async () => (await found())[0],
  };
};

/** Changes of a task: one effect is one version more. */
const changed = async (
  { tenant }: Pick<World, 'tenant'>,
  taskId: string,
): Promise<Pick<Prepared, 'effects' | 'shown'>> => {
  const version = async () => (await tasks.get(tenant.id, taskId)).task.version;
  const before = await version();
  return {
    effects: async () => (await version()) - before,
    shown: async () => succeed(await tenant.call('GET', `${TASKS}/${taskId}`)).body,
  };
};

/** As a change of a task; the answer shows the task along with the decision. */
const decided = async (world: World, taskId: string): Promise<Pick<Prepared, 'effects' | 'shown'>> => {
  const { shown, ...rest } = await changed(world, taskId);
  return { ...rest, shown: async (answer) => ({ ...answer.body, task: await shown?.(answer) }) };
};

const onTask =
  (path: string, body: object, ready?: (world: World, taskId: string) => Promise<unknown>, isApprovable = false) =>
  async (world: World): Promise<Prepared> => {
    const taskId = await world.task(isApprovable ? 'APPROVABLE' : undefined);
    await ready?.(world, taskId);
    return { path: `${TASKS}/${taskId}${path === '' ? '' : `/${path}`}`, body, ...(await changed(world, taskId)) };
  };

const dispatched = async ({ tenant }: World, taskId: string): Promise<void> => {
  const assigned_to = await tenant.user();
  succeed(await tenant.call('POST', `${TASKS}/${taskId}/dispatch`, { assigned_to }));
};

const submitted = async ({ tenant }: World, taskId: string): Promise<unknown> =>
  succeed(await tenant.call('POST', `${TASKS}/${taskId}/submit-approval`));

const newAsset = ({ tenant }: World): Promise<string> =>
  made(tenant.call, '/api/assets', { asset_type: 'UAV', asset_code: code(), name: 'Drone' });

/** The hours of a new asset; `effects` counts the changes of its calendar. */
const ofAssetCalendar = async (world: World) => {
  const { id, call } = world.tenant;
  const assetId = await newAsset(world);
  const effects = async () =>
    (await calendars.surveyAssets(id, [assetId], undefined, 'strong'))[0]?.calendar.version ?? 0;
  return { path: `/api/assets/${assetId}/working-hours`, effects, call };
};

const newRole = ({ tenant }: World): Promise<string> => made(tenant.call, `${IDENTITY}/roles`, { name: code() });

const newQualification = ({ tenant }: World): Promise<string> =>
  made(tenant.call, `${IDENTITY}/qualifications`, { code: code(), name: 'Rope access' });

/** The path to the roles of a user who has one. */
const withRole = async (world: World): Promise<string> => {
  const [userId, roleId] = await Promise.all([world.tenant.user(), newRole(world)]);
  const path = `${IDENTITY}/users/${userId}/roles`;
  succeed(await world.tenant.call('POST', `${path}/${roleId}`));
  return path;
};

const reading = (path: string) => (): Promise<Prepared> => Promise.resolve({ path });

const RANGE = 'from=2026-03-01T00:00:00Z&to=2026-03-08T00:00:00Z';

const ABSENCE = { start_at: '2026-03-02T08:00:00Z', end_at: '2026-03-02T10:00:00Z' };

const absent = async ({ tenant }: World) => {
  const userId = await tenant.user();
  const path = `${PLANS}/users/${userId}/absences`;
  return { path, absenceId: await made(tenant.call, path, ABSENCE) };
};

/** A calendar feed of somebody who will be absent. */
const fed = async ({ tenant }: World) => {
  const user = `${PLANS}/users/${await tenant.user()}`;
  await made(tenant.call, `${user}/absences`, { start_at: '2133-01-01T08:00:00Z', end_at: '2133-01-01T10:00:00Z' });
  const path = `${user}/calendar-feeds`;
  const { body } = succeed(await tenant.call('POST', path));
  return { path, feedId: body.id as string, address: new URL(body.url as string, 'http://direct').pathname };
};

const absentAsset = async (world: World) => {
  const path = `/api/assets/${await newAsset(world)}/absences`;
  return { path, absenceId: await made(world.tenant.call, path, ABSENCE) };
};

const newType = ({ tenant }: World): Promise<string> =>
  made(tenant.call, `${PLANS}/types`, { code: code(), name: 'Mapping' });

const newTemplate = ({ tenant, typeId }: World): Promise<string> =>
  made(tenant.call, `${PLANS}/templates`, { task_type_id: typeId, template_key: code(), name: 'Mast' });

const autoDispatched = async ({ tenant }: World, taskId: string): Promise<void> => {
  const candidate_user_ids = [await tenant.user()];
  succeed(await tenant.call('POST', `${TASKS}/${taskId}/auto-dispatch`, { candidate_user_ids }));
};

const STRATEGY = {
  weights: { ...STRATEGY_V2_0.weights, org_match: 30 },
  caps: STRATEGY_V2_0.caps,
};

/** What a tenant chooses decides for the whole of it: each request has a tenant of its own. */
const onStrategy = (verb: string) => async (): Promise<Prepared> => {
  const { id, call } = await tenantOver(directCaller);
  const path = `${PLANS}/strategies`;
  const strategyId = await made(call, path, { version: code(), ...STRATEGY });
  const { shown } = listed(call, path, 'id', strategyId);
  const status = async () => (await shown())?.['status'];
  return {
    path: `${path}/${strategyId}/${verb}`,
    call,
    effects: async () =>
      verb === 'retire' ? Number((await status()) === 'retired') : (await strategies.chosen(id)).version,
    shown,
  };
};

/** A plan that is made, of one task for one person. */
const planOfOne = async (world: World) => {
  const taskId = await world.task();
  const draft = { tasks: { task_ids: [taskId] }, candidate_user_ids: [await world.tenant.user()] };
  const { id } = (await madePlan(world.tenant.id, world.tenant.call, draft)) as { id: string };
  return { taskId, planId: id, path: `${PLANS}/plans/${id}` };
};

/** What a plan does is seen at its task; the answer shows the plan along with what was done. */
const onPlan = async ({ tenant }: Pick<World, 'tenant'>, { planId, taskId }: { planId: string; taskId: string }) => {
  const { effects } = await changed({ tenant }, taskId);
  const summary = async () => (await listAll(tenant.call, `${PLANS}/plans?limit=200`)).find(({ id }) => id === planId);
  return {
    ...(effects === undefined ? {} : { effects }),
    shown: async (answer: Answer) => ({ ...answer.body, plan: await summary() }),
  };
};

/** Tenants have no list: the table itself is asked. */
const tenantsNamed = async (name: string): Promise<number> => {
  const pages = paginateScan(
    { client },
    {
      TableName: environment.TABLE_NAME,
      ConsistentRead: true,
      FilterExpression: '#sk = :tenant AND #name = :name',
      ExpressionAttributeNames: { '#sk': 'SK', '#name': 'name' },
      ExpressionAttributeValues: { ':tenant': 'TENANT', ':name': name },
    },
  );
  let count = 0;
  for await (const { Count = 0 } of pages) count += Count;
  return count;
};

/**
 * How to make one request of every operation. Where one operation writes in several ways, the others follow its name
 * behind a comma.
 */
export const OPERATIONS: Readonly<Record<string, (world: World) => Promise<Prepared>>> = {
  start: reading('/'),
  healthz: reading('/healthz'),
  readyz: reading('/readyz'),
  getDocument: reading('/openapi.json'),
  openBoard: reading('/board'),
  getBoardFile: reading('/board/my-day'),
  getBoardSettings: reading('/board/settings.json'),

  createTenant: () => {
    const name = code();
    return Promise.resolve({
      path: `${IDENTITY}/tenants`,
      call: directCaller(),
      body: { name },
      effects: () => tenantsNamed(name),
    });
  },
  bootstrapAdmin: async () => {
    const anonymous = directCaller();
    const tenant_id = await made(anonymous, `${IDENTITY}/tenants`, { name: code() });
    const reader = directCaller(await tokens.issue({ sub: newUuid(), tenant_id, permissions: ['identity.read'] }));
    const body = { tenant_id, username: 'admin', password: 'secret' };
    return {
      path: `${IDENTITY}/bootstrap-admin`,
      call: anonymous,
      body,
      ...listed(reader, `${IDENTITY}/users`, 'username', 'admin'),
    };
  },
  // Somebody of its own: attempts with one name from one address are counted, and those at once wait for each other.
  devLogin: async ({ tenant }) => {
    const login = { username: code(), password: 'secret' };
    const userId = await made(tenant.call, `${IDENTITY}/users`, login);
    const roleId = await made(tenant.call, `${IDENTITY}/roles`, { name: code() });
    succeed(await tenant.call('POST', `${IDENTITY}/users/${userId}/roles/${roleId}`));
    return { path: `${IDENTITY}/dev-login`, call: directCaller(), body: { tenant_id: tenant.id, ...login } };
  },
  listPermissions: reading(`${IDENTITY}/permissions`),
  createRole: ({ tenant }) => {
    const name = code();
    return Promise.resolve({
      path: `${IDENTITY}/roles`,
      body: { name },
      ...listed(tenant.call, `${IDENTITY}/roles`, 'name', name),
    });
  },
  listRoles: reading(`${IDENTITY}/roles`),
  grantPermission: async (world) => {
    const roleId = await newRole(world);
    const [permission] = succeed(await world.tenant.call('GET', `${IDENTITY}/permissions`)).body as { id: string }[];
    const version = async () => (await directory.findRoles(world.tenant.id, [roleId]))[0]?.version ?? 0;
    const before = await version();
    return {
      path: `${IDENTITY}/roles/${roleId}/permissions/${permission?.id ?? ''}`,
      effects: async () => (await version()) - before,
    };
  },
  createUser: ({ tenant }) => {
    const username = code();
    return Promise.resolve({
      path: `${IDENTITY}/users`,
      body: { username, password: 'secret' },
      ...listed(tenant.call, `${IDENTITY}/users`, 'username', username),
    });
  },
  listUsers: reading(`${IDENTITY}/users`),
  getUser: async ({ tenant }) => ({ path: `${IDENTITY}/users/${await tenant.user()}` }),
  changeUser: async ({ tenant }) => {
    const userId = await tenant.user();
    return {
      path: `${IDENTITY}/users/${userId}`,
      body: { is_active: false },
      effects: async () => ((await directory.findUser(tenant.id, userId))?.version ?? 0) - 1,
      shown: async () => ({
        ...succeed(await tenant.call('GET', `${IDENTITY}/users/${userId}`)).body,
        ...{ affected: [], affected_more: false },
      }),
    };
  },
  assignRole: async (world) => {
    const [userId, roleId] = await Promise.all([world.tenant.user(), newRole(world)]);
    return {
      path: `${IDENTITY}/users/${userId}/roles/${roleId}`,
      effects: async () => ((await directory.findUser(world.tenant.id, userId))?.version ?? 0) - 1,
    };
  },
  createOrgUnit: ({ tenant, orgUnitId }) => {
    const unit = code();
    return Promise.resolve({
      path: `${IDENTITY}/org-units`,
      body: { code: unit, name: 'East', parent_id: orgUnitId },
      ...listed(tenant.call, `${IDENTITY}/org-units`, 'code', unit),
    });
  },
  listOrgUnits: reading(`${IDENTITY}/org-units`),
  setMembership: async ({ tenant, orgUnitId }) => {
    const userId = await tenant.user();
    return {
      path: `${IDENTITY}/users/${userId}/org-units/${orgUnitId}`,
      body: { is_primary: true },
      effects: async () => ((await calendars.find(tenant.id, userId))?.version ?? 0) - 1,
    };
  },

  changeOwnPassword: async ({ tenant }) => {
    const login = { username: code(), password: 'secret' };
    const userId = await made(tenant.call, `${IDENTITY}/users`, login);
    return {
      path: `${IDENTITY}/me/password`,
      call: await tenant.as([], userId),
      body: { current_password: login.password, new_password: 'another' },
      effects: async () => ((await directory.findUser(tenant.id, userId))?.version ?? 0) - 1,
    };
  },
  getRole: async (world) => ({ path: `${IDENTITY}/roles/${await newRole(world)}` }),
  changeRole: async (world) => {
    const path = `${IDENTITY}/roles/${await newRole(world)}`;
    const name = code();
    const { effects } = listed(world.tenant.call, `${IDENTITY}/roles`, 'name', name);
    return { path, body: { name }, effects, shown: async () => succeed(await world.tenant.call('GET', path)).body };
  },
  deleteRole: async (world) => {
    const roleId = await newRole(world);
    const { effects } = listed(world.tenant.call, `${IDENTITY}/roles`, 'id', roleId);
    return { path: `${IDENTITY}/roles/${roleId}`, effects: async () => 1 - (await effects()) };
  },
  revokePermission: async (world) => {
    const roleId = await newRole(world);
    const path = `${IDENTITY}/roles/${roleId}/permissions/${PERMISSIONS[1].id}`;
    succeed(await world.tenant.call('POST', path));
    const version = async () => (await directory.findRoles(world.tenant.id, [roleId]))[0]?.version ?? 0;
    const before = await version();
    return { path, effects: async () => (await version()) - before };
  },
  'revokePermission, one that writes identities': async () => {
    const { id, call, user } = await tenantOver(directCaller);
    const writer = PERMISSIONS.find(({ name }) => name === 'identity.write')?.id ?? '';
    const roles = [
      await made(call, `${IDENTITY}/roles`, { name: 'A' }),
      await made(call, `${IDENTITY}/roles`, { name: 'B' }),
    ];
    for (const roleId of roles) {
      succeed(await call('POST', `${IDENTITY}/roles/${roleId}/permissions/${writer}`));
      succeed(await call('POST', `${IDENTITY}/users/${await user()}/roles/${roleId}`));
    }
    const [roleId = ''] = roles;
    const version = async () => (await directory.findRoles(id, [roleId]))[0]?.version ?? 0;
    const before = await version();
    return {
      path: `${IDENTITY}/roles/${roleId}/permissions/${writer}`,
      call,
      effects: async () => (await version()) - before,
    };
  },
  listUserRoles: async (world) => ({ path: await withRole(world) }),
  unassignRole: async (world) => {
    const path = await withRole(world);
    const [role] = succeed(await world.tenant.call('GET', path)).body as { id: string }[];
    const left = async () => (succeed(await world.tenant.call('GET', path)).body as unknown[]).length;
    return { path: `${path}/${role?.id ?? ''}`, effects: async () => 1 - (await left()) };
  },
  getOrgUnit: ({ orgUnitId }) => Promise.resolve({ path: `${IDENTITY}/org-units/${orgUnitId}` }),
  changeOrgUnit: async () => {
    // The moves of a tenant follow one another: those of requests side by side would take the effect from each other.
    const tenant = await tenantOver(directCaller);
    const unit = (): Promise<string> => made(tenant.call, `${IDENTITY}/org-units`, { code: code(), name: 'West' });
    const [unitId, parent_id] = [await unit(), await unit()];
    const path = `${IDENTITY}/org-units/${unitId}`;
    return {
      path,
      call: tenant.call,
      body: { parent_id },
      effects: async () => ((await directory.findOrgUnit(tenant.id, unitId))?.version ?? 0) - 1,
      shown: async () => succeed(await tenant.call('GET', path)).body,
    };
  },
  listMemberships: async ({ tenant }) => ({ path: `${IDENTITY}/users/${await tenant.user()}/org-units` }),
  removeMembership: async ({ tenant, orgUnitId }) => {
    const userId = await tenant.user();
    const path = `${IDENTITY}/users/${userId}/org-units/${orgUnitId}`;
    succeed(await tenant.call('POST', path));
    const version = async () => (await calendars.find(tenant.id, userId))?.version ?? 0;
    const before = await version();
    return { path, effects: async () => (await version()) - before };
  },

  createQualification: ({ tenant }) => {
    const qualification = code();
    const path = `${IDENTITY}/qualifications`;
    return Promise.resolve({
      path,
      body: { code: qualification, name: 'Remote pilot' },
      ...listed(tenant.call, path, 'code', qualification),
    });
  },
  listGrants: async ({ tenant }) => ({ path: `${IDENTITY}/users/${await tenant.user()}/qualifications` }),
  grantQualification: async (world) => {
    const userId = await world.tenant.user();
    return {
      path: `${IDENTITY}/users/${userId}/qualifications/${await newQualification(world)}`,
      body: { valid_until: '2030-01-01T00:00:00Z' },
      effects: async () => ((await calendars.find(world.tenant.id, userId))?.version ?? 0) - 1,
    };
  },
  withdrawQualification: async (world) => {
    const [userId, qualificationId] = await Promise.all([world.tenant.user(), newQualification(world)]);
    const path = `${IDENTITY}/users/${userId}/qualifications/${qualificationId}`;
    succeed(await world.tenant.call('PUT', path, {}));
    const version = async () => (await calendars.find(world.tenant.id, userId))?.version ?? 0;
    const before = await version();
    return { path, effects: async () => (await version()) - before };
  },
  listQualifications: reading(`${IDENTITY}/qualifications`),
  changeQualification: async (world) => {
    const name = code();
    return {
      path: `${IDENTITY}/qualifications/${await newQualification(world)}`,
      body: { name },
      ...listed(world.tenant.call, `${IDENTITY}/qualifications`, 'name', name),
    };
  },

  createAsset: ({ tenant }) => {
    const asset_code = code();
    return Promise.resolve({
      path: '/api/assets',
      body: { asset_type: 'DOCK', asset_code, name: 'Dock' },
      ...listed(tenant.call, '/api/assets', 'asset_code', asset_code),
    });
  },
  listAuditTrail: reading('/api/audit'),
  listAssets: reading('/api/assets'),
  getAsset: async (world) => ({ path: `/api/assets/${await newAsset(world)}` }),
  changeAsset: async (world) => {
    const { tenant } = world;
    const assetId = await newAsset(world);
    return {
      path: `/api/assets/${assetId}`,
      body: { name: 'Another dock' },
      effects: async () => (await assets.get(tenant.id, assetId)).version - 1,
      shown: async () => succeed(await tenant.call('GET', `/api/assets/${assetId}`)).body,
    };
  },
  setAvailability: async (world) => {
    const { tenant } = world;
    const assetId = await newAsset(world);
    return {
      path: `/api/assets/${assetId}/availability`,
      body: { availability_status: 'IN_USE', region_code: 'north' },
      effects: async () => (await assets.get(tenant.id, assetId)).version - 1,
      shown: async () => ({
        ...succeed(await tenant.call('GET', `/api/assets/${assetId}`)).body,
        ...{ affected: [], affected_more: false },
      }),
    };
  },

  getWorkingHours: async ({ tenant }) => ({ path: `${PLANS}/users/${await tenant.user()}/working-hours` }),
  setWorkingHours: async ({ tenant }) => {
    const userId = await tenant.user();
    const hours = async () => (await calendars.find(tenant.id, userId))?.working_hours ?? null;
    return {
      path: `${PLANS}/users/${userId}/working-hours`,
      body: HOURS,
      effects: async () =>
        (await hours()) === null ? 0 : ((await calendars.find(tenant.id, userId))?.version ?? 0) - 1,
    };
  },
  removeWorkingHours: async ({ tenant }) => {
    const userId = await tenant.user();
    const path = `${PLANS}/users/${userId}/working-hours`;
    succeed(await tenant.call('PUT', path, HOURS));
    const version = async () => (await calendars.find(tenant.id, userId))?.version ?? 0;
    const before = await version();
    return { path, effects: async () => (await version()) - before };
  },
  getOperatingHours: async (world) => ({ path: `/api/assets/${await newAsset(world)}/working-hours` }),
  setOperatingHours: async (world) => {
    const { path, effects } = await ofAssetCalendar(world);
    return { path, body: HOURS, effects };
  },
  'setOperatingHours, again': async (world) => {
    const { path, effects, call } = await ofAssetCalendar(world);
    succeed(await call('PUT', path, HOURS));
    const before = await effects();
    const body = { ...HOURS, time_zone: 'Asia/Tokyo' };
    return { path, body, effects: async () => (await effects()) - before };
  },
  removeOperatingHours: async (world) => {
    const { path, effects, call } = await ofAssetCalendar(world);
    succeed(await call('PUT', path, HOURS));
    const before = await effects();
    return { path, effects: async () => (await effects()) - before };
  },
  changeTaskType: async (world) => {
    const name = code();
    const typeId = await newType(world);
    return {
      path: `${PLANS}/types/${typeId}`,
      body: { name },
      ...listed(world.tenant.call, `${PLANS}/types`, 'name', name),
    };
  },
  createTaskType: ({ tenant }) => {
    const type = code();
    return Promise.resolve({
      path: `${PLANS}/types`,
      body: { code: type, name: 'Survey' },
      ...listed(tenant.call, `${PLANS}/types`, 'code', type),
    });
  },
  listTaskTypes: reading(`${PLANS}/types`),
  createTemplate: ({ tenant, typeId }) => {
    const template_key = code();
    return Promise.resolve({
      path: `${PLANS}/templates`,
      body: { task_type_id: typeId, template_key, name: 'Facade' },
      ...listed(tenant.call, `${PLANS}/templates`, 'template_key', template_key),
    });
  },
  listTemplates: reading(`${PLANS}/templates`),
  getTemplate: ({ templateId }) => Promise.resolve({ path: `${PLANS}/templates/${templateId}` }),
  reviseTemplate: async (world) => {
    const path = `${PLANS}/templates/${await newTemplate(world)}`;
    const shown = async () => succeed(await world.tenant.call('GET', path)).body as { revision: number };
    return { path, body: { default_priority: 8 }, effects: async () => (await shown()).revision - 1, shown };
  },
  listRevisions: ({ templateId }) => Promise.resolve({ path: `${PLANS}/templates/${templateId}/revisions` }),
  cloneTemplate: ({ tenant, templateId }) => {
    const template_key = code();
    return Promise.resolve({
      path: `${PLANS}/templates/${templateId}:clone`,
      body: { template_key, name: 'Facade' },
      ...listed(tenant.call, `${PLANS}/templates`, 'template_key', template_key),
    });
  },

  createTask: ({ tenant, typeId, templateId, orgUnitId }) => {
    const area_code = code();
    const { effects } = listed(tenant.call, `${TASKS}?area_code=${area_code}`, 'area_code', area_code);
    return Promise.resolve({
      path: TASKS,
      body: {
        task_type_id: typeId,
        template_id: templateId,
        org_unit_id: orgUnitId,
        area_code,
        name: 'Roof',
        ...WINDOW,
      },
      effects,
      shown: async (answer) => succeed(await tenant.call('GET', `${TASKS}/${answer.body.id}`)).body,
    });
  },
  batchCreateTasks: ({ tenant, typeId }) => {
    const area_code = code();
    const { effects } = listed(tenant.call, `${TASKS}?area_code=${area_code}`, 'area_code', area_code);
    const drafts = [1, 2, 3].map(() => ({ task_type_id: typeId, area_code, name: 'Roof', ...WINDOW }));
    return Promise.resolve({
      path: `${TASKS}:batch-create`,
      body: { tasks: drafts },
      // A part of a batch would be a broken number of effects.
      effects: async () => (await effects()) / drafts.length,
      shown: async (answer) => {
        const ids = (answer.body.tasks as { id: string }[]).map(({ id }) => id);
        const found = await Promise.all(ids.map((id) => tenant.call('GET', `${TASKS}/${id}`)));
        return { total: drafts.length, tasks: found.map(({ body }) => body as unknown) };
      },
    });
  },
  // A page with something in it: it takes a second request.
  listTasks: async (world) => {
    await world.task();
    return { path: `${TASKS}?task_type_id=${world.typeId}&limit=5` };
  },
  getTask: async (world) => ({ path: `${TASKS}/${await world.task()}` }),
  submitForApproval: onTask('submit-approval', { note: 'please' }, undefined, true),
  approveTask: onTask('approve', { decision: 'APPROVE' }, submitted, true),
  dispatchTask: async (world) => {
    const prepared = await onTask('dispatch', {})(world);
    return { ...prepared, body: { assigned_to: await world.tenant.user() } };
  },
  'dispatchTask, with equipment': async (world) => {
    const prepared = await onTask('dispatch', {})(world);
    return { ...prepared, body: { assigned_to: await world.tenant.user(), asset_ids: [await newAsset(world)] } };
  },
  'autoDispatchTask, with equipment': async (world) => {
    const taskId = await world.task();
    return {
      path: `${TASKS}/${taskId}/auto-dispatch`,
      body: { candidate_user_ids: [await world.tenant.user()], asset_ids: [await newAsset(world)] },
      ...(await decided(world, taskId)),
    };
  },
  autoDispatchTask: async (world) => {
    const taskId = await world.task();
    const candidate_user_ids = await Promise.all([world.tenant.user(), world.tenant.user()]);
    return {
      path: `${TASKS}/${taskId}/auto-dispatch`,
      body: { candidate_user_ids },
      ...(await decided(world, taskId)),
    };
  },
  'autoDispatchTask, as planned': async (world) => {
    // In an area of its own: what others register in the tenant would make the plan stale.
    const draft = { task_type_id: world.typeId, name: 'Roof', area_code: code() };
    const taskId = await made(world.tenant.call, TASKS, draft);
    const candidate_user_ids = await Promise.all([world.tenant.user(), world.tenant.user()]);
    const preview = await world.tenant.call('POST', `${TASKS}/${taskId}/auto-dispatch`, {
      candidate_user_ids,
      validate_only: true,
    });
    const { plan_token } = succeed(preview).body as { plan_token: string };
    return { path: `${TASKS}/${taskId}/auto-dispatch`, body: { plan_token }, ...(await decided(world, taskId)) };
  },
  transitionTask: onTask('transition', { target_state: 'CANCELED' }, dispatched),
  updateRiskChecklist: onTask('risk-checklist', { risk_level: 5, checklist: ['Wind'] }),
  addAttachment: onTask('attachments', { name: 'map', url: 'https://files.example/map.pdf' }),
  addComment: async (world) => {
    const taskId = await world.task();
    const { effects } = await changed(world, taskId);
    return {
      path: `${TASKS}/${taskId}/comments`,
      body: { content: 'Wet roof' },
      ...(effects === undefined ? {} : { effects }),
      shown: async () => (await listAll(world.tenant.call, `${TASKS}/${taskId}/comments`))[0],
    };
  },
  listComments: async (world) => ({ path: `${TASKS}/${await world.task()}/comments` }),
  amendTask: onTask('', { name: 'Mast', priority: 9 }),
  rescheduleTask: onTask('schedule', { planned_start_at: null, planned_end_at: null }, dispatched),
  'rescheduleTask, moved': onTask('schedule', MOVED, dispatched),
  'rescheduleTask, with equipment': async (world) => {
    const prepared = await onTask('schedule', {}, dispatched)(world);
    return { ...prepared, body: { ...MOVED, asset_ids: [await newAsset(world)] } };
  },
  'rescheduleTask, before its dispatch': onTask('schedule', MOVED),
  reassignTask: async (world) => {
    const prepared = await onTask('reassign', {}, dispatched)(world);
    return { ...prepared, body: { assigned_to: await world.tenant.user() } };
  },
  'reassignTask, with equipment': async (world) => {
    const prepared = await onTask('reassign', {}, dispatched)(world);
    return { ...prepared, body: { assigned_to: await world.tenant.user(), asset_ids: [await newAsset(world)] } };
  },
  unassignTask: onTask('unassign', { note: 'ill' }, dispatched),
  listViolations: async (world) => {
    await dispatched(world, await world.task());
    return { path: `${PLANS}/violations` };
  },
  listDecisions: async (world) => ({ path: `${TASKS}/${await world.task()}/decisions` }),
  replayDecision: async (world) => {
    const taskId = await world.task();
    await autoDispatched(world, taskId);
    const decisions = await listAll(world.tenant.call, `${TASKS}/${taskId}/decisions`);
    return { path: `${TASKS}/${taskId}/decisions/${String(decisions[0]?.['id'])}:replay` };
  },
  getProvenance: async ({ tenant, typeId, templateId }) => {
    const taskId = await made(tenant.call, TASKS, { task_type_id: typeId, template_id: templateId, name: 'Roof' });
    return { path: `${TASKS}/${taskId}/provenance` };
  },

  getCalendar: async ({ tenant }) => ({ path: `${PLANS}/users/${await tenant.user()}/calendar?${RANGE}` }),
  getBoard: async ({ tenant }) => ({ path: `${PLANS}/calendars?user_ids=${await tenant.user()}&${RANGE}` }),
  listFreeSlots: async ({ tenant }) => ({
    path: `${PLANS}/users/${await tenant.user()}/free-slots?duration_minutes=60&${RANGE}`,
  }),
  addAbsence: async ({ tenant }) => {
    const path = `${PLANS}/users/${await tenant.user()}/absences`;
    const reason = code();
    return { path, body: { ...ABSENCE, reason }, ...listed(tenant.call, path, 'reason', reason) };
  },
  listAbsences: async (world) => ({ path: (await absent(world)).path }),
  removeAbsence: async (world) => {
    const { path, absenceId } = await absent(world);
    const { effects } = listed(world.tenant.call, path, 'id', absenceId);
    return { path: `${path}/${absenceId}`, effects: async () => 1 - (await effects()) };
  },

  createFeed: async ({ tenant }) => {
    const path = `${PLANS}/users/${await tenant.user()}/calendar-feeds`;
    const all = () => listAll(tenant.call, path);
    return { path, effects: async () => (await all()).length };
  },
  listFeeds: async (world) => ({ path: (await fed(world)).path }),
  deleteFeed: async (world) => {
    const { path, feedId } = await fed(world);
    const { effects } = listed(world.tenant.call, path, 'id', feedId);
    return { path: `${path}/${feedId}`, effects: async () => 1 - (await effects()) };
  },
  readFeed: async (world) => ({ path: (await fed(world)).address, call: directCaller() }),

  getAssetCalendar: async (world) => ({ path: `/api/assets/${await newAsset(world)}/calendar?${RANGE}` }),
  listAssetFreeSlots: async (world) => ({
    path: `/api/assets/${await newAsset(world)}/free-slots?duration_minutes=60&${RANGE}`,
  }),
  addAssetAbsence: async (world) => {
    const path = `/api/assets/${await newAsset(world)}/absences`;
    const reason = code();
    return { path, body: { ...ABSENCE, reason }, ...listed(world.tenant.call, path, 'reason', reason) };
  },
  'addAssetAbsence, beside another': async (world) => {
    const { path } = await absentAsset(world);
    const reason = code();
    const body = { start_at: '2031-01-01T08:00:00Z', end_at: '2031-01-02T08:00:00Z', reason };
    return { path, body, ...listed(world.tenant.call, path, 'reason', reason) };
  },
  listAssetAbsences: async (world) => ({ path: (await absentAsset(world)).path }),
  removeAssetAbsence: async (world) => {
    const { path, absenceId } = await absentAsset(world);
    const { effects } = listed(world.tenant.call, path, 'id', absenceId);
    return { path: `${path}/${absenceId}`, effects: async () => 1 - (await effects()) };
  },

  createPlan: ({ tenant }) => {
    const name = code();
    const { effects } = listed(tenant.call, `${PLANS}/plans`, 'name', name);
    const range = { planned_from: WINDOW.planned_start_at, planned_to: WINDOW.planned_end_at, area_code: name };
    return Promise.resolve({
      path: `${PLANS}/plans`,
      body: { tasks: range, name },
      effects,
      shown: async (answer) => succeed(await tenant.call('GET', `${PLANS}/plans/${answer.body.id}`)).body,
    });
  },
  listPlans: reading(`${PLANS}/plans?limit=5`),
  getPlan: async (world) => ({ path: (await planOfOne(world)).path }),
  cancelPlan: async ({ tenant }) => {
    const id = await made(tenant.call, `${PLANS}/plans`, { tasks: { task_ids: ['none'] } });
    const path = `${PLANS}/plans/${id}`;
    const shown = async () => succeed(await tenant.call('GET', path)).body as { version: number };
    return { path: `${path}:cancel`, effects: async () => (await shown()).version - 1 };
  },
  commitPlan: async (world) => {
    const plan = await planOfOne(world);
    return { path: `${plan.path}:commit`, body: {}, ...(await onPlan(world, plan)) };
  },
  revertPlan: async (world) => {
    const plan = await planOfOne(world);
    succeed(await world.tenant.call('POST', `${plan.path}:commit`));
    return { path: `${plan.path}:revert`, ...(await onPlan(world, plan)) };
  },

  createStrategy: async () => {
    const { call } = await tenantOver(directCaller);
    const version = code();
    return {
      path: `${PLANS}/strategies`,
      call,
      body: { version, ...STRATEGY },
      ...listed(call, `${PLANS}/strategies`, 'version', version),
    };
  },
  listStrategies: reading(`${PLANS}/strategies`),
  activateStrategy: onStrategy('activate'),
  shadowStrategy: onStrategy('shadow'),
  retireStrategy: onStrategy('retire'),
  getShadowReport: async () => {
    const { call } = await tenantOver(directCaller);
    const strategyId = await made(call, `${PLANS}/strategies`, { version: code(), ...STRATEGY });
    return { path: `${PLANS}/strategies/${strategyId}/shadow-report`, call };
  },
  listHistory: async (world) => ({ path: `${TASKS}/${await world.task()}/history` }),
};
