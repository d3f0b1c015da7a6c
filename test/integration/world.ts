import type { RouteContract } from '../../adapters/http/contract.ts';
import { PERMISSIONS } from '../../core/identity/permission.ts';
import { STRATEGY_V2_0 } from '../../core/scoring/strategy.ts';
import { v7 as newUuid } from 'uuid';
import { makeTrailWriter } from '../../adapters/dynamodb/resources/trail.ts';
import { client, environment } from '../../adapters/runtime/composition.ts';
import { instant, type Answer, type TestTenant } from './harness.ts';
import { fieldsOf, sampleOf, type Known } from './sample.ts';

/** One of everything that a tenant can have, by the name under which paths and bodies refer to it. */
export interface World {
  readonly tenant: TestTenant;
  readonly ids: Readonly<Record<string, string>>;
}

const writer = makeTrailWriter({ client, tableName: environment.TABLE_NAME, days: environment.AUDIT_DAYS });

const idOf = ({ status, body }: Answer): string => {
  if (status !== 201 && status !== 202) throw new Error(JSON.stringify(body));
  return body.id as string;
};

export const makeWorld = async (tenant: TestTenant): Promise<World> => {
  const { call } = tenant;
  const post = async (path: string, body: object): Promise<string> => idOf(await call('POST', path, body));
  const task_type_id = await post('/api/task-center/types', { code: 'world', name: 'World' });
  const template = { task_type_id, template_key: 'world', name: 'World' };
  const userId = await tenant.user();
  // A held task that breaks a rule: its holder has no working hours any more.
  const [holder, heldId] = [
    await tenant.user(),
    await post('/api/task-center/tasks', {
      ...{ task_type_id, name: 'Held' },
      ...{ planned_start_at: '2033-01-01T08:00:00Z', planned_end_at: '2033-01-01T09:00:00Z' },
    }),
  ];
  await call('POST', `/api/task-center/tasks/${heldId}/dispatch`, { assigned_to: holder });
  await call('PUT', `/api/task-center/users/${holder}/working-hours`, { time_zone: 'UTC', weekly: [] });
  const strategy = { version: 'world', weights: { ...STRATEGY_V2_0.weights }, caps: { ...STRATEGY_V2_0.caps } };
  const absence = { start_at: '2030-01-01T00:00:00Z', end_at: '2030-01-02T00:00:00Z' };
  const feed = await call('POST', `/api/task-center/users/${userId}/calendar-feeds`);
  const ids = {
    task_type_id,
    template_id: await post('/api/task-center/templates', template),
    task_id: await post('/api/task-center/tasks', { task_type_id, name: 'World' }),
    asset_id: await post('/api/assets', { asset_type: 'UAV', asset_code: 'world', name: 'World' }),
    qualification_id: await post('/api/identity/qualifications', { code: 'world', name: 'World' }),
    role_id: await post('/api/identity/roles', { name: 'world' }),
    org_unit_id: await post('/api/identity/org-units', { code: 'world', name: 'World' }),
    user_id: userId,
    absence_id: await post(`/api/task-center/users/${userId}/absences`, absence),
    feed_id: idOf(feed),
    token: (feed.body.url as string).split('/').at(-1) ?? '',
    strategy_id: await post('/api/task-center/strategies', strategy),
    plan_id: await post('/api/task-center/plans', {
      ...{ tasks: { task_ids: FITTING['task_ids'] }, strategy_id: 'v2-0' },
    }),
    // The catalogue is the same for all tenants.
    permission_id: PERMISSIONS[0].id,
  };
  // No publisher runs beside these tests.
  await writer.record([
    {
      ...{ id: newUuid(), tenant_id: tenant.id, at: instant(new Date().toISOString()), actor_id: 'world' },
      ...{ request_id: null, action: 'created', subject: `user/${userId}`, before: null, after: { username: 'world' } },
    },
  ]);
  return { tenant, ids };
};

/** Fields of bodies that refer to something under another name. */
const REFERS_TO: Readonly<Record<string, string>> = { assigned_to: 'user_id', parent_id: 'org_unit_id' };

/** Values that a rule ties together, so that a text or a zero of any kind would not do. */
const FITTING: Known = {
  start_at: '2031-01-01T08:00:00Z',
  end_at: '2031-01-01T09:00:00Z',
  planned_start_at: '2032-01-01T08:00:00Z',
  planned_end_at: '2032-01-01T09:00:00Z',
  org_match: 24,
  task_ids: ['0199c0de-0000-7000-8000-000000000000'],
  time_zone: 'Europe/Berlin',
  valid_from: '2031-01-01T08:00:00Z',
  valid_until: '2032-01-01T08:00:00Z',
};
/** Parameters that some reads demand. */
const DEMANDED: Readonly<Record<string, string>> = {
  from: '2031-01-01T00:00:00Z',
  to: '2031-01-02T00:00:00Z',
  duration_minutes: '30',
  user_ids: 'nobody',
};

export const knownOf = ({ ids }: Pick<World, 'ids'>): Known => ({
  ...FITTING,
  ...ids,
  ...Object.fromEntries(Object.entries(REFERS_TO).map(([field, name]) => [field, ids[name]])),
});

/** The fields of a route's body that refer to something of the tenant, and the name of what they refer to. */
export const referencesIn = (contract: RouteContract, { ids }: World): readonly (readonly [string, string])[] =>
  (contract.body === undefined ? [] : fieldsOf(contract.body)).flatMap((field) => {
    const name = REFERS_TO[field] ?? field;
    return name in ids ? [[field, name] as const] : [];
  });

export const paramsOf = ({ path }: Pick<RouteContract, 'path'>): readonly string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/** The path of a route with ids; what a tenant has none of gets an id that nothing has. */
export const pathOf = (
  { path, query }: Pick<RouteContract, 'path' | 'query'>,
  ids: Readonly<Record<string, string>>,
): string => {
  const demanded = Object.entries(DEMANDED).filter(([name]) => query !== undefined && name in query.shape);
  const search = demanded.length === 0 ? '' : `?${new URLSearchParams(demanded).toString()}`;
  const filled = path.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => ids[name] ?? '0199c0de-0000-7000-8000-000000000000',
  );
  return `${filled}${search}`;
};

/** The smallest body that a route takes, in the words of a world. */
export const bodyOf = (
  contract: RouteContract,
  world: Pick<World, 'ids'>,
  shape: { readonly salt?: string; readonly whole?: boolean } = {},
): unknown =>
  contract.body === undefined || contract.method === 'GET' ? undefined : sampleOf(contract.body, knownOf(world), shape);
