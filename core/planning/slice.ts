import { at, stepAt, type Model } from './model.ts';
import { assign, drawFor, isFree, release, rollback, type Draw, type Schedule } from './schedule.ts';

/**
 * Gives out anew all tasks that overlap at one moment, those of nobody among them, while all others stay: exactly, as an
 * assignment problem, because nobody can take two of them, so each is worth to each person what it adds there. All
 * swaps and rings of swaps at that moment are tried at once. Answers the work done, as a `Meter` counts it; the schedule
 * changes only for the better.
 */
export const improveSlice = (model: Model, schedule: Schedule, tasks: readonly number[]): number => {
  const mark = schedule.trail.length;
  const { priority, gain } = schedule;
  const open = tasks.filter((task) => model.isPinned[task] !== 1 && at(model.peopleOf, task).length > 0);
  const kept = new Map<number, readonly Draw[]>();
  const before = new Map<number, number>();
  for (const task of open) {
    const person = schedule.personOf[task] ?? -1;
    if (person < 0) continue;
    before.set(task, person);
    kept.set(task, release(model, schedule, task));
  }
  const { taker, work } = bestAssignment(model, schedule, open);
  open.forEach((task, row) => {
    const draws = kept.get(task);
    const person = taker[row] ?? -1;
    if (draws !== undefined && person >= 0) assign(model, schedule, task, person, draws);
  });
  open.forEach((task, row) => {
    const person = taker[row] ?? -1;
    if (kept.has(task) || person < 0) return;
    // What draws from one pool may be free to come one by one, and not together.
    const draws = drawFor(model, schedule, task);
    if (draws !== undefined) assign(model, schedule, task, person, draws);
  });
  const isBetter = schedule.priority > priority || (schedule.priority === priority && schedule.gain > gain);
  if (!isBetter) rollback(model, schedule, mark);
  return work * LOOK;
};

/** What a look at a person for a task of a slice weighs. */
const LOOK = 1 / 4;

/** The pairs that can be, row by row, with what each is worth. */
interface Offers {
  readonly people: readonly Int32Array[];
  readonly worths: readonly Float64Array[];
}

const offersOf = (model: Model, schedule: Schedule, tasks: readonly number[]): Offers => {
  const gains: Float64Array[] = [];
  let most = 1;
  const people = tasks.map((task) => {
    const free = at(model.peopleOf, task).filter((person) => isFree(model, schedule, person, task));
    const gain = Float64Array.from(free, (person) => {
      const count = at(schedule.heldBy, person).length;
      return (model.gain[task * model.personCount + person] ?? 0) + stepAt(model, person, count);
    });
    most += gain.reduce((best, one) => Math.max(best, one), 0);
    gains.push(gain);
    return free;
  });
  // Beyond the whole numbers that are exact, this is a guess at the best: the schedule is compared exactly afterwards.
  const sum = tasks.reduce((total, task) => total + (model.priority[task] ?? 0), 1);
  const perPriority = Math.min(most, Math.floor(Number.MAX_SAFE_INTEGER / sum / 2));
  const worths = gains.map((gain, row) => gain.map((one) => one + perPriority * (model.priority[at(tasks, row)] ?? 0)));
  return { people, worths };
};

/**
 * The assignment of rows to people worth most in sum, by shortest augmenting paths (Jonker and Volgenant, 1987), each row
 * with a column of its own worth nothing, for a task that nobody takes.
 */
const bestAssignment = (
  model: Model,
  schedule: Schedule,
  tasks: readonly number[],
): { readonly taker: Int32Array; readonly work: number } => {
  const { people, worths } = offersOf(model, schedule, tasks);
  const rows = tasks.length;
  const columns = model.personCount + rows;
  const ofColumn = new Int32Array(columns).fill(-1);
  const ofRow = new Int32Array(rows).fill(-1);
  const price = new Float64Array(columns);
  const far = new Float64Array(columns);
  const from = new Int32Array(columns);
  const isDone = new Uint8Array(columns);
  let work = people.reduce((sum, free) => sum + free.length, rows);
  for (let first = 0; first < rows; first += 1) {
    const touched: number[] = [];
    far.fill(Infinity);
    isDone.fill(0);
    let row = first;
    let base = 0;
    let end = -1;
    while (end < 0) {
      const free = at(people, row);
      const worth = at(worths, row);
      // Costs are counted as lost against the row's best, in whole numbers.
      const taken = ofRow[row] ?? -1;
      const own = taken < 0 ? 0 : costAt(free, worth, taken) - (price[taken] ?? 0);
      for (let i = 0; i <= free.length; i += 1) {
        const column = i < free.length ? (free[i] ?? 0) : model.personCount + row;
        if (isDone[column] === 1) continue;
        const cost = i < free.length ? -(worth[i] ?? 0) : 0;
        const distance = base + cost - (price[column] ?? 0) - own;
        if (distance < (far[column] ?? 0)) {
          if (far[column] === Infinity) touched.push(column);
          far[column] = distance;
          from[column] = row;
        }
      }
      work += free.length >> 2;
      let nearest = -1;
      for (const column of touched) {
        if (isDone[column] === 1) continue;
        if (nearest < 0 || (far[column] ?? 0) < (far[nearest] ?? 0)) nearest = column;
      }
      work += touched.length >> 3;
      isDone[nearest] = 1;
      base = far[nearest] ?? 0;
      if ((ofColumn[nearest] ?? -1) < 0) end = nearest;
      else row = ofColumn[nearest] ?? 0;
    }
    for (const column of touched) {
      if (isDone[column] === 1) price[column] = (price[column] ?? 0) + (far[column] ?? 0) - base;
    }
    for (let column = end; ;) {
      const giver = from[column] ?? 0;
      const next = ofRow[giver] ?? -1;
      ofRow[giver] = column;
      ofColumn[column] = giver;
      if (giver === first) break;
      column = next;
    }
  }
  return { taker: ofRow.map((column) => (column < model.personCount ? column : -1)), work };
};

const costAt = (free: Int32Array, worth: Float64Array, column: number): number => {
  const index = free.indexOf(column);
  return index < 0 ? 0 : -(worth[index] ?? 0);
};
