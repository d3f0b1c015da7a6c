import type { Bound } from './bound.ts';
import { at, type Model } from './model.ts';
import { frameOf, worthOf } from './relaxation.ts';
import type { Schedule } from './schedule.ts';

/**
 * The pairs that good plans are made of: for each task the people for whom it costs least to have it in the best schedule
 * of their own, at the prices of a bound on the gain, at most so many; and whom the schedule gives it to.
 */
export const nearPairs = (model: Model, schedule: Schedule, { prices }: Bound, most: number): Uint8Array => {
  const { personCount, gain, start, end } = model;
  const frame = frameOf(model);
  const worth = worthOf(model, frame, prices);
  const regret = new Float64Array(model.taskCount * personCount).fill(Infinity);
  for (let u = 0; u < personCount; u += 1) {
    const tasks = at(model.tasksOf, u);
    const next = at(frame.next, u);
    const extra = prices.step[u] ?? 0;
    const own = Float64Array.from(tasks, (t) => (worth[t] ?? 0) + extra + (gain[t * personCount + u] ?? 0));
    const after = new Float64Array(tasks.length + 1);
    for (let i = tasks.length - 1; i >= 0; i -= 1) {
      after[i] = Math.max(after[i + 1] ?? 0, (own[i] ?? 0) + (after[next[i] ?? 0] ?? 0));
    }
    // The best of what has ended when a task starts: tasks in order of end are passed one by one.
    const byEnd = Array.from(tasks, (_, i) => i).sort((a, b) => (end[tasks[a] ?? 0] ?? 0) - (end[tasks[b] ?? 0] ?? 0));
    const until = new Float64Array(tasks.length);
    let best = 0;
    let passed = 0;
    tasks.forEach((t, i) => {
      for (; passed < byEnd.length; passed += 1) {
        const j = byEnd[passed] ?? 0;
        if ((end[tasks[j] ?? 0] ?? 0) > (start[t] ?? 0)) break;
        best = Math.max(best, (until[j] ?? 0) + (own[j] ?? 0));
      }
      until[i] = best;
      regret[t * personCount + u] = (after[0] ?? 0) - best - (own[i] ?? 0) - (after[next[i] ?? 0] ?? 0);
    });
  }
  const isNear = new Uint8Array(regret.length);
  model.peopleOf.forEach((people, t) => {
    const ranked = [...people].sort(
      (a, b) => (regret[t * personCount + a] ?? 0) - (regret[t * personCount + b] ?? 0) || a - b,
    );
    for (const u of ranked.slice(0, most)) isNear[t * personCount + u] = 1;
    const now = schedule.personOf[t] ?? -1;
    if (now >= 0) isNear[t * personCount + now] = 1;
  });
  return isNear;
};
