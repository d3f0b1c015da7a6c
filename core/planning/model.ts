import { SCALE, scoreOf, thousandths, type TaskFacts } from '../scoring/score.ts';
import { momentsOf, type Moments } from './moments.ts';
import { poolsOf, servingAssets, type Demand, type Need, type Pool } from './pools.ts';
import { spansOverlap, type PlanProblem, type PlanTask, type Span } from './problem.ts';

/**
 * A problem in numbers. Tasks and people are indices: tasks in order of their windows' start, so that lists of tasks in
 * order of index are lists in order of time. Pairs are at `task * personCount + person`.
 *
 * A plan is worth its priority first. What it is worth beside that is its `gain`, a whole number: thousandths of a point
 * times `moveScale`, plus one for each task that its holder keeps. `moveScale` is greater than the number of those, so that
 * moves decide only between equal scores.
 */
export interface Model {
  readonly problem: PlanProblem;
  readonly taskCount: number;
  readonly personCount: number;
  readonly tasks: readonly PlanTask[];
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly priority: Float64Array;
  readonly priorityTotal: number;
  readonly isPinned: Uint8Array;
  /** The pinned tasks of each person. */
  readonly pinnedOf: readonly (readonly number[])[];
  /** The person who holds a task now; -1 for nobody. */
  readonly holder: Int32Array;
  readonly moveScale: number;
  /** Gain that is lost however the tasks are placed: the cost of moving every task that someone holds. */
  readonly moveCostAll: number;
  readonly isEligible: Uint8Array;
  /** What a pair gains without the part for the workload. */
  readonly gain: Float64Array;
  /** What the workload adds to a person's first, second … task of the plan; the last number stands for all after it. */
  readonly steps: readonly Float64Array[];
  /** The tasks that each person may take, those that lack equipment in any case left out. */
  readonly tasksOf: readonly Int32Array[];
  readonly peopleOf: readonly Int32Array[];
  readonly pools: readonly Pool[];
  /** What each task draws from the pools; undefined where there is never enough. */
  readonly needs: readonly (readonly Need[] | undefined)[];
  readonly moments: Moments;
  /** The same in assets instead of pools, whatever they hold. */
  readonly demands: readonly (readonly Demand[])[];
}

/** The element at an index that is known to exist. */
export const at = <T>(list: readonly T[], index: number): T => {
  const element = list[index];
  if (element === undefined) throw new RangeError(`There is no element ${index} of ${list.length}.`);
  return element;
};

/** What the workload adds to the task that follows `count` others of the plan. */
export const stepAt = (model: Model, person: number, count: number): number => {
  const steps = at(model.steps, person);
  return steps[Math.min(count, steps.length - 1)] ?? 0;
};

/** @throws RangeError for a problem that contradicts itself; it says which task or person. */
export const compile = (problem: PlanProblem): Model => {
  const { people, strategy } = problem;
  requireSense(problem);
  const tasks = problem.tasks.toSorted(inOrderOfTime);
  const taskCount = tasks.length;
  const personCount = people.length;
  const personIndex = new Map(people.map(({ id }, index) => [id, index]));
  const holder = Int32Array.from(tasks, ({ was }) => (was === null ? -1 : (personIndex.get(was) ?? -1)));
  const heldCount = holder.filter((person) => person >= 0).length;
  const moveScale = heldCount + 1;
  const moveCost = thousandths(problem.move_cost) * moveScale;
  const pinned = tasks.filter(({ is_pinned }) => is_pinned);
  const { pools, needs } = poolsOf(tasks, problem.assets);

  const isEligible = new Uint8Array(taskCount * personCount);
  const gain = new Float64Array(taskCount * personCount);
  const tasksOf: number[][] = people.map(() => []);
  const peopleOf: number[][] = tasks.map(() => []);
  const blocked = people.map(({ id, busy }): readonly Span[] => [...busy, ...pinned.filter(({ was }) => was === id)]);
  tasks.forEach((task, t) => {
    const [outsider, member] = [false, true].map((isMember) => gainOf(problem, task.facts, isMember) * moveScale);
    task.candidates.forEach(({ is_member, failed }, u) => {
      const isHolder = holder[t] === u;
      const mayTake = task.is_pinned
        ? isHolder
        : (isHolder || failed.length === 0) && !at(blocked, u).some((span) => spansOverlap(span, task));
      if (!mayTake || needs[t] === undefined) return;
      isEligible[t * personCount + u] = 1;
      gain[t * personCount + u] = ((is_member ? member : outsider) ?? 0) + (isHolder ? moveCost + 1 : 0);
      at(tasksOf, u).push(t);
      at(peopleOf, t).push(u);
    });
  });
  const priority = Float64Array.from(tasks, ({ facts }) => facts.priority);
  const windows = {
    start: Float64Array.from(tasks, ({ start }) => start),
    end: Float64Array.from(tasks, ({ end }) => end),
  };
  return {
    problem,
    taskCount,
    personCount,
    tasks,
    ...windows,
    priority,
    priorityTotal: priority.reduce((sum, one) => sum + one, 0),
    isPinned: Uint8Array.from(tasks, ({ is_pinned }) => (is_pinned ? 1 : 0)),
    pinnedOf: people.map(({ id }) => tasks.flatMap((task, t) => (task.is_pinned && task.was === id ? [t] : []))),
    holder,
    moveScale,
    moveCostAll: heldCount * (moveCost + 1),
    isEligible,
    gain,
    steps: people.map(({ active_assignments }, u) =>
      stepsOf(strategy, active_assignments, at(tasksOf, u).length, moveScale),
    ),
    tasksOf: tasksOf.map((list) => Int32Array.from(list)),
    peopleOf: peopleOf.map((list) => Int32Array.from(list)),
    pools,
    needs,
    moments: momentsOf(windows, pools, needs),
    demands: tasks.map((task) => servingAssets(task, problem.assets)),
  };
};

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const inOrderOfTime = (a: PlanTask, b: PlanTask): number =>
  a.start - b.start || a.end - b.end || compareText(a.id, b.id);

