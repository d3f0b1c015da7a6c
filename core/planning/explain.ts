import {
  apply,
  cheapestExchange,
  deskOf,
  exchangeOf,
  placementOfDesk,
  rivalsForAssets,
  type Desk,
  type Exchange,
} from './exchange.ts';
import { at, type Model } from './model.ts';
import { demandsOf } from './pools.ts';
import { spansOverlap, type Placement, type PlanRule, type PlanTask } from './problem.ts';
import { blockersOf } from './schedule.ts';

/** Why a task was left out, with what can be done about it. */
export type Unplaced = { readonly task_id: string } & (
  | {
      readonly reason: 'no_eligible_user';
      readonly detail: {
        /** How many people fail each rule. */
        readonly rules: Readonly<Partial<Record<PlanRule, number>>>;
        /** People who fail exactly one: were that granted, they could take it. */
        readonly one_rule: readonly { readonly user_id: string; readonly rule: PlanRule }[];
      };
    }
  | { readonly reason: 'no_equipment'; readonly detail: { readonly lacking: readonly Lack[] } }
  | { readonly reason: 'displaced'; readonly detail: { readonly exchange: Exchange; readonly competes_with: Rivals } }
);

/** So many assets are needed, and so many are there when the plan places nothing else. */
export type Lack = ({ readonly asset_id: string } | { readonly asset_type: string }) & {
  readonly needed: number;
  readonly available: number;
};

/** The tasks that hold these people, or the equipment, in the window of a task that is left out. */
export interface Rivals {
  readonly task_ids: readonly string[];
  readonly user_ids: readonly string[];
}

/** The most people of one kind that a reason names. */
const NAMED_MOST = 10;

/**
 * The reasons of all tasks that are left out. Where an exchange would better the plan, it is made: the placement that
 * comes back is the one that the reasons are about.
 */
export const explain = (
  model: Model,
  given: Placement,
): { readonly placement: Placement; readonly unplaced: readonly Unplaced[] } => {
  const desk = deskOf(model, given);
  betterByExchanges(model, desk);
  const unplaced = model.tasks.flatMap((task, t): readonly Unplaced[] => {
    if ((desk.schedule.personOf[t] ?? -1) >= 0) return [];
    const failures = model.problem.people.map((_, u) => failuresOf(model, task, u));
    if (failures.every((failed) => failed.length > 0)) return [nobody(model, task, failures)];
    if (model.needs[t] === undefined) {
      return [{ task_id: task.id, reason: 'no_equipment', detail: { lacking: lackingFor(model, task) } }];
    }
    const trial = cheapestExchange(model, desk, t);
    if (trial === undefined) throw new Error(`Task ${task.id} could be placed, and no exchange places it.`);
    const detail = { exchange: exchangeOf(model, desk, trial), competes_with: rivalsOf(model, desk, t) };
    return [{ task_id: task.id, reason: 'displaced', detail }];
  });
  return { placement: placementOfDesk(model, desk), unplaced };
};

const betterByExchanges = (model: Model, desk: Desk): void => {
  const { schedule } = desk;
  for (let isBetter = true; isBetter;) {
    isBetter = false;
    for (let task = 0; task < model.taskCount; task += 1) {
      if ((schedule.personOf[task] ?? -1) >= 0) continue;
      const trial = cheapestExchange(model, desk, task, 0);
      if (trial === undefined || (trial.priority === 0 && trial.gain <= 0)) continue;
      apply(model, desk, trial);
      isBetter = true;
    }
  }
};

/** The rules that a person fails for a task, what they hold outside the plan or pinned among them. */
const failuresOf = (model: Model, task: PlanTask, u: number): readonly PlanRule[] => {
  const { id, busy } = at(model.problem.people, u);
  const failed = new Set<PlanRule>(task.was === id ? [] : at(task.candidates, u).failed);
  for (const window of busy) if (spansOverlap(window, task)) failed.add(window.rule);
  for (const other of at(model.pinnedOf, u))
    if (spansOverlap(at(model.tasks, other), task)) failed.add('schedule_conflict');
  return [...failed];
};

const nobody = (model: Model, task: PlanTask, failures: readonly (readonly PlanRule[])[]): Unplaced => {
  const rules: Partial<Record<PlanRule, number>> = {};
  for (const rule of failures.flat()) rules[rule] = (rules[rule] ?? 0) + 1;
  const one_rule = failures.flatMap(([rule, ...others], u) =>
    rule === undefined || others.length > 0 ? [] : [{ user_id: at(model.problem.people, u).id, rule }],
  );
  return { task_id: task.id, reason: 'no_eligible_user', detail: { rules, one_rule: one_rule.slice(0, NAMED_MOST) } };
};

const lackingFor = ({ problem, tasks }: Model, task: PlanTask): readonly Lack[] =>
  demandsOf(task).flatMap(({ name, serves, quantity }) => {
    const available = problem.assets.filter((asset) => {
      const pinned = tasks.filter(({ is_pinned, asset_ids }) => is_pinned && asset_ids.includes(asset.id));
      return serves(asset) && ![...asset.busy, ...pinned].some((window) => spansOverlap(window, task));
    }).length;
    return available < quantity ? [{ ...name, needed: quantity, available }] : [];
  });

/** Who stands in the way: people who may take the task with what they hold then, those with the least priority first. */
const rivalsOf = (model: Model, desk: Desk, t: number): Rivals => {
  const inWay = [...at(model.peopleOf, t)]
    .map((u) => {
      const tasks = blockersOf(model, desk.schedule, u, t);
      return { u, tasks, priority: tasks.reduce((sum, one) => sum + (model.priority[one] ?? 0), 0) };
    })
    .filter(({ tasks }) => tasks.length > 0)
    .sort((a, b) => a.priority - b.priority || a.u - b.u)
    .slice(0, NAMED_MOST);
  const tasks = new Set([
    ...inWay.flatMap((one) => one.tasks),
    ...rivalsForAssets(model, desk, t).slice(0, NAMED_MOST),
  ]);
  return {
    task_ids: [...tasks].map((one) => at(model.tasks, one).id),
    user_ids: inWay.map(({ u }) => at(model.problem.people, u).id),
  };
};
