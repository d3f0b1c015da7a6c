import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { workingHoursChange, workingHoursDraft, workingHoursView } from '../../core/working-hours/manage.ts';

const PATH = '/api/task-center/users/{user_id}/working-hours';
const tag = { name: 'working hours', description: 'When people work: what the guard holds every assignment to.' };
const params = z.object({ user_id: z.string() });

export const getWorkingHours = route({
  operation: 'getWorkingHours',
  method: 'GET',
  path: PATH,
  tag,
  summary: 'When a user works',
  access: 'mission.read',
  handler: 'working-hours/get',
  params,
  status: 200,
  response: workingHoursView,
  refusals: ['user_not_found'],
  table: ['GetItem'],
});

export const setWorkingHours = route({
  operation: 'setWorkingHours',
  method: 'PUT',
  path: PATH,
  tag,
  summary: 'Say when a user works',
  description:
    'From then on a window outside of it is refused, however it is assigned or moved. What is held stays held, and is listed as affected.',
  access: 'mission.write',
  handler: 'working-hours/set',
  params,
  body: workingHoursDraft,
  status: 200,
  response: workingHoursChange,
  refusals: ['user_not_found', 'item_too_large'],
  table: ['GetItem', 'Query', 'UpdateItem'],
});

export const removeWorkingHours = route({
  operation: 'removeWorkingHours',
  method: 'DELETE',
  path: PATH,
  tag,
  summary: 'Let a user be always at work',
  access: 'mission.write',
  handler: 'working-hours/remove',
  params,
  status: 204,
  response: z.undefined(),
  refusals: ['user_not_found'],
  table: ['GetItem', 'UpdateItem'],
});
