import { HANDFUL } from './operations.ts';
import { rounded, type Findings, type Target } from './report.ts';
import { userResource } from '../core/calendar/resource.ts';
import { fillCalendar, hour } from './seed.ts';
import { cancel, createTasks, TASKS } from './requests.ts';
import { type Measured, type Service } from './service.ts';
import { interleaved, median } from './statistics.ts';

const FULL = { candidates: [1, 10, 100, 500], rounds: 15 };
const QUICK = { candidates: [1, 10, 100], rounds: 5 };
const WARM_UP = 2;

/** An automatic dispatch over more and more candidates, each with some windows. */
export const measureCandidates = async (service: Service, isQuick: boolean): Promise<Findings> => {
  const { candidates, rounds } = isQuick ? QUICK : FULL;
  const tenant = await service.tenant();
  const { call } = tenant;
  const users: string[] = [];
  for (let at = 0; at < Math.max(...candidates); at += 1) {
    const user = await tenant.user();
    await fillCalendar(service, tenant.id, userResource(user), 4);
    users.push(user);
  }
  const drafts = Array.from({ length: rounds + WARM_UP + 1 }, () => ({
    planned_start_at: hour(2, 30),
    planned_end_at: hour(3),
  }));
  const last = new Map<number, Measured>();
  const writeUnits = new Map<number, number>();
  const runs: Record<string, () => Promise<number>> = {};
  for (const count of candidates) {
    const ids = await createTasks(call, drafts);
    const request = (id: string) =>
      call('POST', `${TASKS}/${id}/auto-dispatch`, { candidate_user_ids: users.slice(0, count) });
    const weighed = ids.pop() ?? '';
    writeUnits.set(count, await service.weigh(() => request(weighed)));
    await cancel(call, weighed);
    runs[String(count)] = async () => {
      const id = ids.pop() ?? '';
      const measured = await service.measure(() => request(id));
      await cancel(call, id);
      last.set(count, measured);
      return measured.ms;
    };
  }
  const times = await interleaved(runs, rounds, WARM_UP);
  const rows = [];
  const targets: Target[] = [];
  for (const count of candidates) {
    const { roundTrips = 0, requests = 0, readUnits = 0 } = last.get(count) ?? {};
    const ms = median(times[String(count)] ?? []);
    rows.push([count, roundTrips, requests, readUnits, writeUnits.get(count) ?? '', rounded(ms), rounded(ms / count)]);
    const name = `auto-dispatch over ${count}`;
    targets.push(
      { name: `${name}: round trips`, measured: roundTrips, limit: 4 },
      { name: `${name}: read units`, measured: readUnits, limit: count + HANDFUL },
    );
  }
  const columns = ['candidates', 'round trips', 'requests', 'read units', 'write units', 'median ms', 'ms a candidate'];
  return { tables: [{ title: `Automatic dispatch: ${rounds} rounds, in turn`, columns, rows }], targets };
};
