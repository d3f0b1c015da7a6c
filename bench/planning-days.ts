/** Days to plan, made from a seed: the same numbers give the same day. */
import { chooseAssets } from '../core/planning/greedy.ts';
import { servingAssets } from '../core/planning/pools.ts';
import { makeRandom, type Random } from '../core/planning/random.ts';
import type {
  PlanAsset,
  PlanCandidate,
  PlanPerson,
  PlanProblem,
  PlanRule,
  PlanTask,
  Span,
} from '../core/planning/problem.ts';
import { STRATEGY_V2_0 } from '../core/scoring/strategy.ts';

export interface DayShape {
  readonly tasks: number;
  readonly people: number;
  readonly seed: number;
  /** Hours that a task takes on average; it says how full the day is. */
  readonly hours: number;
  readonly skills: number;
  readonly assets?: number;
  /** Share of tasks that someone holds already, in hundredths. */
  readonly held?: number;
  /** Share of held tasks that are pinned, in hundredths. */
  readonly pinned?: number;
}

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const MIDNIGHT = Date.UTC(2026, 2, 2);
const MEMBER: PlanCandidate = { is_member: true, failed: [] };
const OUTSIDER: PlanCandidate = { is_member: false, failed: [] };

/** People with skills, shifts, absences and some work; tasks that ask for up to two skills, with buffers, some for assets. */
export const generateDay = (shape: DayShape): PlanProblem => {
  const random = makeRandom(shape.seed);
  const traits = Array.from({ length: shape.people }, () => traitsOf(random, shape.skills));
  const people = traits.map((_, index): PlanPerson => {
    const start = MIDNIGHT + (10 + random(8)) * HOUR;
    const isBusy = random(5) === 0;
    const rule = random(2) === 0 ? 'unavailable' : 'schedule_conflict';
    return {
      id: `U${String(index + 1).padStart(4, '0')}`,
      active_assignments: random(4),
      busy: isBusy ? [{ start, end: start + (1 + random(3)) * HOUR, rule }] : [],
    };
  });
  const assets = Array.from({ length: shape.assets ?? 0 }, (_, index) => assetOf(random, index));
  const tasks = Array.from({ length: shape.tasks }, (_, index) => taskOf(random, shape, index, traits));
  return withHolders(random, shape, { tasks, people, assets, strategy: STRATEGY_V2_0, move_cost: 10 });
};

interface Traits {
  readonly skills: readonly number[];
  readonly unit: number;
  readonly from: number;
  readonly until: number;
}

const traitsOf = (random: Random, skills: number): Traits => {
  const from = MIDNIGHT + (6 + 2 * random(4)) * HOUR;
  const known = Array.from({ length: skills }, (_, skill) => skill).filter(() => random(100) < 55);
  return { skills: known, unit: random(5), from, until: from + (8 + random(3)) * HOUR };
};

const assetOf = (random: Random, index: number): PlanAsset => {
  const start = MIDNIGHT + (8 + random(10)) * HOUR;
  return {
    id: `A${String(index + 1).padStart(4, '0')}`,
    code: `C-${String(index + 1).padStart(4, '0')}`,
    is_available: random(12) > 0,
    asset_type: at(['drone', 'boat'], random(2)),
    area_code: at(['north', 'south'], random(2)),
    busy: random(4) === 0 ? [{ start, end: start + (1 + random(2)) * HOUR }] : [],
  };
};

const taskOf = (random: Random, shape: DayShape, index: number, people: readonly Traits[]): PlanTask => {
  const quarters = Math.max(2, Math.round((shape.hours * 4 * (40 + random(121))) / 100));
  const start = MIDNIGHT + 6 * HOUR + random(14 * 4) * QUARTER;
  const end = start + quarters * QUARTER;
  const buffer = random(3) * QUARTER;
  const needed = new Set(Array.from({ length: random(3) }, () => random(Math.max(1, shape.skills))));
  const unit = random(5);
  const candidates = people.map((person): PlanCandidate => {
    const isMember = person.unit === unit;
    const failed: PlanRule[] = [];
    if ([...needed].some((skill) => !person.skills.includes(skill))) failed.push('not_qualified');
    if (start < person.from || end > person.until) failed.push('outside_working_hours');
    if (failed.length === 0) return isMember ? MEMBER : OUTSIDER;
    return { is_member: isMember, failed };
  });
  const asset_type = at(['drone', 'boat'], random(2));
  const isEquipped = (shape.assets ?? 0) > 0 && random(3) === 0;
  return {
    id: `T${String(index + 1).padStart(5, '0')}`,
    start: start - buffer,
    end: end + buffer,
    facts: { priority: 1 + random(10), risk_level: 1 + random(5), is_scheduled: true, available_assets: random(4) },
    candidates,
    was: null,
    is_pinned: false,
    area_code: random(3) === 0 ? null : at(['north', 'south'], random(2)),
    required_assets: isEquipped ? [{ asset_type, quantity: 1 + random(2) }] : [],
    asset_ids: [],
  };
};

