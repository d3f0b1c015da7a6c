import {
  idOf,
  isAbsence,
  resourceOf,
  type AbsenceHolding,
  type Holding,
  type TaskHolding,
} from '../calendar/calendar.ts';
import { resourceName, type Resource } from '../calendar/resource.ts';
import { overlaps, type Window } from '../calendar/window.ts';
import { isHeldIn } from '../tasks/lifecycle.ts';
import { holdersOf, holdingOf } from '../tasks/rules.ts';
import { groupBy, type Check, type Finding } from './finding.ts';
import type { KeptHolding } from './snapshot.ts';

type KeptTaskHolding = TaskHolding & { readonly resource: Resource };

const isOfTask = (held: KeptHolding): held is KeptTaskHolding => !isAbsence(held);
const isOfAbsence = (held: KeptHolding): held is AbsenceHolding & { readonly resource: Resource } => isAbsence(held);
const nameOf = (held: Holding): string => `${isAbsence(held) ? 'absence' : 'task'} ${idOf(held)}`;

const show = ({ start, end }: Window): string => `${start} to ${end}`;

export const disjointWindows: Check = ({ holdings }) =>
  [...groupBy(holdings, ({ resource }) => resourceName(resource))].flatMap(([subject, held]) => {
    const windows = held
      .flatMap((one) => (one.window === undefined ? [] : [{ name: nameOf(one), window: one.window }]))
      .sort((a, b) => (a.window.start < b.window.start ? -1 : 1));
    const findings: Finding[] = [];
    // Beside its neighbour, a window can only overlap one that reaches further than all between them.
    let reaching = windows[0];
    for (const next of windows.slice(1)) {
      if (reaching !== undefined && overlaps(reaching.window, next.window)) {
        const detail = `holds ${reaching.name} (${show(reaching.window)}) and ${next.name} (${show(next.window)})`;
        findings.push({ invariant: 'windows_disjoint', subject, detail });
      }
      if (reaching === undefined || next.window.end > reaching.window.end) reaching = next;
    }
    return findings;
  });

const describeHolding = ({ resource, window }: KeptTaskHolding): string =>
  `${resource.kind} ${resource.id} holds ${window === undefined ? 'it without a window' : show(window)}`;

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
    const holding = holdingOf(task, task.state);
    const due = holdersOf(task).map((resource): KeptTaskHolding => ({ resource, ...holding }));
    const missing = due.filter((one) => !held.some((other) => isSameHolding(one, other)));
    const others = held.filter((one) => !due.some((other) => isSameHolding(one, other)));
    return [
      ...missing.map((one) => breach(task.id, `is ${task.state}, but not held: ${describeHolding(one)} is due`)),
      ...others.map((one) =>
        breach(task.id, `${describeHolding(one)}; due is: ${due.map(describeHolding).join(', ')}`),
      ),
    ];
  });
  return [...orphans, ...wrong];
};

const isSameHolding = (a: KeptTaskHolding, b: KeptTaskHolding): boolean =>
  resourceName(a.resource) === resourceName(b.resource) &&
  a.state === b.state &&
  a.window?.start === b.window?.start &&
  a.window?.end === b.window?.end &&
  String(a.required_qualifications ?? []) === String(b.required_qualifications ?? []);

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

const isOfAsset = (subject: string): boolean => subject.startsWith('asset/');

export const activeCounts: Check = ({ calendars, holdings }) => {
  const held = groupBy(holdings.filter(isOfTask), ({ resource }) => resourceName(resource));
  const counted = new Map(calendars.map((calendar) => [resourceName(resourceOf(calendar)), calendar.active_count]));
  // What has no calendar counts nothing.
  return [...new Set([...counted.keys(), ...[...held.keys()].filter(isOfAsset)])]
    .map((subject) => ({ subject, active_count: counted.get(subject) ?? 0, held: held.get(subject)?.length ?? 0 }))
    .filter((one) => one.active_count !== one.held)
    .map(({ subject, active_count, held }) => ({
      invariant: 'active_count',
      subject,
      detail: `counts ${active_count}, holds ${held}`,
    }));
};
