import * as z from 'zod';
import { tallyMoves, type Asset, type Tally } from '../assets/asset.ts';
import {
  idOf,
  isAbsence,
  type Absence,
  type AbsenceHolding,
  type Calendar,
  type Holding,
  type TaskHolding,
} from '../calendar/calendar.ts';
import { overlaps, type Window } from '../calendar/window.ts';
import type { User } from '../identity/directory.ts';
import { creationEntry, type Action, type HistoryEntry } from '../tasks/history.ts';
import { beforeDispatch, isHeldIn, nextStates, type State } from '../tasks/lifecycle.ts';
import { holdingOf } from '../tasks/rules.ts';
import type { Task } from '../tasks/task.ts';

/** What a user holds, as it is kept. */
export type KeptHolding = Holding & { readonly user_id: string };
type KeptTaskHolding = TaskHolding & { readonly user_id: string };

const isOfTask = (held: KeptHolding): held is KeptTaskHolding => !isAbsence(held);
const isOfAbsence = (held: KeptHolding): held is AbsenceHolding & { readonly user_id: string } => isAbsence(held);
const nameOf = (held: Holding): string => `${isAbsence(held) ? 'absence' : 'task'} ${idOf(held)}`;

/** An entry of the roster. A user has exactly one, under what the user is: active or not. */
export interface RosterEntry {
  readonly user_id: string;
  readonly is_active: boolean;
}

/** The tally of an area, or of the whole tenant (`area_code` null). */
export interface KeptTally extends Tally {
  readonly area_code: string | null;
}

/** Everything that a tenant's invariants speak of. Lists are in no particular order. */
export interface TenantSnapshot {
  readonly tasks: readonly Task[];
  /** As recorded: without the first entry of a task, which is derived. */
  readonly history: readonly HistoryEntry[];
  /** Attachments that are items of their own, by the task they belong to. */
  readonly later_attachments: readonly { readonly task_id: string; readonly id: string }[];
  /** Decisions of auto-dispatches, by the task they were made for. */
  readonly decisions: readonly { readonly task_id: string; readonly id: string }[];
  /** Every revision of every template: the newest, and those before it. */
  readonly revisions: readonly { readonly template_id: string; readonly revision: number }[];
  readonly users: readonly Pick<User, 'id' | 'is_active'>[];
  readonly roster: readonly RosterEntry[];
  readonly calendars: readonly Calendar[];
  readonly holdings: readonly KeptHolding[];
  readonly absences: readonly Absence[];
  readonly assets: readonly Asset[];
  readonly tallies: readonly KeptTally[];
  /** The batches known; a snapshot may hold none of them, because nothing lists them. */
  readonly batches: readonly { readonly id: string; readonly task_ids: readonly string[] }[];
}

export const INVARIANTS = {
  windows_disjoint: 'No user holds two overlapping windows.',
  holding_of_task: 'A window or an open assignment is held exactly for each task that is DISPATCHED or IN_PROGRESS.',
  holding_of_absence: 'The time of each absence is held, and no other time as an absence.',
  active_count: 'The active count of a calendar is the number of assignments held.',
  history_gapless: 'The history of a task counts its versions without a gap.',
  history_legal: 'The history of a task is an unbroken chain of legal changes that ends in the state of the task.',
  decision_kept: 'The decision behind each auto-dispatch is kept, and no other.',
  revisions_gapless: 'The revisions of a template count from 1 without a gap, and each is kept once.',
  revision_of_task: 'The revision of a template that a task was made from is kept.',
  attachment_count: 'The attachment count of a task is the number of its attachments.',
  tally_of_assets: 'The tallies count the assets.',
  roster_of_users: 'The roster lists each user once, as active or not.',
  calendar_of_users: 'Each user has a calendar, which knows whether the user is active.',
  batch_whole: 'All tasks of a batch exist.',
} as const;
export type Invariant = keyof typeof INVARIANTS;

/** One breach of an invariant. `subject` is a path-like name (`task/…`, `user/…`, `area/…`, `batch/…`). */
export interface Finding {
  readonly invariant: Invariant;
  readonly subject: string;
  readonly detail: string;
}

type Check = (snapshot: TenantSnapshot) => readonly Finding[];

