import { scoreOf, thousandths } from '../scoring/score.ts';
import type { Exchange } from './exchange.ts';
import type { Rivals } from './explain.ts';
import type { DayPlan, PlanAssignment } from './result.ts';
import type { Placement, PlanProblem, PlanTask, PlanTotals, Span } from './problem.ts';

/*
 * Everything here is written from the rules alone: it uses nothing of the search, its model or its sums, so that a fault
 * there does not repeat itself here.
 */

/** What is wrong with a placement, sentence by sentence; empty for one that breaks no rule. */
export const faultsOf = (problem: PlanProblem, placement: Placement): readonly string[] => {
  const faults: string[] = [];
  const people = new Map(problem.people.map((person, index) => [person.id, { person, index }]));
  const assets = new Map(problem.assets.map((asset) => [asset.id, asset]));
  const tasks = new Map(problem.tasks.map((task) => [task.id, task]));
  const ofPerson = new Map<string, Taken[]>(problem.people.map(({ id, busy }) => [id, busy.map(busyAs)]));
  const ofAsset = new Map<string, Taken[]>(problem.assets.map(({ id, busy }) => [id, busy.map(busyAs)]));
  for (const [taskId, { user_id, asset_ids }] of placement) {
    const task = tasks.get(taskId);
    const found = people.get(user_id);
    if (task === undefined || found === undefined) {
      faults.push(`${taskId} at ${user_id}: no such task or person`);
      continue;
    }
    const failed = task.candidates[found.index]?.failed ?? ['unknown'];
    if (failed.length > 0 && task.was !== user_id) faults.push(`${taskId} at ${user_id}: ${failed.join(', ')}`);
    ofPerson.get(user_id)?.push({ start: task.start, end: task.end, name: taskId });
    for (const id of asset_ids) {
      if (!assets.has(id)) faults.push(`${taskId} takes ${id}: no such asset`);
      ofAsset.get(id)?.push({ start: task.start, end: task.end, name: taskId });
    }
    faults.push(...assetFaults(problem, task, asset_ids));
  }
  for (const task of problem.tasks) {
    if (task.is_pinned && placement.get(task.id)?.user_id !== task.was) faults.push(`${task.id} is pinned and moved`);
  }
  for (const [name, windows] of [...ofPerson, ...ofAsset]) faults.push(...clashes(name, windows));
  return faults;
};

type Taken = Span & { readonly name: string };
const busyAs = ({ start, end }: Span): Taken => ({ start, end, name: '' });

/** Overlaps of one person's or asset's windows; two windows from outside the plan may overlap. */
const clashes = (owner: string, windows: readonly Taken[]): readonly string[] => {
  const faults: string[] = [];
  const sorted = windows.toSorted((a, b) => a.start - b.start);
  for (const [index, one] of sorted.entries()) {
    for (const other of sorted.slice(index + 1)) {
      if (other.start >= one.end) break;
      if (one.name !== '' || other.name !== '') {
        faults.push(`${owner} holds ${one.name || 'a window'} and ${other.name || 'a window'} at once`);
      }
    }
  }
  return faults;
};

const assetFaults = (problem: PlanProblem, task: PlanTask, ids: readonly string[]): readonly string[] => {
  if (new Set(ids).size < ids.length) return [`${task.id} takes an asset twice`];
  if (task.is_pinned || task.asset_ids.length > 0) {
    const isSame = ids.length === task.asset_ids.length && task.asset_ids.every((id) => ids.includes(id));
    const isAway =
      task.was === null && problem.assets.some(({ id, is_available }) => ids.includes(id) && !is_available);
    return isSame && !isAway ? [] : [`${task.id} does not take the assets named for it`];
  }
  const taken = problem.assets.filter(({ id }) => ids.includes(id));
  const asked = task.required_assets.reduce((sum, { quantity }) => sum + quantity, 0);
  const isMet = task.required_assets.every(({ asset_type, quantity }) => {
    const fitting = taken.filter(
      (asset) =>
        asset.asset_type === asset_type &&
        asset.is_available &&
        (task.area_code === null || asset.area_code === task.area_code),
    );
    return fitting.length === quantity;
  });
  return isMet && taken.length === asked ? [] : [`${task.id} does not take the assets it requires`];
};