/** The candidate of whom only the workload and the membership matter: a plan allows no overlaps. */
const factsOf = (active_assignments: number, is_member: boolean) => ({
  user_id: '',
  active_assignments,
  is_member,
  overlaps: 0,
});

/** Thousandths of a point of a task without the part for the workload. */
const gainOf = ({ strategy }: PlanProblem, facts: TaskFacts, isMember: boolean): number => {
  const { total_score, breakdown } = scoreOf(strategy, facts, factsOf(0, isMember));
  return thousandths(total_score) - thousandths(breakdown.workload);
};

const ANY_TASK: TaskFacts = { priority: 1, risk_level: 1, is_scheduled: true, available_assets: 0 };

const stepsOf = (strategy: PlanProblem['strategy'], active: number, most: number, scale: number): Float64Array => {
  const least = thousandths(strategy.caps.workload_min);
  const steps: number[] = [];
  do {
    const { workload } = scoreOf(strategy, ANY_TASK, factsOf(active + steps.length, false)).breakdown;
    steps.push(Math.round(workload * SCALE) * scale);
  } while (steps.at(-1) !== least * scale && steps.length <= most && strategy.weights.workload > 0);
  return Float64Array.from(steps);
};

const requireSense = ({ tasks, people }: PlanProblem): void => {
  const known = new Set(people.map(({ id }) => id));
  const refuse = (message: string): never => {
    throw new RangeError(message);
  };
  if (known.size < people.length) refuse('A person is given twice.');
  if (new Set(tasks.map(({ id }) => id)).size < tasks.length) refuse('A task is given twice.');
  for (const task of tasks) {
    const { id, start, end, facts, candidates, was, is_pinned, required_assets } = task;
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start >= end) {
      refuse(`Task ${id} has no window.`);
    }
    if (!Number.isInteger(facts.priority) || facts.priority < 1)
      refuse(`The priority of task ${id} is no whole number.`);
    if (candidates.length !== people.length) refuse(`Task ${id} does not say how each person stands to it.`);
    if (was !== null && !known.has(was)) refuse(`Task ${id} is held by ${was}, who is not among the people.`);
    const types = new Set(required_assets.map(({ asset_type }) => asset_type));
    if (types.size < required_assets.length) refuse(`Task ${id} asks twice for assets of one type.`);
    if (is_pinned && was === null) refuse(`Task ${id} is pinned, and nobody holds it.`);
  }
  for (const person of people) {
    const held = tasks.filter(({ was }) => was === person.id).sort(inOrderOfTime);
    const clash = held.find((task, index) => {
      const before = held[index - 1];
      return (
        (before !== undefined && spansOverlap(before, task)) || person.busy.some((span) => spansOverlap(span, task))
      );
    });
    if (clash !== undefined) refuse(`Task ${clash.id} overlaps what ${person.id} holds besides.`);
  }
};