/** Gives a share of the tasks to people who may take them, without overlaps, with the equipment that they require. */
const withHolders = (random: Random, shape: DayShape, day: PlanProblem): PlanProblem => {
  const windows = day.people.map(({ busy }): Span[] => [...busy]);
  const held = new Map(day.assets.map(({ id, busy }): [string, Span[]] => [id, [...busy]]));
  const tasks = day.tasks.map((task): PlanTask => {
    if (random(100) >= (shape.held ?? 0)) return task;
    const holder = task.candidates.findIndex(
      ({ failed }, person) =>
        failed.length === 0 && !at(windows, person).some(({ start, end }) => start < task.end && task.start < end),
    );
    const asset_ids = chooseAssets(
      servingAssets(task, day.assets),
      ({ id }) => !(held.get(id) ?? []).some(({ start, end }) => start < task.end && task.start < end),
      ({ id }) => held.get(id)?.length ?? 0,
    );
    if (holder < 0 || asset_ids === undefined) return task;
    windows[holder]?.push(task);
    for (const id of asset_ids) held.get(id)?.push(task);
    const is_pinned = random(100) < (shape.pinned ?? 0);
    return { ...task, was: at(day.people, holder).id, is_pinned, asset_ids };
  });
  return { ...day, tasks };
};

const at = <T>(list: readonly T[], index: number): T => {
  const element = list[index];
  if (element === undefined) throw new RangeError(`There is no element ${index}.`);
  return element;
};

/**
 * A public instance of shift minimisation personnel task scheduling, its times read as half-open. All jobs fit when all
 * people work; only the first `people` of them do, so that not all jobs fit. Priorities run from 1 to 10 by the job's number.
 */
export const readSmptsp = (text: string, people: number): PlanProblem => {
  const [, jobs = ''] = /Jobs\s*=\s*\d+\s*([\s\d]*?)Qualifications/.exec(text) ?? [];
  const [, rows = ''] = /Qualifications\s*=\s*\d+\s*([\s\d:]*)$/.exec(text) ?? [];
  const spans = jobs
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const skilled = rows
    .trim()
    .split('\n')
    .map((line) => new Set((line.split(':')[1] ?? '').trim().split(/\s+/).map(Number)));
  if (spans.length < 2 || skilled.length < people)
    throw new RangeError('This is no SMPTSP instance of that many people.');
  return smptspDay(
    spans.map(([start = 0, end = 0]) => ({ start, end })),
    skilled.slice(0, people),
  );
};

const smptspDay = (
  spans: readonly { readonly start: number; readonly end: number }[],
  skilled: readonly ReadonlySet<number>[],
): PlanProblem => ({
  tasks: spans.map(({ start, end }, job) => ({
    id: `J${String(job).padStart(4, '0')}`,
    start: MIDNIGHT + start * MINUTE,
    end: MIDNIGHT + end * MINUTE,
    facts: { priority: 1 + ((job * 7) % 10), risk_level: 3, is_scheduled: true, available_assets: 1 },
    candidates: skilled.map((jobs, person) => ({
      is_member: (job + person) % 5 === 0,
      failed: jobs.has(job) ? [] : ['not_qualified'],
    })),
    was: null,
    is_pinned: false,
    area_code: null,
    required_assets: [],
    asset_ids: [],
  })),
  people: skilled.map((_, person) => ({ id: `W${String(person).padStart(3, '0')}`, active_assignments: 0, busy: [] })),
  assets: [],
  strategy: STRATEGY_V2_0,
  move_cost: 0,
});

/** The same shape as the public instances: long jobs over a day, a skill level in hundredths. */
export const generateSmptsp = (jobs: number, people: number, level: number, seed: number): PlanProblem => {
  const random = makeRandom(seed);
  const spans = Array.from({ length: jobs }, () => {
    const start = random(900);
    return { start, end: start + 350 + random(250) };
  });
  const skilled = Array.from(
    { length: people },
    () => new Set(spans.flatMap((_, job) => (random(100) < level ? [job] : []))),
  );
  return smptspDay(spans, skilled);
};
