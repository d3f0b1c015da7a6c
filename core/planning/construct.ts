import type { Bound } from './bound.ts';
import { at, stepAt, type Model } from './model.ts';
import type { Random } from './random.ts';
import { frameOf, worthOf } from './relaxation.ts';
import { assign, drawFor, emptySchedule, settle, type Schedule } from './schedule.ts';

/**
 * A schedule made from the prices of a bound: person after person, in random order, takes the best of the tasks that are
 * left, each worth what it brings less `share` (in hundredths) of its price, what it would bring to another.
 */
export const constructFrom = (model: Model, { prices }: Bound, share: number, random: Random): Schedule => {
  const schedule = emptySchedule(model);
  const frame = frameOf(model);
  const worth = worthOf(model, frame, {
    ...prices,
    task: prices.task.map((price) => Math.round((price * share) / 100)),
  });
  const people = Array.from({ length: model.personCount }, (_, u) => u);
  for (let i = people.length - 1; i > 0; i -= 1) {
    const j = random(i + 1);
    [people[i], people[j]] = [at(people, j), at(people, i)];
  }
  for (const u of people) {
    const tasks = at(model.tasksOf, u);
    const next = at(frame.next, u);
    const reach = new Float64Array(tasks.length + 1);
    for (let i = tasks.length - 1; i >= 0; i -= 1) {
      const t = tasks[i] ?? 0;
      const isOpen = schedule.personOf[t] === -1 && model.isPinned[t] !== 1;
      const own = (worth[t] ?? 0) + (model.gain[t * model.personCount + u] ?? 0) + stepAt(model, u, 2);
      reach[i] = Math.max(reach[i + 1] ?? 0, isOpen ? own + (reach[next[i] ?? 0] ?? 0) : 0);
    }
    for (let i = 0; i < tasks.length;) {
      if (reach[i] === reach[i + 1]) {
        i += 1;
        continue;
      }
      const t = tasks[i] ?? 0;
      const draws = drawFor(model, schedule, t);
      if (draws !== undefined) assign(model, schedule, t, u, draws);
      i = next[i] ?? 0;
    }
  }
  return settle(schedule);
};