/**
 * Every breach of the invariants of a tenant; none when all of them hold.
 *
 * A snapshot of a tenant in use is not taken at one moment, so it may show a change half: what is found there is only
 * sure when a second snapshot shows it too.
 */
export const findBreaches: Check = (snapshot) => CHECKS.flatMap((check) => check(snapshot));

const groupBy = <T>(records: readonly T[], keyOf: (record: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const record of records) {
    const key = keyOf(record);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return groups;
};

const show = ({ start, end }: Window): string => `${start} to ${end}`;

const disjointWindows: Check = ({ holdings }) =>
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

const holdingsOfTasks: Check = ({ tasks, holdings: all }) => {
  const holdings = all.filter(isOfTask);
  const byTask = groupBy(holdings, ({ task_id }) => task_id);
  const known = new Map(tasks.map((task) => [task.id, task]));
  const breach = (taskId: string, detail: string): Finding => ({
    invariant: 'holding_of_task',
    subject: `task/${taskId}`,
    detail,
  });
  const orphans = holdings
    .filter(({ task_id }) => !known.has(task_id))
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

const holdingsOfAbsences: Check = ({ absences, holdings }) => {
  const kept = new Map(holdings.filter(isOfAbsence).map((held) => [held.absence_id, held]));
  const known = new Map(absences.map((absence) => [absence.id, absence]));
  const breach = (id: string, detail: string): Finding => ({
    invariant: 'holding_of_absence',
    subject: `absence/${id}`,
    detail,
  });
  return [
    ...[...kept.keys()]
      .filter((id) => !known.has(id))
      .map((id) => breach(id, 'its time is held, but there is no such absence')),
    ...absences.flatMap((absence) => {
      const window = kept.get(absence.id)?.window;
      if (window === undefined) return [breach(absence.id, 'its time is not held')];
      const isSame = window.start === absence.start_at && window.end === absence.end_at;
      return isSame ? [] : [breach(absence.id, `holds ${show(window)}, says ${absence.start_at} to ${absence.end_at}`)];
    }),
  ];
};

const activeCounts: Check = ({ calendars, holdings }) => {
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

/** Where an action leads; an action that is not named here leaves the state as it is. */
const LEADS_TO: Partial<Record<Action, State>> = {
  submitted_for_approval: 'APPROVAL_PENDING',
  approved: 'APPROVED',
  rejected: 'REJECTED',
  dispatched: 'DISPATCHED',
};

const AMENDED_TO_DRAFT: readonly State[] = ['DRAFT', 'APPROVAL_PENDING', 'APPROVED'];

const illegality = (task: Task, { action, from_state, to_state }: HistoryEntry): string | undefined => {
  if (from_state === null || action === 'created') return 'only the creation has no state before it';
  if (action === 'unassigned') {
    const due = beforeDispatch(task.requires_approval);
    return from_state === 'DISPATCHED' && to_state === due ? undefined : `unassigned leads from DISPATCHED to ${due}`;
  }
  // New material takes an approval back.
  if (action === 'amended' && to_state === 'DRAFT' && AMENDED_TO_DRAFT.includes(from_state)) return undefined;
  const target = LEADS_TO[action];
  if (target !== undefined && to_state !== target) return `${action} leads to ${target}, not to ${to_state}`;
  if (target === undefined && action !== 'state_changed')
    return from_state === to_state
      ? undefined
      : `${action} changes no state, but went from ${from_state} to ${to_state}`;
  if (!nextStates(from_state).includes(to_state)) return `${from_state} does not lead to ${to_state}`;
  const isUnapproved = action === 'dispatched' && task.requires_approval && from_state !== 'APPROVED';
  return isUnapproved ? 'dispatched without the approval that it requires' : undefined;
};

const histories: Check = ({ tasks, history }) => {
  const byTask = groupBy(history, ({ task_id }) => task_id);
  const known = new Set(tasks.map(({ id }) => id));
  const orphans = [...byTask.keys()]
    .filter((taskId) => !known.has(taskId))
    .map((taskId): Finding => ({
      invariant: 'history_gapless',
      subject: `task/${taskId}`,
      detail: 'has a history, but there is no such task',
    }));
  const wrong = tasks.flatMap((task) => {
    const entries = [...(byTask.get(task.id) ?? [])].sort((a, b) => a.version - b.version);
    const subject = `task/${task.id}`;
    const findings: Finding[] = [];
    let before = creationEntry(task);
    for (const entry of entries) {
      if (entry.version !== before.version + 1) {
        const detail = `version ${entry.version} follows version ${before.version}`;
        findings.push({ invariant: 'history_gapless', subject, detail });
      }
      const wrongs = [
        illegality(task, entry),
        entry.from_state === before.to_state
          ? undefined
          : `from ${entry.from_state}, but the task was ${before.to_state}`,
        entry.created_at < before.created_at ? `at ${entry.created_at}, before ${before.created_at}` : undefined,
      ].filter((wrong) => wrong !== undefined);
      for (const wrong of wrongs)
        findings.push({ invariant: 'history_legal', subject, detail: `version ${entry.version}: ${wrong}` });
      before = entry;
    }
    if (before.version !== task.version) {
      const detail = `the history ends at version ${before.version}, the task is at ${task.version}`;
      findings.push({ invariant: 'history_gapless', subject, detail });
    }
    if (before.to_state !== task.state) {
      const detail = `the history ends in ${before.to_state}, the task is ${task.state}`;
      findings.push({ invariant: 'history_legal', subject, detail });
    }
    return findings;
  });
  return [...orphans, ...wrong];
};

const attachmentCounts: Check = ({ tasks, later_attachments }) => {
  const byTask = groupBy(later_attachments, ({ task_id }) => task_id);
  return tasks
    .map(({ id, attachment_count, first_attachments }) => ({
      id,
      attachment_count,
      attachments: first_attachments.length + (byTask.get(id)?.length ?? 0),
    }))
    .filter(({ attachment_count, attachments }) => attachment_count !== attachments)
    .map(({ id, attachment_count, attachments }) => ({
      invariant: 'attachment_count',
      subject: `task/${id}`,
      detail: `counts ${attachment_count}, has ${attachments}`,
    }));
};

const decisionIdSchema = z.object({ decision_id: z.string() });

const decisionsKept: Check = ({ history, decisions }) => {
  const kept = groupBy(decisions, ({ task_id }) => task_id);
  const due = groupBy(
    history.flatMap(({ task_id, version, detail }) => {
      const told = decisionIdSchema.safeParse(detail);
      return told.success ? [{ task_id, version, id: told.data.decision_id }] : [];
    }),
    ({ task_id }) => task_id,
  );
  return [...new Set([...kept.keys(), ...due.keys()])].flatMap((taskId): readonly Finding[] => {
    const has = new Set(kept.get(taskId)?.map(({ id }) => id));
    const told = due.get(taskId) ?? [];
    const known = new Set(told.map(({ id }) => id));
    const breach = (detail: string): Finding => ({ invariant: 'decision_kept', subject: `task/${taskId}`, detail });
    return [
      ...told
        .filter(({ id }) => !has.has(id))
        .map(({ id, version }) => breach(`version ${version}: its decision ${id} is not there`)),
      ...[...has].filter((id) => !known.has(id)).map((id) => breach(`no dispatch was decided by ${id}`)),
    ];
  });
};

const revisions: Check = ({ tasks, revisions: all }) => {
  const kept = groupBy(all, ({ template_id }) => template_id);
  const gaps = [...kept].flatMap(([templateId, found]): readonly Finding[] => {
    const numbers = found.map(({ revision }) => revision).sort((a, b) => a - b);
    if (numbers.every((number, at) => number === at + 1)) return [];
    const detail = `keeps the revisions ${numbers.join(', ')}`;
    return [{ invariant: 'revisions_gapless', subject: `template/${templateId}`, detail }];
  });
  const lost = tasks.flatMap(({ id, template_id, template_revision }): readonly Finding[] => {
    if (template_id === null || template_revision === null) return [];
    if (kept.get(template_id)?.some(({ revision }) => revision === template_revision) === true) return [];
    const detail = `was made from revision ${template_revision} of template ${template_id}, which is not there`;
    return [{ invariant: 'revision_of_task', subject: `task/${id}`, detail }];
  });
  return [...gaps, ...lost];
};

/** The tallies that the assets make. The sum of what each asset adds: the same moves that keep the tallies. */
export const talliesOf = (assets: readonly Asset[]): ReadonlyMap<string | null, Tally> => {
  const tallies = new Map<string | null, Tally>();
  for (const { areaCode, total, available } of assets.flatMap((asset) => tallyMoves(undefined, asset))) {
    const sum = tallies.get(areaCode) ?? { total: 0, available: 0 };
    tallies.set(areaCode, { total: sum.total + total, available: sum.available + available });
  }
  return tallies;
};

const tallies: Check = ({ assets, tallies: kept }) => {
  const due = talliesOf(assets);
  const byArea = new Map(kept.map((tally) => [tally.area_code, tally]));
  return [...new Set([...due.keys(), ...byArea.keys()])].flatMap((areaCode): readonly Finding[] => {
    const has = byArea.get(areaCode) ?? { total: 0, available: 0 };
    const { total, available } = due.get(areaCode) ?? { total: 0, available: 0 };
    if (has.total === total && has.available === available) return [];
    const detail = `counts ${has.total} assets, ${has.available} available; there are ${total}, ${available} available`;
    return [{ invariant: 'tally_of_assets', subject: areaCode === null ? 'tenant' : `area/${areaCode}`, detail }];
  });
};

const rosters: Check = ({ users, roster }) => {
  const byUser = groupBy(roster, ({ user_id }) => user_id);
  const known = new Set(users.map(({ id }) => id));
  const shown = (entries: readonly RosterEntry[]): string =>
    entries.length === 0
      ? 'not listed'
      : entries.map(({ is_active }) => (is_active ? 'active' : 'inactive')).join(', ');
  const breach = (userId: string, detail: string): Finding => ({
    invariant: 'roster_of_users',
    subject: `user/${userId}`,
    detail,
  });
  return [
    ...[...byUser.keys()].filter((id) => !known.has(id)).map((id) => breach(id, 'listed, but there is no such user')),
    ...users.flatMap(({ id, is_active }) => {
      const entries = byUser.get(id) ?? [];
      const isRight = entries.length === 1 && entries[0]?.is_active === is_active;
      return isRight ? [] : [breach(id, `is ${is_active ? 'active' : 'inactive'}; in the roster: ${shown(entries)}`)];
    }),
  ];
};

const calendarsOfUsers: Check = ({ users, calendars, holdings }) => {
  const byUser = new Map(calendars.map((calendar) => [calendar.user_id, calendar]));
  const known = new Set(users.map(({ id }) => id));
  const breach = (userId: string, detail: string): Finding => ({
    invariant: 'calendar_of_users',
    subject: `user/${userId}`,
    detail,
  });
  const owners = new Set([...byUser.keys(), ...holdings.map(({ user_id }) => user_id)]);
  return [
    ...[...owners].filter((id) => !known.has(id)).map((id) => breach(id, 'has a calendar, but there is no such user')),
    ...users.flatMap(({ id, is_active }) => {
      const calendar = byUser.get(id);
      if (calendar === undefined) return [breach(id, 'has no calendar')];
      if (calendar.is_active === is_active) return [];
      return [breach(id, `is ${is_active ? 'active' : 'inactive'}, the calendar says otherwise`)];
    }),
  ];
};

const wholeBatches: Check = ({ tasks, batches }) => {
  const known = new Set(tasks.map(({ id }) => id));
  return batches.flatMap(({ id, task_ids }): readonly Finding[] => {
    const missing = task_ids.filter((taskId) => !known.has(taskId));
    if (missing.length === 0) return [];
    const detail = `${missing.length} of ${task_ids.length} tasks do not exist: ${missing.join(', ')}`;
    return [{ invariant: 'batch_whole', subject: `batch/${id}`, detail }];
  });
};

const CHECKS: readonly Check[] = [
  disjointWindows,
  holdingsOfTasks,
  holdingsOfAbsences,
  activeCounts,
  histories,
  decisionsKept,
  revisions,
  attachmentCounts,
  tallies,
  rosters,
  calendarsOfUsers,
  wholeBatches,
];
