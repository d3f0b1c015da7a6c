import type { Answer, TestTenant } from '../test/integration/harness.ts';
import { rounded, type Findings, type Target } from './report.ts';
import { userResource } from '../core/calendar/resource.ts';
import { fillCalendar, fillList, hour } from './seed.ts';
import { cancel, created, createTasks, TASKS } from './requests.ts';
import { memberOf, type Measured, type Service } from './service.ts';
import { interleaved, median } from './statistics.ts';

/** A large calendar or list may take this much more time than a small one. */
const TIME_RATIO = 1.2;
/** A page of 50 tasks, whatever their number and whatever it is filtered by. */
const LIST_UNITS = 30;

interface Sizes {
  readonly windows: readonly number[];
  readonly tasks: readonly number[];
  readonly rounds: number;
}
const FULL: Sizes = { windows: [10, 1_000, 100_000], tasks: [100, 100_000], rounds: 61 };
const QUICK: Sizes = { windows: [10, 1_000], tasks: [100, 1_000], rounds: 15 };
const WARM_UP = 10;

/** One subject at one size. `run` is one request, with whatever makes it possible again afterwards unmeasured. */
interface Subject {
  readonly what: string;
  readonly size: number;
  readonly unit: string;
  readonly run: () => Promise<Measured>;
}

/** A user with a full calendar and tasks that fit between two windows in its middle. */
const calendarSubjects = async (
  service: Service,
  tenant: TestTenant,
  org: string,
  size: number,
  rounds: number,
): Promise<readonly Subject[]> => {
  const { call } = tenant;
  const user = await memberOf(tenant.id, org);
  const others = await Promise.all([tenant.user(), tenant.user()]);
  await fillCalendar(service, tenant.id, userResource(user), size);
  const middle = Math.floor(size / 2);
  const drafts = Array.from({ length: 2 * (rounds + WARM_UP) }, () => ({
    org_unit_id: org,
    planned_start_at: hour(middle, 30),
    planned_end_at: hour(middle + 1),
  }));
  const ids = await createTasks(call, drafts);

  /** Gives the window back, so that every round finds the calendar as it was. */
  const once = async (request: (id: string) => Promise<Answer>): Promise<Measured> => {
    const id = ids.pop() ?? '';
    const measured = await service.measure(() => request(id));
    await cancel(call, id);
    return measured;
  };
  const subject = (what: string, request: (id: string) => Promise<Answer>): Subject => ({
    what,
    size,
    unit: 'windows',
    run: () => once(request),
  });
  const day = new URLSearchParams({ from: hour(middle - 4), to: hour(middle + 4) }).toString();
  const read = (what: string, path: string): Subject => ({
    what,
    size,
    unit: 'windows',
    run: () => service.measure(() => call('GET', `/api/task-center/users/${user}/${path}`)),
  });
  return [
    subject('dispatch', (id) => call('POST', `${TASKS}/${id}/dispatch`, { assigned_to: user })),
    subject('auto-dispatch, 3 candidates', (id) =>
      call('POST', `${TASKS}/${id}/auto-dispatch`, { candidate_user_ids: [user, ...others] }),
    ),
    read('eight hours of the calendar', `calendar?${day}`),
    read('free slots in eight hours', `free-slots?${day}&duration_minutes=30`),
  ];
};

const listSubjects = async (service: Service, size: number): Promise<readonly Subject[]> => {
  const tenant = await service.tenant();
  const type = await created(tenant.call, '/api/task-center/types', { code: 'A', name: 'A' });
  await fillList(service, tenant.id, type, size);
  const subject = (what: string, query: string): Subject => ({
    what,
    size,
    unit: 'tasks',
    run: () => service.measure(() => tenant.call('GET', `${TASKS}${query}`)),
  });
  return [
    subject('first page of 50', ''),
    subject('first page of 50, by state', '?state=DRAFT'),
    subject('first page of 50, by state, type and area', `?state=DRAFT&task_type_id=${type}&area_code=NORTH`),
    subject('first page of 50, the backlog', '?unassigned=true'),
    subject('first page of 50, a range of the plan', `?planned_from=${hour(0)}&planned_to=${hour(2)}`),
  ];
};

interface Grown {
  readonly subject: Subject;
  readonly ms: number;
  readonly requests: number;
  readonly roundTrips: number;
  readonly readUnits: number;
}

const measureTogether = async (subjects: readonly Subject[], rounds: number): Promise<readonly Grown[]> => {
  const last = new Map<Subject, Measured>();
  const runs = Object.fromEntries(
    subjects.map((subject, at) => [
      String(at),
      async () => {
        const measured = await subject.run();
        last.set(subject, measured);
        return measured.ms;
      },
    ]),
  );
  const times = await interleaved(runs, rounds, WARM_UP);
  return subjects.map((subject, at) => {
    const { requests = 0, roundTrips = 0, readUnits = 0 } = last.get(subject) ?? {};
    return { subject, ms: median(times[String(at)] ?? []), requests, roundTrips, readUnits };
  });
};

/** The same request on small and on large calendars and lists: capacity must not grow, and time hardly. */
export const measureGrowth = async (service: Service, isQuick: boolean): Promise<Findings> => {
  const { windows, tasks, rounds } = isQuick ? QUICK : FULL;
  const tenant = await service.tenant();
  const org = await created(tenant.call, '/api/identity/org-units', { code: 'A', name: 'A' });
  const seeded = performance.now();
  const subjects: Subject[] = [];
  for (const size of windows) subjects.push(...(await calendarSubjects(service, tenant, org, size, rounds)));
  for (const size of tasks) subjects.push(...(await listSubjects(service, size)));
  const seconds = Math.round((performance.now() - seeded) / 1_000);

  const rows = [];
  const targets: Target[] = [];
  for (const what of new Set(subjects.map((subject) => subject.what))) {
    const grown = await measureTogether(
      subjects.filter((subject) => subject.what === what),
      rounds,
    );
    const [smallest] = grown;
    if (smallest === undefined) continue;
    for (const { subject, ms, requests, roundTrips, readUnits } of grown) {
      const ratio = ms / smallest.ms;
      rows.push([what, subject.size, subject.unit, requests, readUnits, rounded(ms), rounded(ratio)]);
      if (subject.unit === 'tasks') {
        const name = `${what}, ${subject.size} ${subject.unit}`;
        targets.push(
          { name: `${name}: units of a page`, measured: readUnits, limit: LIST_UNITS },
          { name: `${name}: round trips`, measured: roundTrips, limit: 2 },
        );
      }
      if (subject === smallest.subject) continue;
      const name = `${what}, ${subject.size} ${subject.unit}`;
      targets.push(
        { name: `${name}: read units`, measured: readUnits, limit: smallest.readUnits },
        { name: `${name}: requests`, measured: requests, limit: smallest.requests },
        { name: `${name}: time against ${smallest.subject.size}`, measured: ratio, limit: TIME_RATIO },
      );
    }
  }
  const columns = ['request', 'size', 'of', 'requests', 'read units', 'median ms', 'against the smallest'];
  const title = `Growth: ${rounds} rounds, the sizes in turn (seeded in ${seconds} s)`;
  return { tables: [{ title, columns, rows }], targets };
};
