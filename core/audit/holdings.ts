import { idOf, isAbsence, type AbsenceHolding, type Holding, type TaskHolding } from '../calendar/calendar.ts';
import { overlaps, type Window } from '../calendar/window.ts';
import { isHeldIn } from '../tasks/lifecycle.ts';
import { holdingOf } from '../tasks/rules.ts';
import { groupBy, type Check, type Finding } from './finding.ts';
import type { KeptHolding } from './snapshot.ts';

type KeptTaskHolding = TaskHolding & { readonly user_id: string };

const isOfTask = (held: KeptHolding): held is KeptTaskHolding => !isAbsence(held);
const isOfAbsence = (held: KeptHolding): held is AbsenceHolding & { readonly user_id: string } => isAbsence(held);
const nameOf = (held: Holding): string => `${isAbsence(held) ? 'absence' : 'task'} ${idOf(held)}`;

const show = ({ start, end }: Window): string => `${start} to ${end}`;

export const disjointWindows: Check = ({ holdings }) =>
  [...groupBy(holdings, ({ user_id }) => user_id)].flatMap(([userId, held]) => {
    const windows = held
      .flatMap((one) => (one.window === undefined ? [] : [{ name: nameOf(one), window: one.window }]))
      .sort((a, b) => (a.window.start < b.window.start ? -1 : 1));
    const findings: Finding[] = [];
    // Beside its neighbour, a window can only overlap one that reaches further than all between them.
    let reaching = windows[0];
    for (const next of windows.slice(1)) {
      if (reaching !== undefined && overlaps(reaching.window, next.window)) {
        const detail = `holds ${reaching.name} (${show(reaching.window)}) and ${next.name} (${show(next.window)})`;
        findings.push({ invariant: 'windows_disjoint', subject: `user/${userId}`, detail });
      }
      if (reaching === undefined || next.window.end > reaching.window.end) reaching = next;
    }
    return findings;
  });

const describeHolding = ({ user_id, window }: KeptTaskHolding): string =>
  `user ${user_id} holds ${window === undefined ? 'it without a window' : show(window)}`;

export const holdingsOfTasks: Check = ({ tasks, holdings: all }) => {
  const holdings = all.filter(isOfTask);
  const byTask = groupBy(holdings, ({ task_id }) => task_id);
  const existing = new Set(tasks.map(({ id }) => id));
  const breach = (taskId: string, detail: string): Finding => ({
    invariant: 'holding_of_task',
    subject: `task/${taskId}`,
    detail,
  });
  const orphans = holdings
    .filter(({ task_id }) => !existing.has(task_id))
    .map((held) => breach(held.task_id, `${describeHolding(held)}, but there is no such task`));
  const wrong = tasks.flatMap((task) => {
    const held = byTask.get(task.id) ?? [];
    if (!isHeldIn(task.state))
      return held.map((one) => breach(task.id, `is ${task.state}, but ${describeHolding(one)}`));
    if (task.assigned_to === null) return [breach(task.id, `is ${task.state}, but assigned to nobody`)];
    const due: KeptTaskHolding = { user_id: task.assigned_to, ...holdingOf(task, task.state) };
    const matching = held.filter((one) => isSameHolding(one, due));
    const others = held.filter((one) => !isSameHolding(one, due));
    return [
      ...(matching.length === 0
        ? [breach(task.id, `is ${task.state}, but not held: ${describeHolding(due)} is due`)]
        : []),
      ...others.map((one) => breach(task.id, `${describeHolding(one)}; due is: ${describeHolding(due)}`)),
    ];
  });
  return [...orphans, ...wrong];
};

const isSameHolding = (a: KeptTaskHolding, b: KeptTaskHolding): boolean =>
  a.user_id === b.user_id &&
  a.state === b.state &&
  a.window?.start === b.window?.start &&
  a.window?.end === b.window?.end;

export const holdingsOfAbsences: Check = ({ absences, holdings }) => {
  const kept = new Map(holdings.filter(isOfAbsence).map((held) => [held.absence_id, held]));
  const existing = new Set(absences.map(({ id }) => id));
  const breach = (id: string, detail: string): Finding => ({
    invariant: 'holding_of_absence',
    subject: `absence/${id}`,
    detail,
  });
  return [
    ...[...kept.keys()]
      .filter((id) => !existing.has(id))
      .map((id) => breach(id, 'its time is held, but there is no such absence')),
    ...absences.flatMap((absence) => {
      const window = kept.get(absence.id)?.window;
      if (window === undefined) return [breach(absence.id, 'its time is not held')];
      const isSame = window.start === absence.start_at && window.end === absence.end_at;
      return isSame ? [] : [breach(absence.id, `holds ${show(window)}, says ${absence.start_at} to ${absence.end_at}`)];
    }),
  ];
};

export const activeCounts: Check = ({ calendars, holdings }) => {
  const byUser = groupBy(holdings.filter(isOfTask), ({ user_id }) => user_id);
  return calendars
    .map(({ user_id, active_count }) => ({ user_id, active_count, held: byUser.get(user_id)?.length ?? 0 }))
    .filter(({ active_count, held }) => active_count !== held)
    .map(({ user_id, active_count, held }) => ({
      invariant: 'active_count',
      subject: `user/${user_id}`,
      detail: `counts ${active_count}, holds ${held}`,
    }));
};
