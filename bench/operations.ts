import type { Answer } from '../test/integration/harness.ts';
import type { Findings, Target } from './report.ts';
import { created, TASKS } from './requests.ts';
import type { Service } from './service.ts';
import { userResource } from '../core/calendar/resource.ts';
import { demandingOperations } from './demands.ts';
import { fillCalendar, hour } from './seed.ts';

const CANDIDATES = 10;
/** Beyond one read unit for each candidate: the task, the tally, the chosen one's windows and their like. */
export const HANDFUL = 8;
/** A page of 50 tasks, whatever it is filtered by. */
const LIST_UNITS = 30;

interface Operation {
  readonly name: string;
  readonly request: () => Promise<Answer>;
  readonly status?: number;
  /** Sequential round trips at the most, where a target names them. */
  readonly roundTrips?: number;
  /** Read units at the most, where a target names them. */
  readonly readUnits?: number;
}

const userPath = (userId: string): string => `/api/task-center/users/${userId}`;
/** The day of the windows that are held. */
const DAY = new URLSearchParams({ from: hour(0), to: hour(24) }).toString();

/** Each operation once on a small tenant: what it asks of the table. */
export const measureOperations = async (service: Service): Promise<Findings> => {
  const tenant = await service.tenant();
  const { call } = tenant;
  const type = await created(call, '/api/task-center/types', { code: 'A', name: 'Inspection' });
  const org = await created(call, '/api/identity/org-units', { code: 'A', name: 'North' });
  const template = await created(call, '/api/task-center/templates', {
    task_type_id: type,
    template_key: 'A',
    name: 'Roof',
  });
  await created(call, '/api/assets', { asset_type: 'UAV', asset_code: 'A', name: 'One' });
  const users = await Promise.all(Array.from({ length: CANDIDATES }, () => tenant.user()));
  // DynamoDB bills a query that finds nothing like one that finds something, and DynamoDB Local does not.
  for (const user of users) await fillCalendar(service, tenant.id, userResource(user), 4);
  const [first = '', second = '', third = ''] = users;
  const draft = { task_type_id: type, template_id: template, org_unit_id: org, name: 'Task', area_code: 'NORTH' };
  const task = (more: object = {}): Promise<string> => created(call, TASKS, { ...draft, ...more });
  const window = (at: number) => ({ planned_start_at: hour(at), planned_end_at: hour(at + 1) });
  const post =
    (id: string, verb: string, body: object, headers = {}) =>
    () =>
      call('POST', `${TASKS}/${id}/${verb}`, body, headers);
  const get = (path: string) => () => call('GET', `${TASKS}${path}`);
  const batch = Array.from({ length: 99 }, () => draft);
  let keys = 0;
  /** Each time another key, so that nothing is a replay. */
  const withKey = () => ({ 'Idempotency-Key': `bench-${(keys += 1)}` });

  const life = await task(window(30));
  const risky = await task({ requires_approval: true });
  const auto = await task(window(10));
  const again = await task(window(20));
  const refused = await task(window(30));
  const planned = await task(window(40));
  const operations: readonly Operation[] = [
    { name: 'create a task', request: () => call('POST', TASKS, draft), status: 201, roundTrips: 2, readUnits: 3 },
    {
      name: 'create a task, with Idempotency-Key',
      request: () => call('POST', TASKS, draft, withKey()),
      status: 201,
      roundTrips: 3,
      readUnits: 4,
    },
    {
      name: 'create a batch of 99',
      request: () => call('POST', `${TASKS}:batch-create`, { tasks: batch }),
      status: 201,
      roundTrips: 2,
      readUnits: 3,
    },
    { name: 'dispatch', request: post(life, 'dispatch', { assigned_to: first }), roundTrips: 3, readUnits: 3 },
    {
      name: 'dispatch, refused for a conflict',
      request: post(refused, 'dispatch', { assigned_to: first }),
      status: 409,
      roundTrips: 3,
      readUnits: 5,
    },
    {
      name: `auto-dispatch, ${CANDIDATES} candidates named`,
      request: post(auto, 'auto-dispatch', { candidate_user_ids: users }),
      roundTrips: 4,
      readUnits: CANDIDATES + HANDFUL,
    },
    {
      name: `auto-dispatch, all ${CANDIDATES} active users`,
      request: post(again, 'auto-dispatch', {}),
      roundTrips: 4,
      readUnits: CANDIDATES + HANDFUL,
    },
    { name: 'submit for approval', request: post(risky, 'submit-approval', {}), roundTrips: 2 },
    { name: 'approve', request: post(risky, 'approve', { decision: 'APPROVE' }), roundTrips: 2 },
    { name: 'start', request: post(life, 'transition', { target_state: 'IN_PROGRESS' }), roundTrips: 2 },
    {
      name: 'change risk',
      request: () => call('PATCH', `${TASKS}/${life}/risk-checklist`, { risk_level: 2 }),
      roundTrips: 2,
    },
    { name: 'attach', request: post(life, 'attachments', { name: 'Plan', url: 'https://a.example/p' }), roundTrips: 2 },
    { name: 'comment', request: post(life, 'comments', { content: 'Locked gate' }), roundTrips: 2 },
    {
      name: 'accept, window released',
      request: post(life, 'transition', { target_state: 'ACCEPTED' }),
      roundTrips: 2,
    },
    { name: 'archive', request: post(life, 'transition', { target_state: 'ARCHIVED' }), roundTrips: 2 },
    {
      name: 'preview a dispatch',
      request: post(planned, 'dispatch', { assigned_to: second, validate_only: true }),
      roundTrips: 2,
      readUnits: 3,
    },
    {
      name: `preview an auto-dispatch, ${CANDIDATES} candidates`,
      request: post(planned, 'auto-dispatch', { candidate_user_ids: users, validate_only: true }),
      roundTrips: 5,
      // It promises what it shows, so it looks at everybody strongly, and once more whether they have moved meanwhile.
      readUnits: 3 * CANDIDATES + HANDFUL,
    },
    { name: 'reschedule an open task', request: () => call('PATCH', `${TASKS}/${planned}/schedule`, window(50)) },
    { name: 'dispatch it', request: post(planned, 'dispatch', { assigned_to: second }), roundTrips: 3, readUnits: 3 },
    {
      name: 'reschedule it, dispatched',
      request: () => call('PATCH', `${TASKS}/${planned}/schedule`, window(60)),
      // Whose calendar it is, the task says.
      roundTrips: 4,
    },
    { name: 'reassign it', request: post(planned, 'reassign', { assigned_to: third }), roundTrips: 3 },
    { name: 'unassign it', request: post(planned, 'unassign', {}), roundTrips: 2 },
    { name: 'amend it', request: () => call('PATCH', `${TASKS}/${planned}`, { name: 'Again' }) },
    { name: 'its provenance', request: get(`/${planned}/provenance`) },
    { name: 'decisions of a task', request: get(`/${auto}/decisions`) },
    {
      name: 'a day of a calendar',
      request: () => call('GET', `${userPath(first)}/calendar?${DAY}`),
      roundTrips: 1,
      readUnits: 2,
    },
    {
      name: 'free slots',
      request: () => call('GET', `${userPath(first)}/free-slots?${DAY}&duration_minutes=30`),
      roundTrips: 1,
      readUnits: 2,
    },
    {
      name: `a day of ${CANDIDATES} calendars`,
      request: () => call('GET', `/api/task-center/calendars?user_ids=${users.join(',')}&${DAY}`),
      roundTrips: 1,
      readUnits: 2 * CANDIDATES,
    },
    {
      name: 'add an absence',
      request: () =>
        call('POST', `${userPath(third)}/absences`, { start_at: hour(70), end_at: hour(80), reason: 'Leave' }),
      status: 201,
    },
    { name: 'get a task', request: get(`/${life}`), roundTrips: 1, readUnits: 1 },
    { name: 'a page of history', request: get(`/${life}/history`), roundTrips: 1 },
    { name: 'a page of comments', request: get(`/${life}/comments`), roundTrips: 1 },
    { name: 'a page of tasks (50)', request: get(''), roundTrips: 2, readUnits: LIST_UNITS },
    ...[
      ['by state', '?state=DRAFT'],
      ['by two states', '?state=DRAFT,DISPATCHED'],
      ['by state and assignee', `?state=DISPATCHED&assigned_to=${first}`],
      ['by area', '?area_code=NORTH'],
      ['by all four filters', `?state=DRAFT&area_code=NORTH&task_type_id=${type}&assigned_to=${first}`],
      ['the backlog', '?unassigned=true'],
      ['in order of start', '?sort=planned_start_at'],
    ].map(([what, query]) => ({
      name: `the same, ${what}`,
      request: get(query ?? ''),
      roundTrips: 2,
      readUnits: LIST_UNITS,
    })),
    ...(await demandingOperations(service, CANDIDATES, HANDFUL)),
  ];
  const rows = [];
  const targets: Target[] = [];
  for (const { name, request, status = 200, roundTrips, readUnits } of operations) {
    let measured: Awaited<ReturnType<Service['measure']>> | undefined;
    const writeUnits = await service.weigh(async () => {
      measured = await service.measure(request, status);
      return measured.answer;
    });
    if (measured === undefined) throw new Error(`${name} was not measured.`);
    rows.push([
      name,
      measured.roundTrips,
      roundTrips ?? '',
      measured.requests,
      measured.readUnits,
      readUnits ?? '',
      writeUnits,
    ]);
    if (roundTrips !== undefined)
      targets.push({ name: `${name}: round trips`, measured: measured.roundTrips, limit: roundTrips });
    if (readUnits !== undefined)
      targets.push({ name: `${name}: read units`, measured: measured.readUnits, limit: readUnits });
  }
  const columns = ['operation', 'round trips', 'target', 'requests', 'read units', 'target', 'write units'];
  return { tables: [{ title: 'What each operation asks of the table', columns, rows }], targets };
};
