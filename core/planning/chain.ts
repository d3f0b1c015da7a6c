import { at, type Model } from './model.ts';
import { assign, blockersOf, drawFor, isFree, release, rollback, type Schedule } from './schedule.ts';

/**
 * Counts what a search does, in looks at one person for one task when its work is given out anew. Others look more
 * cheaply; their weights are measured, and powers of two, so that sums are exact.
 */
export interface Meter {
  left: number;
}

/** What a look along a chain weighs. */
const LOOK = 1 / 16;

/** How a chain reached a task: `task` takes its place at `person`, after `aside` went to others. */
interface Link {
  readonly from: number;
  readonly person: number;
  readonly aside: readonly { readonly task: number; readonly person: number }[];
}

/** How a chain ends: its last task goes to `person`, and `dropped` are left out for it. */
interface Ending {
  readonly last: number;
  readonly person: number;
  readonly aside: Link['aside'];
  readonly dropped: readonly number[];
  readonly cost: number;
}

/** The most tasks in the way that a chain deals with at one person. */
const BLOCKERS_MOST = 3;

/**
 * Places a task by a chain: it takes the place of one that takes the place of another … until one finds a free person, or
 * tasks of less priority are left out in exchange. Breadth first, so the shortest chain that loses nothing is taken, else
 * the one that loses least. Answers whether it was placed; the schedule is as it was if not.
 */
export const placeByChain = (
  model: Model,
  schedule: Schedule,
  task: number,
  meter: Meter,
  mayLose: number = (model.priority[task] ?? 0) - 1,
): boolean => {
  const draws = drawFor(model, schedule, task);
  if (draws === undefined) return false;
  const links = new Map<number, Link>();
  const queue = [task];
  let best: Ending | undefined;
  for (const last of queue) {
    if (meter.left <= 0) break;
    for (const person of at(model.peopleOf, last)) {
      meter.left -= LOOK;
      if (person === schedule.personOf[last]) continue;
      const blockers = blockersOf(model, schedule, person, last, BLOCKERS_MOST + 1);
      if (blockers.length > BLOCKERS_MOST || blockers.some((one) => one === task || model.isPinned[one] === 1))
        continue;
      const { aside, stuck } = setAside(model, schedule, blockers, person, meter);
      if (stuck.length === 0) {
        const ending = { last, person, aside, dropped: [], cost: 0 };
        if (follow(model, schedule, links, task, draws, ending)) return true;
        continue;
      }
      const cost = stuck.reduce((sum, one) => sum + (model.priority[one] ?? 0), 0);
      if (cost <= mayLose && cost < (best?.cost ?? Infinity)) {
        const ending = { last, person, aside, dropped: stuck, cost };
        if (canFollow(model, schedule, links, task, draws, ending)) best = ending;
      }
      const [next] = stuck;
      if (stuck.length !== 1 || next === undefined || links.has(next)) continue;
      links.set(next, { from: last, person, aside });
      queue.push(next);
    }
  }
  return best !== undefined && follow(model, schedule, links, task, draws, best);
};

/** Sends tasks to other people who are free; `stuck` are those for whom nobody is. */
const setAside = (
  model: Model,
  schedule: Schedule,
  blockers: readonly number[],
  person: number,
  meter: Meter,
): { readonly aside: Link['aside']; readonly stuck: readonly number[] } => {
  const aside: { task: number; person: number }[] = [];
  const stuck: number[] = [];
  for (const task of blockers) {
    let found = -1;
    for (const other of at(model.peopleOf, task)) {
      meter.left -= LOOK;
      if (other === person || !isFree(model, schedule, other, task)) continue;
      // Two that are set aside together must not meet again.
      const meets = aside.some((one) => one.person === other && areTogether(model, one.task, task));
      if (!meets) {
        found = other;
        break;
      }
    }
    if (found < 0) stuck.push(task);
    else aside.push({ task, person: found });
  }
  return { aside, stuck };
};

const areTogether = (model: Model, a: number, b: number): boolean =>
  (model.start[a] ?? 0) < (model.end[b] ?? 0) && (model.start[b] ?? 0) < (model.end[a] ?? 0);

/** Moves all tasks of a chain at once. A chain that meets itself does not fit: then nothing is moved. */
const follow = (
  model: Model,
  schedule: Schedule,
  links: ReadonlyMap<number, Link>,
  first: number,
  draws: readonly { readonly pool: number; readonly quantity: number }[],
  { last, person, aside, dropped }: Ending,
): boolean => {
  const mark = schedule.trail.length;
  const goals = [...aside, { task: last, person }];
  for (let task = last; task !== first;) {
    const link = links.get(task);
    if (link === undefined) return false;
    goals.push(...link.aside, { task: link.from, person: link.person });
    task = link.from;
  }
  if (new Set([...goals.map(({ task }) => task), ...dropped]).size < goals.length + dropped.length) return false;
  for (const task of dropped) release(model, schedule, task);
  const kept = goals.map(({ task }) => (task === first ? draws : release(model, schedule, task)));
  for (const [index, goal] of goals.entries()) {
    if (!isFree(model, schedule, goal.person, goal.task)) {
      rollback(model, schedule, mark);
      return false;
    }
    assign(model, schedule, goal.task, goal.person, at(kept, index));
  }
  return true;
};

const canFollow = (...given: Parameters<typeof follow>): boolean => {
  const [model, schedule] = given;
  const mark = schedule.trail.length;
  const isPossible = follow(...given);
  if (isPossible) rollback(model, schedule, mark);
  return isPossible;
};