/** What each task of a placement scores, in order of time, and the sums of it all. */
export const tally = (problem: PlanProblem, placement: Placement) => {
  const counts = new Map(problem.people.map(({ id, active_assignments }) => [id, active_assignments]));
  const indices = new Map(problem.people.map(({ id }, index) => [id, index]));
  const scores = new Map<string, Pick<PlanAssignment, 'score' | 'breakdown' | 'facts'>>();
  const ordered = problem.tasks.toSorted(
    (a, b) => a.start - b.start || a.end - b.end || (a.id < b.id ? -1 : Number(a.id > b.id)),
  );
  let sum = 0;
  let priority = 0;
  for (const task of ordered) {
    const placed = placement.get(task.id);
    if (placed === undefined) continue;
    const active = counts.get(placed.user_id) ?? 0;
    const is_member = task.candidates[indices.get(placed.user_id) ?? -1]?.is_member ?? false;
    const facts = { user_id: placed.user_id, active_assignments: active, is_member, overlaps: 0 };
    const { total_score, breakdown } = scoreOf(problem.strategy, task.facts, facts);
    counts.set(placed.user_id, active + 1);
    scores.set(task.id, { score: total_score, breakdown, facts });
    sum += thousandths(total_score);
    priority += task.facts.priority;
  }
  const totals: PlanTotals = {
    placed: placement.size,
    unplaced: problem.tasks.length - placement.size,
    priority_placed: priority,
    priority_total: problem.tasks.reduce((total, { facts }) => total + facts.priority, 0),
    score: sum / 1_000,
    moves: problem.tasks.filter(({ id, was }) => was !== null && placement.get(id)?.user_id !== was).length,
  };
  return { scores, totals };
};

/** Points of a plan after the cost of its moves: what decides between plans of one priority. */
export const netScore = ({ move_cost }: PlanProblem, { score, moves }: PlanTotals): number =>
  (thousandths(score) - thousandths(move_cost) * moves) / 1_000;

/**
 * What a plan is worth as one whole number: priority, then net score, then fewer moves. A step of each outweighs all that
 * the later ones can add, so comparing the numbers compares the plans in that order.
 */
export const objectiveOf = (problem: PlanProblem, totals: PlanTotals): bigint => {
  const moves = BigInt(problem.tasks.length + 1);
  const { strategy, tasks, move_cost } = problem;
  const facts = { user_id: '', active_assignments: 0, is_member: true, overlaps: 0 };
  const most = tasks.reduce((sum, task) => sum + thousandths(scoreOf(strategy, task.facts, facts).total_score), 0);
  const cost = thousandths(move_cost) * tasks.length;
  const step = BigInt(most + cost + 1) * moves;
  return (
    BigInt(totals.priority_placed) * step +
    BigInt(thousandths(netScore(problem, totals))) * moves -
    BigInt(totals.moves)
  );
};

export const placementOf = (
  assignments: readonly Pick<PlanAssignment, 'task_id' | 'user_id' | 'asset_ids'>[],
): Placement => new Map(assignments.map(({ task_id, user_id, asset_ids }) => [task_id, { user_id, asset_ids }]));

/** Everything that is wrong with a plan as it is shown: rules, scores, sums, bounds, and each reason's claims. */
export const checkPlan = (problem: PlanProblem, plan: Omit<DayPlan, 'solver' | 'is_canceled'>): readonly string[] => {
  const placement = placementOf(plan.assignments);
  const faults = [...faultsOf(problem, placement)];
  const require = (isTrue: boolean, fault: string): void => {
    if (!isTrue) faults.push(fault);
  };
  require(placement.size === plan.assignments.length, 'a task is assigned twice');
  const { scores, totals } = tally(problem, placement);
  const tasks = new Map(problem.tasks.map((task) => [task.id, task]));
  require(JSON.stringify(totals) === JSON.stringify(plan.totals), 'the totals are not the sums');
  for (const { task_id, score, breakdown, was } of plan.assignments) {
    const own = scores.get(task_id);
    require(own?.score === score &&
      JSON.stringify(own.breakdown) === JSON.stringify(breakdown), `${task_id}: another score`);
    require(tasks.get(task_id)?.was === was, `${task_id}: held by another`);
  }
  const left = problem.tasks.filter(({ id }) => !placement.has(id)).map(({ id }) => id);
  const explained = new Set(plan.unplaced.map(({ task_id }) => task_id));
  require(explained.size === plan.unplaced.length &&
    left.length === explained.size &&
    left.every((id) => explained.has(id)), 'the unplaced are not those that are left');
  const worth = objectiveOf(problem, totals);
  require(worth >= objectiveOf(problem, plan.baseline), 'dispatching one by one is worth more');
  require(plan.bound.priority_placed >= totals.priority_placed, 'more priority is placed than the bound allows');
  require(plan.bound.score >= netScore(problem, totals), 'the score is above its bound');
  require(plan.gap.priority >= 0 && plan.gap.priority <= 1, 'the gap in priority is no fraction');
  require(plan.gap.score >= 0, 'the gap in score is negative');
  for (const { task_id, reason, detail } of plan.unplaced) {
    const task = tasks.get(task_id);
    if (task === undefined) continue;
    if (reason === 'no_eligible_user') faults.push(...eligibilityFaults(problem, task, detail));
    if (reason === 'no_equipment') faults.push(...equipmentFaults(problem, task));
    if (reason === 'displaced') {
      require(failuresOf(problem, task).some((failed) => failed.length === 0), `${task_id}: nobody could take it`);
      faults.push(...exchangeFaults(problem, placement, totals, task_id, detail.exchange));
      faults.push(...rivalFaults(problem, placement, task, detail.competes_with));
    }
  }
  return faults;
};

