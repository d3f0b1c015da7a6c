import { assetResource, userResource } from '../core/calendar/resource.ts';
import { created, TASKS } from './requests.ts';
import { fillCalendar, hour } from './seed.ts';
import type { Service } from './service.ts';

/** Assets whose calendars are looked at where the service chooses. */
const ASSETS = 5;

/**
 * Dispatches of tasks that demand equipment, a qualification and working hours, on a tenant of their own. Each candidate
 * costs one read unit as ever: what a person may do lies in the calendar that is read anyway.
 */
export const demandingOperations = async (service: Service, candidates: number, handful: number) => {
  const tenant = await service.tenant();
  const { id, call } = tenant;
  const type = await created(call, '/api/task-center/types', { code: 'A', name: 'Inspection' });
  const qualification = await created(call, '/api/identity/qualifications', { code: 'PILOT', name: 'Pilot' });
  const users = await Promise.all(Array.from({ length: candidates }, () => tenant.user()));
  const hours = {
    time_zone: 'Europe/Berlin',
    weekly: [{ days: ['wed', 'thu', 'fri', 'sat'], start: '00:00', end: '00:00' }],
  };
  for (const user of users) {
    await call('PUT', `/api/identity/users/${user}/qualifications/${qualification}`, {});
    await call('PUT', `/api/task-center/users/${user}/working-hours`, hours);
    await fillCalendar(service, id, userResource(user), 4);
  }
  const assets: string[] = [];
  for (let index = 0; index < ASSETS; index += 1) {
    const asset = { asset_type: 'UAV', asset_code: `A-${index}`, name: 'Drone' };
    assets.push(await created(call, '/api/assets', asset));
    await fillCalendar(service, id, assetResource(assets[index] ?? ''), 4);
  }
  const demands = { required_qualifications: ['PILOT'], required_assets: [{ asset_type: 'UAV', quantity: 2 }] };
  const task = (at: number, more: object): Promise<string> =>
    created(call, TASKS, {
      ...{ task_type_id: type, name: 'Task', planned_start_at: hour(at), planned_end_at: hour(at + 1) },
      ...more,
    });
  const [first = ''] = users;
  const named = { asset_ids: assets.slice(0, 2) };
  const qualified = { required_qualifications: ['PILOT'] };
  const tasks = {
    named: await task(10, demands),
    chosen: await task(20, demands),
    automatic: await task(30, demands),
    person: await task(40, qualified),
  };
  const post = (taskId: string, verb: string, body: object) => () => call('POST', `${TASKS}/${taskId}/${verb}`, body);
  return [
    {
      name: 'dispatch with two named assets, a qualification and hours',
      request: post(tasks.named, 'dispatch', { assigned_to: first, ...named }),
      roundTrips: 3,
    },
    {
      name: `dispatch with two assets, chosen among ${ASSETS}`,
      request: post(tasks.chosen, 'dispatch', { assigned_to: first }),
      roundTrips: 5,
    },
    {
      name: `auto-dispatch, ${candidates} candidates and ${ASSETS} assets`,
      request: post(tasks.automatic, 'auto-dispatch', { candidate_user_ids: users }),
      roundTrips: 6,
    },
    {
      name: `auto-dispatch, ${candidates} candidates with a qualification and hours`,
      request: post(tasks.person, 'auto-dispatch', { candidate_user_ids: users }),
      roundTrips: 4,
      readUnits: candidates + handful,
    },
  ];
};
