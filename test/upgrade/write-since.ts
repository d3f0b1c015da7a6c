/**
 * Writes the second fixture of the upgrade test: a tenant with the kinds of items that came after the first one was written.
 * As that one, to be run when a stored shape is to become a promise: `node --import tsx test/upgrade/write-since.ts`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { KINDS_SINCE } from './kinds.ts';
import { startRecorder } from './recorder.ts';

const { send, post, idOf, signIn, keep } = await startRecorder();

const IDENTITY = '/api/identity';
const CENTER = '/api/task-center';

const tenantId = await idOf(`${IDENTITY}/tenants`, { name: 'Kept since' });
const login = { tenant_id: tenantId, username: 'admin', password: 'kept-secret' };
await idOf(`${IDENTITY}/bootstrap-admin`, login);
await signIn(login);

const pilotId = await idOf(`${IDENTITY}/qualifications`, { code: 'PILOT', name: 'Remote pilot', description: 'A2' });
await idOf(`${IDENTITY}/qualifications`, { code: 'ROPE', name: 'Rope access', is_active: false });
const ada = await idOf(`${IDENTITY}/users`, { username: 'ada', password: 'kept-secret' });
const bo = await idOf(`${IDENTITY}/users`, { username: 'bo', password: 'kept-secret' });
for (const user of [ada, bo])
  await send('PUT', `${IDENTITY}/users/${user}/qualifications/${pilotId}`, {
    ...{ valid_from: '2026-01-01T00:00:00Z', valid_until: '2028-01-01T00:00:00Z', reference: 'DE-1234' },
  });
const hours = {
  time_zone: 'Europe/Berlin',
  weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '06:00', end: '22:00' }],
  exceptions: [{ date: '2027-05-05', intervals: [] }],
};
await send('PUT', `${CENTER}/users/${ada}/working-hours`, hours);
const drone = await idOf('/api/assets', { asset_type: 'UAV', asset_code: 'A-1', name: 'Kept' });
await send('PUT', `/api/assets/${drone}/working-hours`, hours);
await post(`/api/assets/${drone}/absences`, { start_at: '2027-06-01T00:00:00Z', end_at: '2027-06-02T00:00:00Z' });

const typeId = await idOf(`${CENTER}/types`, {
  code: 'INSPECT',
  name: 'Inspection',
  required_qualifications: ['PILOT'],
});
const window = (day: number, hour: number) => ({
  planned_start_at: `2027-05-0${day}T${String(hour).padStart(2, '0')}:00:00Z`,
  planned_end_at: `2027-05-0${day}T${String(hour + 2).padStart(2, '0')}:00:00Z`,
});
const taskIds: string[] = [];
const task = async (name: string, more: object): Promise<string> => {
  taskIds.push(await idOf(`${CENTER}/tasks`, { task_type_id: typeId, name, ...more }));
  return taskIds.at(-1) ?? '';
};
const demands = { buffer_before_minutes: 30, required_assets: [{ asset_type: 'UAV' }] };
const equipped = await task('equipped', { ...window(3, 8), ...demands });
await post(`${CENTER}/tasks/${equipped}/dispatch`, { assigned_to: ada });
const automatic = await task('automatic', { ...window(4, 8), ...demands });
await post(`${CENTER}/tasks/${automatic}/auto-dispatch`, { candidate_user_ids: [ada, bo] });
const override = { rules: ['outside_working_hours'], reason: 'The holiday was moved' };
const overridden = await task('overridden', window(5, 8));
await post(`${CENTER}/tasks/${overridden}/dispatch`, { assigned_to: ada, override });

const planned = [await task('planned', window(6, 8)), await task('planned, too', window(6, 8))];
const planId = await idOf(`${CENTER}/plans`, {
  tasks: { task_ids: planned },
  candidate_user_ids: [ada, bo],
  effort: 'quick',
});
const planPath = `${CENTER}/plans/${planId}`;
const stateOf = async (): Promise<unknown> => Reflect.get((await send('GET', planPath)) as object, 'state');
while ((await stateOf()) !== 'READY') await delay(500);
await send('POST', `${planPath}:commit`, {});
await send('POST', `${CENTER}/users/${ada}/calendar-feeds`);

const range = 'from=2027-05-01T00:00:00Z&to=2027-06-05T00:00:00Z';
await keep('since', KINDS_SINCE, { tenantId, login: { username: login.username, password: login.password } }, [
  `${IDENTITY}/qualifications?limit=200`,
  ...[ada, bo].flatMap((id) => [
    `${IDENTITY}/users/${id}/qualifications`,
    `${CENTER}/users/${id}/working-hours`,
    `${CENTER}/users/${id}/calendar?${range}`,
    `${CENTER}/users/${id}/calendar-feeds`,
  ]),
  ...['', '/working-hours', '/absences', `/calendar?${range}`].map((rest) => `/api/assets/${drone}${rest}`),
  ...taskIds.flatMap((id) => ['', '/history', '/decisions'].map((rest) => `${CENTER}/tasks/${id}${rest}`)),
  planPath,
]);
