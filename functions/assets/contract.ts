import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { absenceDraft } from '../../core/calendar/absences.ts';
import { absenceSchema } from '../../core/calendar/calendar.ts';
import { assetCalendarView, calendarQuery, freeSlotSchema, freeSlotsQuery } from '../../core/calendar/views.ts';
import {
  assetDraft,
  assetFilters,
  assetPatch,
  assetView,
  availabilityDraft,
  availabilityView,
} from '../../core/assets/asset.ts';

const PREFIX = '/api/assets';
const tag = { name: 'assets', description: 'Equipment, where it is and whether it can be used.' };
const params = z.object({ asset_id: z.string() });

export const createAsset = route({
  operation: 'createAsset',
  method: 'POST',
  path: PREFIX,
  tag,
  summary: 'Register an asset: available, in no region yet',
  access: 'registry.write',
  handler: 'assets/create',
  body: assetDraft,
  status: 201,
  response: assetView,
  refusals: ['duplicate', 'item_too_large'],
  table: ['PutItem', 'UpdateItem'],
});

export const listAssets = route({
  operation: 'listAssets',
  method: 'GET',
  path: PREFIX,
  tag,
  summary: 'The assets, newest first',
  access: 'registry.read',
  handler: 'assets/list',
  query: assetFilters,
  status: 200,
  response: z.array(assetView),
  paged: true,
  list: 'asset',
  refusals: [],
  table: ['Query'],
});

export const getAsset = route({
  operation: 'getAsset',
  method: 'GET',
  path: `${PREFIX}/{asset_id}`,
  tag,
  summary: 'One asset',
  access: 'registry.read',
  handler: 'assets/get',
  params,
  status: 200,
  response: assetView,
  refusals: ['asset_not_found'],
  table: ['GetItem'],
});

export const changeAsset = route({
  operation: 'changeAsset',
  method: 'PATCH',
  path: `${PREFIX}/{asset_id}`,
  tag,
  summary: 'Change what an asset is called and what is known of it',
  access: 'registry.write',
  handler: 'assets/change',
  params,
  body: assetPatch,
  status: 200,
  response: assetView,
  refusals: ['asset_not_found', 'item_too_large'],
  table: ['GetItem', 'UpdateItem'],
});

export const setAvailability = route({
  operation: 'setAvailability',
  method: 'POST',
  path: `${PREFIX}/{asset_id}/availability`,
  tag,
  summary: 'Say whether an asset can be used, and in which region it is',
  access: 'registry.write',
  handler: 'assets/set-availability',
  params,
  body: availabilityDraft,
  status: 200,
  response: availabilityView,
  refusals: ['asset_not_found', 'item_too_large'],
  table: ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem'],
});

export const getAssetCalendar = route({
  operation: 'getAssetCalendar',
  method: 'GET',
  path: `${PREFIX}/{asset_id}/calendar`,
  tag,
  summary: 'What an asset holds in a range: tasks and maintenance',
  access: 'mission.read',
  handler: 'assets/calendar',
  params,
  query: calendarQuery,
  status: 200,
  response: assetCalendarView,
  refusals: ['asset_not_found', 'limit_reached'],
  table: ['BatchGetItem', 'Query'],
});

export const listAssetFreeSlots = route({
  operation: 'listAssetFreeSlots',
  method: 'GET',
  path: `${PREFIX}/{asset_id}/free-slots`,
  tag,
  summary: 'When an asset is free for at least a duration, earliest first',
  description:
    'A page looks at a bounded number of windows: it may hold fewer slots than `limit` and still have a next page.',
  access: 'registry.read',
  handler: 'assets/free-slots',
  params,
  query: freeSlotsQuery,
  status: 200,
  response: z.array(freeSlotSchema),
  paged: true,
  refusals: ['asset_not_found'],
  table: ['BatchGetItem', 'Query'],
});

export const addAssetAbsence = route({
  operation: 'addAssetAbsence',
  method: 'POST',
  path: `${PREFIX}/{asset_id}/absences`,
  tag,
  summary: 'Mark time at which an asset cannot be had: maintenance',
  access: 'registry.write',
  handler: 'assets/add-absence',
  params,
  body: absenceDraft,
  status: 201,
  response: absenceSchema,
  refusals: ['asset_not_found', 'schedule_conflict', 'unavailable'],
  table: ['BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
});

export const listAssetAbsences = route({
  operation: 'listAssetAbsences',
  method: 'GET',
  path: `${PREFIX}/{asset_id}/absences`,
  tag,
  summary: 'The times at which an asset cannot be had, in the order in which they were entered',
  access: 'registry.read',
  handler: 'assets/list-absences',
  params,
  status: 200,
  response: z.array(absenceSchema),
  paged: true,
  refusals: ['asset_not_found'],
  table: ['BatchGetItem', 'Query'],
});

export const removeAssetAbsence = route({
  operation: 'removeAssetAbsence',
  method: 'DELETE',
  path: `${PREFIX}/{asset_id}/absences/{absence_id}`,
  tag,
  summary: 'Give the time of an absence back',
  access: 'registry.write',
  handler: 'assets/remove-absence',
  params: z.object({ asset_id: z.string(), absence_id: z.string() }),
  status: 204,
  response: z.undefined(),
  refusals: ['asset_not_found', 'absence_not_found'],
  table: ['BatchGetItem', 'GetItem', 'UpdateItem', 'DeleteItem'],
});
