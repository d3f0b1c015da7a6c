import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { absenceDraft } from '../../core/calendar/absences.ts';
import { absenceSchema } from '../../core/calendar/calendar.ts';
import { boardQuery, calendarQuery, calendarView, freeSlotSchema, freeSlotsQuery } from '../../core/calendar/views.ts';

const PREFIX = '/api/task-center';
const USER = `${PREFIX}/users/{user_id}` as const;
const tag = { name: 'calendar', description: 'Who holds what when, who is absent, and who is free.' };
const params = z.object({ user_id: z.string() });

export const getCalendar = route({
  operation: 'getCalendar',
  method: 'GET',
  path: `${USER}/calendar`,
  tag,
  summary: 'What a user holds in a range: tasks and absences',
  access: 'mission.read',
  handler: 'calendar/get',
  params,
  query: calendarQuery,
  status: 200,
  response: calendarView,
  refusals: ['user_not_found', 'limit_reached'],
  table: ['BatchGetItem', 'Query'],
});

export const getBoard = route({
  operation: 'getBoard',
  method: 'GET',
  path: `${PREFIX}/calendars`,
  tag,
  summary: 'The calendars of up to 100 users side by side',
  access: 'mission.read',
  handler: 'calendar/board',
  query: boardQuery,
  status: 200,
  response: z.array(calendarView),
  refusals: ['limit_reached'],
  table: ['BatchGetItem', 'Query'],
});

export const listFreeSlots = route({
  operation: 'listFreeSlots',
  method: 'GET',
  path: `${USER}/free-slots`,
  tag,
  summary: 'When a user is free for at least a duration, earliest first',
  description:
    'A page looks at a bounded number of windows: it may hold fewer slots than `limit` and still have a next page.',
  access: 'mission.read',
  handler: 'calendar/free-slots',
  params,
  query: freeSlotsQuery,
  status: 200,
  response: z.array(freeSlotSchema),
  paged: true,
  refusals: ['user_not_found'],
  table: ['BatchGetItem', 'Query'],
});

export const addAbsence = route({
  operation: 'addAbsence',
  method: 'POST',
  path: `${USER}/absences`,
  tag,
  summary: 'Mark time at which a user cannot be had',
  access: 'mission.write',
  handler: 'calendar/add-absence',
  params,
  body: absenceDraft,
  status: 201,
  response: absenceSchema,
  refusals: ['user_not_found', 'inactive_user', 'schedule_conflict', 'unavailable'],
  table: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
});

export const listAbsences = route({
  operation: 'listAbsences',
  method: 'GET',
  path: `${USER}/absences`,
  tag,
  summary: 'The absences of a user, in the order in which they were entered',
  access: 'mission.read',
  handler: 'calendar/list-absences',
  params,
  status: 200,
  response: z.array(absenceSchema),
  paged: true,
  refusals: ['user_not_found'],
  table: ['GetItem', 'Query'],
});

export const removeAbsence = route({
  operation: 'removeAbsence',
  method: 'DELETE',
  path: `${USER}/absences/{absence_id}`,
  tag,
  summary: 'Give the time of an absence back',
  access: 'mission.write',
  handler: 'calendar/remove-absence',
  params: z.object({ user_id: z.string(), absence_id: z.string() }),
  status: 204,
  response: z.undefined(),
  refusals: ['user_not_found', 'absence_not_found'],
  table: ['GetItem', 'UpdateItem', 'DeleteItem'],
});