/** The rules that each person fails for a task, what they hold outside the plan among them. */
const failuresOf = (problem: PlanProblem, task: PlanTask): readonly (readonly string[])[] => {
  const inWay = problem.tasks.filter((other) => other.is_pinned && other.start < task.end && task.start < other.end);
  return problem.people.map(({ id, busy }, index) => {
    const pinned = inWay.filter(({ was }) => was === id);
    const windows = [...busy, ...pinned.map(({ start, end }) => ({ start, end, rule: 'schedule_conflict' }))];
    const taken = windows.filter(({ start, end }) => start < task.end && task.start < end).map(({ rule }) => rule);
    return [...new Set([...(task.was === id ? [] : (task.candidates[index]?.failed ?? [])), ...taken])];
  });
};

const eligibilityFaults = (
  problem: PlanProblem,
  task: PlanTask,
  detail: {
    readonly rules: Readonly<Record<string, number>>;
    readonly one_rule: readonly { user_id: string; rule: string }[];
  },
): readonly string[] => {
  const failures = failuresOf(problem, task);
  const counts = new Map<string, number>();
  for (const rule of failures.flat()) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const isCounted =
    Object.keys(detail.rules).length === counts.size &&
    Object.entries(detail.rules).every(([rule, count]) => counts.get(rule) === count);
  const isNamed = detail.one_rule.every(({ user_id, rule }) => {
    const failed = failures[problem.people.findIndex(({ id }) => id === user_id)];
    return failed?.length === 1 && failed[0] === rule;
  });
  return [
    ...(failures.some((failed) => failed.length === 0) ? [`${task.id}: somebody could take it`] : []),
    ...(isCounted ? [] : [`${task.id}: the rules are counted wrong`]),
    ...(isNamed ? [] : [`${task.id}: a person named fails by another rule, or by more`]),
  ];
};

/** A task said to lack equipment must lack it even when the plan places nothing else. */
const equipmentFaults = (problem: PlanProblem, task: PlanTask): readonly string[] => {
  const blocked = (id: string): boolean =>
    [...(problem.assets.find((asset) => asset.id === id)?.busy ?? []), ...pinnedWith(problem, id)].some(
      ({ start, end }) => start < task.end && task.start < end,
    );
  const free = problem.assets.filter(({ id }) => !blocked(id));
  const isPossible =
    task.asset_ids.length > 0
      ? task.asset_ids.every((id) => free.some((asset) => asset.id === id && (asset.is_available || task.was !== null)))
      : task.required_assets.every(
          ({ asset_type, quantity }) =>
            free.filter(
              (asset) =>
                asset.is_available &&
                asset.asset_type === asset_type &&
                (task.area_code === null || asset.area_code === task.area_code),
            ).length >= quantity,
        );
  return isPossible ? [`${task.id}: there is equipment for it`] : [];
};

const pinnedWith = (problem: PlanProblem, assetId: string): readonly Span[] =>
  problem.tasks.filter(({ is_pinned, asset_ids }) => is_pinned && asset_ids.includes(assetId));

/** An exchange must place the task, break no rule, and cost what it says. */
const exchangeFaults = (
  problem: PlanProblem,
  placement: Placement,
  was: PlanTotals,
  taskId: string,
  exchange: Exchange,
): readonly string[] => {
  const after = new Map(placement);
  const faults: string[] = [];
  for (const { task_id, from, to, asset_ids } of exchange.changes) {
    if ((after.get(task_id)?.user_id ?? null) !== from)
      faults.push(`${taskId}: ${task_id} is not at ${from ?? 'nobody'}`);
    if (to === null) after.delete(task_id);
    else after.set(task_id, { user_id: to, asset_ids });
  }
  if (!after.has(taskId)) faults.push(`${taskId}: its exchange does not place it`);
  faults.push(...faultsOf(problem, after).map((fault) => `${taskId}: its exchange breaks a rule: ${fault}`));
  const is = tally(problem, after).totals;
  const score = thousandths(netScore(problem, is)) - thousandths(netScore(problem, was));
  const isPriced =
    exchange.price.priority === is.priority_placed - was.priority_placed && thousandths(exchange.price.score) === score;
  return isPriced ? faults : [...faults, `${taskId}: its exchange costs something else`];
};

/** Each person named must hold, in the task's window, one of the tasks named; each of these is in the way of the task. */
const rivalFaults = (problem: PlanProblem, placement: Placement, task: PlanTask, rivals: Rivals): readonly string[] => {
  const inWay = problem.tasks.filter(
    ({ id, start, end }) => rivals.task_ids.includes(id) && start < task.end && task.start < end,
  );
  const people = new Set(inWay.map(({ id }) => placement.get(id)?.user_id));
  const failures = failuresOf(problem, task);
  const isTrue =
    inWay.length === rivals.task_ids.length &&
    !people.has(undefined) &&
    rivals.user_ids.every((id) => {
      const failed = failures[problem.people.findIndex((person) => person.id === id)];
      return people.has(id) && failed?.length === 0;
    });
  return isTrue ? [] : [`${task.id}: a rival is not in its way`];
};
