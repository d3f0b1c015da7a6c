import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import {
  operatingHoursChange,
  operatingHoursView,
  workingHoursChange,
  workingHoursDraft,
  workingHoursView,
} from '../../core/working-hours/manage.ts';

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

const ASSET_PATH = '/api/assets/{asset_id}/working-hours';
const assetParams = z.object({ asset_id: z.string() });

export const getOperatingHours = route({
  operation: 'getOperatingHours',
  method: 'GET',
  path: ASSET_PATH,
  tag,
  summary: 'When an asset is in operation',
  access: 'registry.read',
  handler: 'working-hours/get-of-asset',
  params: assetParams,
  status: 200,
  response: operatingHoursView,
  refusals: ['asset_not_found'],
  table: ['BatchGetItem'],
});

export const setOperatingHours = route({
  operation: 'setOperatingHours',
  method: 'PUT',
  path: ASSET_PATH,
  tag,
  summary: 'Say when an asset is in operation',
  description:
    'From then on no task takes it outside of these hours. What it holds stays held, and is listed as affected.',
  access: 'registry.write',
  handler: 'working-hours/set-of-asset',
  params: assetParams,
  body: workingHoursDraft,
  status: 200,
  response: operatingHoursChange,
  refusals: ['asset_not_found', 'item_too_large'],
  table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
});

export const removeOperatingHours = route({
  operation: 'removeOperatingHours',
  method: 'DELETE',
  path: ASSET_PATH,
  tag,
  summary: 'Let an asset be always in operation',
  access: 'registry.write',
  handler: 'working-hours/remove-of-asset',
  params: assetParams,
  status: 204,
  response: z.undefined(),
  refusals: ['asset_not_found'],
  table: ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem'],
});
