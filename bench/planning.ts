/**
 * Compares the planner with dispatching one by one, with its own search alone, and with HiGHS alone, on generated days and
 * on public instances of shift minimisation personnel task scheduling, which lie in a folder named by `--smptsp PATH`.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GENERATED, measuredSchema, METHODS, PUBLIC, type Measured, type Method } from './planning-instances.ts';
import { rounded, type Cell, type Findings, type Target } from './report.ts';

const PROCESS = fileURLToPath(new URL('planning-process.ts', import.meta.url));
const COLUMNS = [
  'day',
  'method',
  'placed',
  'priority',
  'bound',
  'missing %',
  'score',
  'score bound',
  'missing %',
  'CPU s',
  'again s',
  'MB',
];

export const measurePlanning = async (isQuick: boolean, folder: string | undefined): Promise<Findings> => {
  const rows: Cell[][] = [];
  const targets: Target[] = [];
  const days = isQuick
    ? ['200 x 50, normal']
    : [...Object.keys(GENERATED), ...(folder === undefined ? [] : Object.keys(PUBLIC))];
  for (const day of days) {
    const found = new Map<Method, Measured>();
    for (const method of METHODS) {
      if (method === 'HiGHS' && (GENERATED[day] ?? PUBLIC[day])?.isForHighs === false) continue;
      found.set(method, await measure(method, day, folder));
    }
    const exact = found.get('HiGHS');
    // The optimum where HiGHS proved it; else the lowest bound that any method gave.
    const bounds = [...found.values()].flatMap(({ most }) => (most === undefined ? [] : [most.priority]));
    const priority = exact?.isProved === true ? exact.priority : Math.min(...bounds);
    for (const [method, one] of found) rows.push(rowOf(day, method, one, priority, exact));
    targets.push(...targetsOf(day, found.get('plan'), exact));
  }
  const note =
    'Planning: priority and score against the optimum (=) where HiGHS proved it, else against the bound (<=)';
  return { tables: [{ title: note, columns: COLUMNS, rows }], targets };
};

const measure = async (method: Method, day: string, folder: string | undefined): Promise<Measured> => {
  const given = ['--import', 'tsx', PROCESS, method, day, ...(folder === undefined ? [] : [folder])];
  const { stdout } = await promisify(execFile)(process.execPath, given);
  console.log(`${day}, ${method}: ${stdout.trim()}`);
  return measuredSchema.parse(JSON.parse(stdout));
};

const percent = (value: number, most: number): number => rounded((100 * (most - value)) / most);

const rowOf = (day: string, method: Method, one: Measured, priority: number, exact: Measured | undefined): Cell[] => {
  const isProved = exact?.isProved === true;
  // Scores compare only between plans that place the same priority: a bound holds for those that place as much.
  const score = isProved ? exact.score : one.most?.score;
  return [
    day,
    method,
    one.placed,
    one.priority,
    `${isProved ? '=' : '<='} ${priority}`,
    percent(one.priority, priority),
    rounded(one.score),
    score === undefined ? '' : `${isProved ? '=' : '<='} ${rounded(score)}`,
    score === undefined ? '' : percent(one.score, score),
    rounded(one.cpu),
    one.cpuAgain === undefined ? '' : rounded(one.cpuAgain),
    rounded(Math.round(one.megabytes)),
  ];
};

const targetsOf = (day: string, plan: Measured | undefined, exact: Measured | undefined): readonly Target[] => {
  if (plan === undefined) return [];
  const targets: Target[] = [];
  if (exact?.isProved === true) {
    targets.push({ name: `${day}: % of priority missing`, measured: percent(plan.priority, exact.priority), limit: 1 });
    targets.push({ name: `${day}: % of score missing`, measured: percent(plan.score, exact.score), limit: 3 });
  }
  if (day.startsWith('200 x 50')) targets.push({ name: `${day}: CPU s`, measured: plan.cpu, limit: 3 });
  if (day.startsWith('2,000')) {
    targets.push({ name: `${day}: CPU s`, measured: plan.cpu, limit: 60 });
    targets.push({ name: `${day}: MB`, measured: plan.megabytes, limit: 1_000 });
  }
  return targets;
};
