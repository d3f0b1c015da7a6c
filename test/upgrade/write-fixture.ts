/**
 * Writes the fixture of the upgrade test: a tenant with every kind of item, and what the API says of it. To be run when a
 * stored shape is to become a promise, and never again for that commit:
 * `node --import tsx test/upgrade/write-fixture.ts`.
 */
import { KINDS } from './kinds.ts';
import { startRecorder } from './recorder.ts';

const { send, post, idOf, signIn, keep } = await startRecorder();

const IDENTITY = '/api/identity';
const CENTER = '/api/task-center';

const tenantId = await idOf(`${IDENTITY}/tenants`, { name: 'Kept' });
const login = { tenant_id: tenantId, username: 'admin', password: 'kept-secret' };
const adminId = await idOf(`${IDENTITY}/bootstrap-admin`, login);
await post(`${IDENTITY}/dev-login`, { ...login, password: 'a guess' });
await signIn(login);
await post(`${IDENTITY}/dev-login`, { ...login, username: 'nobody' });

const permissions = (await send('GET', `${IDENTITY}/permissions`)) as { id: string; name: string }[];
const permission = (name: string): string => permissions.find((one) => one.name === name)?.id ?? '';
const roleId = await idOf(`${IDENTITY}/roles`, { name: 'Dispatcher', description: 'Plans' });
await post(`${IDENTITY}/roles/${roleId}/permissions/${permission('mission.read')}`);
const gone = await idOf(`${IDENTITY}/roles`, { name: 'Gone' });
await send('DELETE', `${IDENTITY}/roles/${gone}`);
const northId = await idOf(`${IDENTITY}/org-units`, { name: 'North', code: 'N' });
const southId = await idOf(`${IDENTITY}/org-units`, { name: 'South', code: 'S', parent_id: northId });
await send('PATCH', `${IDENTITY}/org-units/${southId}`, { parent_id: null });
const userIds: string[] = [];
for (const username of ['ada', 'bo', 'cleo'])
  userIds.push(await idOf(`${IDENTITY}/users`, { username, password: 'kept-secret' }));
const [ada = '', bo = '', cleo = ''] = userIds;
await post(`${IDENTITY}/users/${ada}/roles/${roleId}`);
await post(`${IDENTITY}/users/${ada}/org-units/${northId}`, { is_primary: true });
await send('PATCH', `${IDENTITY}/users/${cleo}`, { is_active: false });

const assetIds: string[] = [];
for (const [index, asset_type] of ['UAV', 'BATTERY', 'DOCK'].entries()) {
  const id = await idOf('/api/assets', { asset_type, asset_code: `A-${index}`, name: 'Kept', detail: { n: index } });
  assetIds.push(id);
}
await post(`/api/assets/${assetIds[0]}/availability`, { availability_status: 'AVAILABLE', region_code: 'NORTH' });
await send('PATCH', `/api/assets/${assetIds[1]}`, { name: 'Renamed', serial_number: 'S-1' });

const typeId = await idOf(`${CENTER}/types`, { code: 'INSPECT', name: 'Inspection', description: 'From above' });
await send('PATCH', `${CENTER}/types/${typeId}`, { name: 'Inspection from above' });
const templateId = await idOf(`${CENTER}/templates`, {
  ...{ task_type_id: typeId, template_key: 'roof', name: 'Roof', default_checklist: ['Rope', { wind: 8.5 }] },
  ...{ route_template: { legs: [1, 2.5] }, payload_template: { camera: 'wide' }, default_payload: { a: { b: null } } },
});
await send('PATCH', `${CENTER}/templates/${templateId}`, { default_priority: 8 });
const cloneId = await idOf(`${CENTER}/templates/${templateId}:clone`, { template_key: 'roof-2', name: 'Roof 2' });

const listed = (await send('GET', `${CENTER}/strategies`)) as { caps: object; weights: object }[];
const { caps, weights } = listed[0] ?? { caps: {}, weights: {} };
const strategyId = await idOf(`${CENTER}/strategies`, { version: 'v3', caps, weights });
const shadowId = await idOf(`${CENTER}/strategies`, {
  version: 'v4',
  caps,
  weights: { ...weights, org_match: 0 },
});
await post(`${CENTER}/strategies/${strategyId}/activate`);
await post(`${CENTER}/strategies/${shadowId}/shadow`, { enabled: true });

const window = (day: number, hour: number) => ({
  planned_start_at: `2026-05-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00Z`,
  planned_end_at: `2026-05-${String(day).padStart(2, '0')}T${String(hour + 2).padStart(2, '0')}:00:00Z`,
});
const taskIds: string[] = [];
const task = async (name: string, more: object = {}): Promise<string> => {
  const id = await idOf(`${CENTER}/tasks`, { task_type_id: typeId, name, ...more }, `key-${taskIds.length}`);
  taskIds.push(id);
  return `${CENTER}/tasks/${id}`;
};
await task('draft', { template_id: templateId, area_code: 'NORTH', attachments: [{ name: 'Plan', url: 'plan.pdf' }] });
const pending = await task('pending', { requires_approval: true, ...window(1, 8) });
await post(`${pending}/submit-approval`, { note: 'Please' });
const approved = await task('approved', { requires_approval: true, org_unit_id: northId, context_data: { x: 1 } });
await post(`${approved}/submit-approval`);
await post(`${approved}/approve`, { decision: 'APPROVE', note: 'Fine' });
const rejected = await task('rejected', { requires_approval: true });
await post(`${rejected}/submit-approval`);
await post(`${rejected}/approve`, { decision: 'REJECT' });
const held = await task('held', {
  ...window(2, 8),
  template_id: cloneId,
  area_geom: { type: 'Point', coordinates: [1, 2] },
});
await post(`${held}/dispatch`, { assigned_to: ada, note: 'Go' });
await post(`${held}/comments`, { content: 'Wet' });
await post(`${held}/attachments`, { name: 'Permit', url: 'https://example.com/permit.pdf', note: 'From the town' });
await send('PATCH', `${held}/risk-checklist`, { risk_level: 5, checklist: ['Battery'] });
const running = await task('running', window(2, 12));
await post(`${running}/auto-dispatch`, { candidate_user_ids: [ada, bo, adminId] });
await post(`${running}/transition`, { target_state: 'IN_PROGRESS' });
const open = await task('open');
await post(`${open}/dispatch`, { assigned_to: bo });
for (const number of [1, 2, 3, 4]) {
  const chosen = await task(`chosen ${number}`, { ...window(3, 8), org_unit_id: northId });
  await post(`${chosen}/auto-dispatch`, { candidate_user_ids: [ada, bo, adminId] }).catch(() => undefined);
}
const moved = await task('moved', window(4, 8));
await post(`${moved}/dispatch`, { assigned_to: ada });
await send('PATCH', `${moved}/schedule`, window(4, 12));
await post(`${moved}/reassign`, { assigned_to: bo });
const accepted = await task('accepted', window(5, 8));
await post(`${accepted}/dispatch`, { assigned_to: ada });
for (const target_state of ['IN_PROGRESS', 'ACCEPTED']) await post(`${accepted}/transition`, { target_state });
const archived = await task('archived');
await post(`${archived}/dispatch`, { assigned_to: ada });
for (const target_state of ['IN_PROGRESS', 'ACCEPTED', 'ARCHIVED'])
  await post(`${archived}/transition`, { target_state });
const canceled = await task('canceled', window(6, 8));
await post(`${canceled}/transition`, { target_state: 'CANCELED', note: 'Rain' });
await post(`${CENTER}/tasks:batch-create`, {
  tasks: ['first', 'second'].map((name) => ({ task_type_id: typeId, name })),
});
const absences = `${CENTER}/users/${bo}/absences`;
await post(absences, { start_at: '2026-06-01T00:00:00Z', end_at: '2026-06-08T00:00:00Z', reason: 'Leave' });
const back = await idOf(absences, { start_at: '2026-07-01T00:00:00Z', end_at: '2026-07-02T00:00:00Z' });
await send('DELETE', `${absences}/${back}`);

const readings = [
  ...['roles', 'org-units', 'users'].map((list) => `${IDENTITY}/${list}?limit=200`),
  ...[adminId, ...userIds].flatMap((id) =>
    ['', '/roles', '/org-units'].map((rest) => `${IDENTITY}/users/${id}${rest}`),
  ),
  `${IDENTITY}/roles/${roleId}`,
  `${IDENTITY}/org-units/${southId}`,
  '/api/assets?limit=200',
  '/api/assets?asset_type=UAV&region_code=NORTH',
  ...assetIds.map((id) => `/api/assets/${id}`),
  ...['types', 'templates'].map((list) => `${CENTER}/${list}?limit=200`),
  `${CENTER}/strategies`,
  `${CENTER}/templates/${templateId}`,
  `${CENTER}/templates/${templateId}/revisions`,
  `${CENTER}/strategies/${shadowId}/shadow-report`,
  ...['', 'state=DISPATCHED,IN_PROGRESS&', `assigned_to=${ada}&`, `task_type_id=${typeId}&`, 'area_code=NORTH&'].map(
    (filter) => `${CENTER}/tasks?${filter}limit=200`,
  ),
  `${CENTER}/tasks?unassigned=true&limit=200`,
  `${CENTER}/tasks?planned_from=2026-05-01T00:00:00Z&planned_to=2026-06-01T00:00:00Z&limit=200`,
  ...taskIds.flatMap((id) =>
    ['', '/history', '/comments', '/decisions', '/provenance'].map((rest) => `${CENTER}/tasks/${id}${rest}`),
  ),
  ...[ada, bo].flatMap((id) => [
    `${CENTER}/users/${id}/calendar?from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z`,
    `${CENTER}/users/${id}/absences`,
  ]),
];

await keep('fixture', KINDS, { tenantId, login: { username: login.username, password: login.password } }, readings);
