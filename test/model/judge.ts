import * as z from 'zod';
import { findBreaches } from '../../core/audit/invariants.ts';
import type { TenantSnapshot } from '../../core/audit/snapshot.ts';
import { resourceOf } from '../../core/calendar/calendar.ts';
import { overrideSchema } from '../../core/tasks/override.ts';
import { contentVersionOf } from '../../core/tasks/task.ts';
import {
  apply,
  assignmentRefusal,
  brokenBy,
  changedSince,
  exclusionsOf,
  freeCandidates,
  heldWindow,
  inTheWay,
  isThere,
  keptIn,
  planIn,
  predict,
  printOf,
  widened,
  wishOf,
  type Answer,
  type ModelTask,
  type Request,
  type Window,
  type World,
} from './world.ts';

/** A request as it went. Moments are counted in commits: the world number `n` is the one after `n` of them. */
export interface Attempt {
  readonly name: string;
  readonly request: Request;
  readonly began: number;
  readonly ended: number;
  readonly answer: Answer;
  /** What it committed was its receipt alone: what it wanted was so already. */
  readonly isReceiptOnly?: boolean;
}

const isSuccess = ({ status }: Answer): boolean => status < 300;
const shown = ({ status, body }: Answer): string => `${status}${status < 300 ? '' : ` ${String(body?.code)}`}`;

/** What an answer says against the world that its request made; nothing when it tells the truth. */
const untruths = (after: World, { action }: Request, { body }: Answer): readonly string[] => {
  const check = (id: string, told: Answer['body']): readonly string[] => {
    const task = after.tasks.get(id);
    return task === undefined
      ? [`there is no task ${id}`]
      : differences(`answer about task ${id}`, factsOf(task), told);
  };
  switch (action.kind) {
    case 'create':
      return check(String(body.id), body);
    case 'batch':
      return action.drafts.flatMap((_, at) => check(String(body.tasks[at]?.id), body.tasks[at]));
    case 'comment':
    case 'user':
    case 'asset':
      return [];
    case 'operation':
      return action.hours === null ? [] : differences('answer', { asset_id: action.asset, affected_more: false }, body);
    case 'maintenance': {
      const { start: start_at, end: end_at } = action.window;
      return differences('answer', { asset_id: action.asset, user_id: null, start_at, end_at }, body);
    }
    case 'hours':
      return action.hours === null ? [] : differences('answer', { user_id: action.user, affected_more: false }, body);
    case 'grant': {
      const { from: valid_from, until: valid_until } = action.validity;
      return differences('answer', { user_id: action.user, code: action.code, valid_from, valid_until }, body);
    }
    case 'withdraw':
      return differences('answer', { user_id: action.user, qualification_id: action.code }, body);
    case 'activate':
      return differences('answer', { id: action.user, is_active: action.is_active }, body);
    case 'availability':
      return differences('answer', { id: action.asset, availability_status: action.status }, body);
    case 'auto':
    case 'commit':
      return check(action.task, body.task);
    case 'absence': {
      const { start: start_at, end: end_at } = action.window;
      return differences('answer', { user_id: action.user, start_at, end_at }, body);
    }
    case 'present':
    case 'maintained':
      return body === undefined ? [] : ['answer: there should be none'];
    case 'revise': {
      const template = after.templates.get(action.template);
      return differences(
        'answer',
        { revision: template?.revision, default_priority: template?.priority, is_active: template?.is_active },
        body,
      );
    }
    default:
      return check(action.task, body);
  }
};

const factsOf = (task: ModelTask) => ({
  name: task.name,
  state: task.state,
  assigned_to: task.assigned_to,
  requires_approval: task.requires_approval,
  priority: task.priority,
  risk_level: task.risk_level,
  template_id: task.template,
  template_revision: task.revision,
  planned_start_at: task.window?.start ?? null,
  planned_end_at: task.window?.end ?? null,
  held_end_at: heldWindow(task)?.end ?? null,
  asset_ids: task.assets,
  required_qualifications: task.required_qualifications,
  version: task.version,
});

const differences = (what: string, expected: Readonly<Record<string, unknown>>, found: Answer['body']) =>
  Object.entries(expected)
    .filter(([name, value]) => JSON.stringify(found?.[name]) !== JSON.stringify(value))
    .map(([name, value]) => `${what}: ${name} is ${JSON.stringify(found?.[name])}, not ${JSON.stringify(value)}`);

/**
 * Judges one answer to a request that ran alone: it has to be what the model predicts. Where both the task and the
 * assignee are at fault, either may be named. A preview answers what would be, and leaves the world as it is.
 */
export const judgeAlone = (world: World, request: Request, answer: Answer): { findings: string[]; after: World } => {
  const predicted = predict(world, request);
  if (predicted === 'ok') {
    if (!isSuccess(answer) || answer.replayed) return { findings: [`answered ${shown(answer)}, not ok`], after: world };
    const after = apply(world, request, answer);
    const findings = [
      ...untruths(after, request, answer),
      ...badChoice(world, request, answer, 1),
      ...badReasons(world, request, answer.body),
      ...badPlan([world], request, answer.body),
    ];
    return { findings, after: request.isPreview === true ? world : after };
  }
  if (predicted === 'replay')
    return {
      findings: isReplay(world, request, answer) ? [] : [`answered ${shown(answer)}, not a replay`],
      after: world,
    };
  const findings = isTrue(world, request, answer.body)
    ? [...badReasons(world, request, answer.body), ...badSuggestions(world, request, answer.body)]
    : [`answered ${shown(answer)}, not ${predicted}`];
  return { findings, after: world };
};

/** Whether a refusal for want of time names exactly what is in the way. */
const namesWhatIsInTheWay = (world: World, { action }: Request, body: Answer['body']): boolean => {
  const wish = wishOf(world, action);
  if (wish === undefined) return false;
  const { tasks, absences } = inTheWay(world, wish);
  const idsOf = (named: Answer['body'], id: string): string =>
    ((named ?? []) as Readonly<Record<string, string>>[])
      .map((one) => one[id])
      .toSorted()
      .join();
  return (
    idsOf(body.conflicts, 'task_id') === tasks.toSorted().join() &&
    idsOf(body.absences, 'absence_id') === absences.toSorted().join()
  );
};

/** What an auto-dispatch says of those it did not choose, a plan of what has changed, a refusal of what is in the way. */
const badReasons = (world: World, request: Request, body: Answer['body']): readonly string[] => {
  const { action } = request;
  const wish = wishOf(world, action);
  if (Array.isArray(body?.violations) && wish !== undefined) {
    const named = (body.violations as { rule: string }[]).map(({ rule }) => rule);
    const due = brokenBy(world, wish);
    if ([...new Set(named)].join() !== due.join()) return [`names the rules ${named.join()}, not ${due.join()}`];
  }
  const isOfTime = body?.code === 'schedule_conflict' || body?.code === 'unavailable';
  if (isOfTime && !namesWhatIsInTheWay(world, request, body))
    return [`names not what is in the way: ${JSON.stringify([body.conflicts, body.absences])}`];
  if (body?.code === 'plan_stale' && action.kind === 'commit') {
    const named = body.differences as readonly Difference[];
    const due = changedSince(world, action.plan);
    const told = named.map(({ subject, user_id }) => (user_id === undefined ? subject : `${subject} of ${user_id}`));
    const isAll = due.toSorted().join() === told.toSorted().join();
    return isAll && named.every(addsUp) ? [] : [`not what has changed (${due.join()}): ${JSON.stringify(named)}`];
  }
  if (action.kind !== 'auto' || !Array.isArray(body?.excluded)) return [];
  const due = JSON.stringify([...exclusionsOf(world, action.task, action.candidates)].toSorted());
  const told = JSON.stringify(
    (body.excluded as { user_id: string; code: string }[]).map(({ user_id, code }) => [user_id, code]).toSorted(),
  );
  return due === told ? [] : [`excluded ${told}, not ${due}`];
};

interface Difference {
  readonly subject: string;
  readonly user_id?: string;
  readonly before: unknown;
  readonly now: unknown;
  readonly taken?: readonly unknown[];
  readonly absences?: readonly unknown[];
  readonly other_changes?: number;
}

/** The changes that a plan names of a calendar are as many as its version has moved. */
const addsUp = ({ subject, before, now, taken = [], absences = [], other_changes = 0 }: Difference): boolean =>
  subject !== 'calendar' ||
  typeof now !== 'number' ||
  taken.length + absences.length + other_changes === now - (typeof before === 'number' ? before : 0);

/** Suggested slots are of the wanted length, not before the wanted start, and nothing of the user's is in their way. */
const badSuggestions = (world: World, { action }: Request, body: Answer['body']): readonly string[] => {
  const wish = wishOf(world, action);
  const wanted = wish?.window ?? null;
  if (wish === undefined || wanted === null || !Array.isArray(body?.suggestions?.slots)) return [];
  const length = ({ start, end }: Window): number => Date.parse(end) - Date.parse(start);
  return (body.suggestions.slots as { start_at: string; end_at: string }[])
    .map(({ start_at: start, end_at: end }) => ({ start, end }))
    .filter((slot) => {
      const held = widened(slot, wish.buffer ?? 0);
      const isFree = brokenBy(world, { ...wish, window: held, kept: [] }).length === 0;
      return !isFree || held === null || length(held) !== length(wanted) || slot.start < wanted.start;
    })
    .map(({ start, end }) => `suggests ${start} to ${end}`);
};

/** Each thing that the plan of a preview says it saw was so at a moment. */
const badPlan = (during: readonly World[], { action, isPreview }: Request, body: Answer['body']): readonly string[] => {
  if (action.kind !== 'auto' || isPreview !== true) return [];
  if (typeof body.plan_token !== 'string') return ['no plan_token'];
  const plan = { task: action.task, chosen: String(body.selected_user_id), token: body.plan_token as string };
  const [first = [], ...others] = during.map((world) => changedSince(world, plan));
  const never = first.filter((subject) => others.every((changed) => changed.includes(subject)));
  return never.map((subject) => `the plan saw a ${subject} that never was: ${JSON.stringify(planIn(plan.token))}`);
};

const isReplay = (world: World, request: Request, answer: Answer): boolean => {
  const receipt = request.key === undefined ? undefined : world.receipts.get(request.key);
  const isSame = JSON.stringify(receipt?.body) === JSON.stringify(answer.body);
  return answer.replayed && isSuccess(answer) && receipt?.print === printOf(request) && isSame;
};

/**
 * An auto-dispatch chooses among the free candidates: the best one when it runs alone (`among` 1). The commit of a plan
 * takes the one that was shown.
 */
const badChoice = (world: World, { action }: Request, { body }: Answer, among: number): readonly string[] => {
  if (action.kind === 'commit' && body.selected_user_id !== action.plan.chosen)
    return [`chose ${String(body.selected_user_id)}, but had shown ${action.plan.chosen}`];
  if (action.kind !== 'auto') return [];
  const choices = freeCandidates(world, action.task, action.candidates).slice(0, among);
  const chosen = String(body.selected_user_id);
  return choices.includes(chosen) ? [] : [`chose ${chosen}, not one of ${choices.join(', ')}`];
};

/**
 * Judges requests that ran at the same time. The order of their commits is known, so the model can follow it:
 * - a commit is legal in the world in which it happened, there is one for each success and none for a refusal;
 * - a refusal claims something that was true in a world between the request and its answer;
 * - a replay repeats the answer of a commit that happened before it;
 * - a preview answers what would have been possible, and commits nothing;
 * - what finds its content there, at a moment between the request and its answer, changes nothing.
 *
 * `commits` are the attempts by the order in which they committed. Answers what is wrong, and the world at the end.
 */
export const judgeTogether = (
  start: World,
  attempts: readonly Attempt[],
  commits: readonly Attempt[],
): { findings: readonly string[]; end: World } => {
  const worlds = [start];
  const findings: string[] = [];
  let world = start;
  for (const attempt of commits) {
    const { name, request, answer } = attempt;
    if (attempt.isReceiptOnly === true) {
      if (!wasThere(worlds.slice(attempt.began), request, answer)) findings.push(`${name} changed nothing, and had to`);
      if (findings.length > 0) return { findings, end: world };
      world = keptIn(world, request, answer);
      worlds.push(world);
      continue;
    }
    const seen = seenBy(worlds.slice(attempt.began), request, answer);
    const predicted = predict(seen, request);
    if (request.isPreview === true) findings.push(`${name} committed, though it only asked`);
    else if (!isSuccess(answer)) findings.push(`${name} answered ${shown(answer)}, but committed`);
    else if (predicted !== 'ok') findings.push(`${name} committed, but at that moment: ${predicted}`);
    if (commits.filter((other) => other === attempt).length > 1) findings.push(`${name} committed more than once`);
    if (findings.length > 0) return { findings, end: world };
    const after = apply(seen, request, answer);
    const wrongs = [...untruths(after, request, answer), ...badChoice(world, request, answer, Infinity)];
    findings.push(...wrongs.map((wrong) => `${name}: ${wrong}`));
    const { users, templates, assets } = apply(world, request, answer);
    world = { ...after, users, templates, assets };
    worlds.push(world);
  }
  for (const attempt of attempts.filter((one) => !commits.includes(one))) {
    const { name, request, answer, began, ended } = attempt;
    const during = worlds.slice(began, ended + 1);
    if (isSuccess(answer) && request.isPreview === true && !answer.replayed) {
      const wrongs = isPossible(during, request, answer) ? [] : ['was possible at no moment'];
      findings.push(
        ...[...wrongs, ...badPlan(during, request, answer.body)].map(
          (wrong) => `${name} answered ${shown(answer)}, which ${wrong}`,
        ),
      );
    } else if (isSuccess(answer)) {
      if (!wasThere(during, request, answer) && !during.some((one) => isReplay(one, request, answer)))
        findings.push(`${name} answered ${shown(answer)}, but neither committed nor replayed a commit`);
    } else if (!isJustified(during, request, answer)) {
      findings.push(`${name} answered ${shown(answer)}, which was true at no moment: ${JSON.stringify(answer.body)}`);
    }
  }
  return { findings, end: world };
};

/** Whether what a request wanted was so at one of these moments, and its answer says so. */
const wasThere = (during: readonly World[], request: Request, answer: Answer): boolean =>
  isSuccess(answer) &&
  !answer.replayed &&
  during.some(
    (one) =>
      isThere(one, request.action) && predict(one, request) === 'ok' && untruths(one, request, answer).length === 0,
  );

/**
 * The world as a request saw it that commits in the last of these worlds: what its transaction has no condition on may
 * be as it was at any moment since the request began. That is the template of a new task, and of a plan the assets and
 * the calendars of those who were not chosen.
 */
const seenBy = (since: readonly World[], request: Request, answer: Answer): World => {
  const { action } = request;
  const now = since.at(-1);
  if (now === undefined) throw new Error('A commit before its request.');
  if (!isSuccess(answer)) return now;
  const isTold = (sight: World): boolean =>
    predict(sight, request) === 'ok' && untruths(apply(sight, request, answer), request, answer).length === 0;
  if (action.kind === 'create' || action.kind === 'batch') {
    const sights = since.map(({ templates }) => ({ ...now, templates }));
    return sights.find(isTold) ?? now;
  }
  if (action.kind !== 'commit') return now;
  const { chosen } = action.plan;
  const users = [...now.users].map(([id, user]) => {
    const versions = since.map((world) => world.users.get(id)?.calendar);
    const shown = planIn(action.plan.token).calendars.find(([one]) => one === id)?.[1];
    const calendar = id !== chosen && versions.includes(shown ?? undefined) ? (shown ?? user.calendar) : user.calendar;
    return [id, { ...user, calendar }] as const;
  });
  const sights = since.map(({ assets }) => ({ ...now, assets, users: new Map(users) }));
  return sights.find(isTold) ?? now;
};

/**
 * Whether a preview could answer this: its reads are several, and each sees the world of its own moment. The task (or the
 * template) is read first, then whether the users are active and the assets in use, then their windows.
 */
const isPossible = (during: readonly World[], request: Request, answer: Answer): boolean => {
  const { action } = request;
  if (!('task' in action)) return during.some((world) => predict(world, request) === 'ok');
  return during.some((first) =>
    during.some((second) =>
      during.some((third) =>
        during.some(({ assets }) => {
          const task = first.tasks.get(action.task);
          const tasks = task === undefined ? third.tasks : new Map([...third.tasks, [action.task, task]]);
          const seen = { ...third, tasks, users: second.users, assets, receipts: first.receipts };
          return (
            predict(seen, request) === 'ok' &&
            untruths(apply(seen, request, answer), request, answer).length === 0 &&
            badChoice(seen, request, answer, Infinity).length === 0
          );
        }),
      ),
    ),
  );
};

/**
 * Whether what a refusal claims was so at a moment. Task and assignee are read one after the other, so a claim about the
 * assignee stands for itself: it need not have been the first thing wrong. What it names as in the way is read in up to
 * two steps: each must have been in the way at a moment, of the window that the task had at one, and is named once.
 */
const isJustified = (during: readonly World[], request: Request, { body }: Answer): boolean => {
  const { action } = request;
  const code: unknown = body?.code;
  if (typeof code === 'string' && RULES.includes(code))
    return sights(during, action).some((seen) => breaks(seen, action, code));
  if (code !== 'schedule_conflict' && code !== 'unavailable')
    return during.some((world) => isTrue(world, request, body));
  const stood = new Set(
    during.flatMap((before) =>
      during.flatMap((world) => {
        const task = 'task' in action ? before.tasks.get(action.task) : undefined;
        const own = 'task' in action && task !== undefined ? [[action.task, task] as const] : [];
        const seen = { ...world, tasks: new Map([...world.tasks, ...own]) };
        const wish = wishOf(seen, action);
        if (wish === undefined) return [];
        const { tasks, absences } = inTheWay(seen, wish);
        return [...tasks, ...absences];
      }),
    ),
  );
  const named = [
    ...((body.conflicts ?? []) as { task_id: string }[]).map(({ task_id }) => task_id),
    ...((body.absences ?? []) as { absence_id: string }[]).map(({ absence_id }) => absence_id),
  ];
  const isRightKind = (code === 'unavailable') === ((body.conflicts ?? []).length === 0);
  return isRightKind && named.length > 0 && new Set(named).size === named.length && named.every((id) => stood.has(id));
};

/** Rules of which a refusal claims no more than that they are broken. */
const RULES = ['not_qualified', 'outside_working_hours', 'asset_conflict', 'asset_unavailable'];

/** The world of each moment with the task as it was at any. */
const sights = (during: readonly World[], action: Request['action']): readonly World[] =>
  during.flatMap((before) =>
    during.map((world) => {
      const task = 'task' in action ? before.tasks.get(action.task) : undefined;
      const own = 'task' in action && task !== undefined ? [[action.task, task] as const] : [];
      return { ...world, tasks: new Map([...world.tasks, ...own]) };
    }),
  );

const breaks = (world: World, action: Request['action'], code: string): boolean => {
  const wish = wishOf(world, action);
  return wish !== undefined && brokenBy(world, wish).includes(code);
};

/** Whether a refusal says something true about a world. */
const isTrue = (world: World, request: Request, body: Answer['body']): boolean => {
  const aboutAssignee = assignmentRefusal(world, request.action);
  const code: unknown = body?.code;
  if (typeof code !== 'string') return false;
  return code === aboutAssignee || (code === predict(world, request) && isState(world, request, body));
};

/** A refused transition names the state that it found. */
const isState = (world: World, { action }: Request, body: Answer['body']): boolean =>
  body.code !== 'illegal_transition' || !('task' in action) || world.tasks.get(action.task)?.state === body.from;

const overrideDetail = z.object({ override: overrideSchema.optional() });
/** The rules that the history of a task says were set aside, oldest first. */
const overridesOf = (taskId: string, { history }: TenantSnapshot) =>
  history
    .filter(({ task_id }) => task_id === taskId)
    .toSorted((a, b) => a.version - b.version)
    .map(({ detail }) => overrideDetail.parse(detail).override?.rules)
    .filter((rules) => rules !== undefined);

/** What the table holds against the world that it should be: nothing lost, nothing left over, no invariant broken. */
export const judgeEnd = (world: World, snapshot: TenantSnapshot): readonly string[] => {
  const compare = (what: string, expected: Iterable<string>, found: Iterable<string>): readonly string[] => {
    const [due, has] = [new Set(expected), new Set(found)];
    return [
      ...[...due].filter((one) => !has.has(one)).map((one) => `${what} is missing: ${one}`),
      ...[...has].filter((one) => !due.has(one)).map((one) => `${what} should not be there: ${one}`),
    ];
  };
  const tasks = [...world.tasks].map(([id, task]) => {
    const { held_end_at: _, ...facts } = factsOf(task);
    return JSON.stringify({ id, ...facts, attachment_count: task.attachment_count });
  });
  const kept = snapshot.tasks.map((task) =>
    JSON.stringify({
      id: task.id,
      name: task.name,
      state: task.state,
      assigned_to: task.assigned_to,
      requires_approval: task.requires_approval,
      priority: task.priority,
      risk_level: task.risk_level,
      template_id: task.template_id,
      template_revision: task.template_revision,
      planned_start_at: task.planned_start_at,
      planned_end_at: task.planned_end_at,
      asset_ids: task.asset_ids,
      required_qualifications: task.required_qualifications,
      version: contentVersionOf(task),
      attachment_count: task.attachment_count,
    }),
  );
  const overrides = [...world.tasks].map(([id, task]) => JSON.stringify([id, task.overrides]));
  const recorded = snapshot.tasks.map(({ id }) => JSON.stringify([id, overridesOf(id, snapshot)]));
  const grants = [...world.users].flatMap(([id, user]) =>
    [...user.grants].map(([code, { from, until }]) => JSON.stringify([id, code, from, until])),
  );
  const keptGrants = snapshot.calendars.flatMap((calendar) =>
    'user_id' in calendar
      ? calendar.qualifications.map((grant) =>
          JSON.stringify([calendar.user_id, grant.code, grant.valid_from, grant.valid_until]),
        )
      : [],
  );
  const assets = [...world.assets].map(([id, { code, status, region }]) => JSON.stringify([id, code, status, region]));
  return [
    ...compare('task', tasks, kept),
    ...compare('override', overrides, recorded),
    ...compare('grant', grants, keptGrants),
    ...compare(
      'user',
      [...world.users].map(([id, { is_active }]) => `${id} ${is_active}`),
      snapshot.users.map(({ id, is_active }) => `${id} ${is_active}`),
    ),
    ...compare(
      'calendar',
      [...world.users].map(([id, { calendar }]) => `${id} ${calendar}`),
      snapshot.calendars.flatMap((calendar) =>
        'user_id' in calendar ? `${calendar.user_id} ${calendar.version}` : [],
      ),
    ),
    ...compare(
      'absence',
      [...world.absences].map(([id, { user, window }]) => JSON.stringify([id, user, window.start, window.end])),
      snapshot.absences.map(({ id, user_id, asset_id, start_at, end_at }) =>
        JSON.stringify([id, user_id ?? asset_id, start_at, end_at]),
      ),
    ),
    ...compare(
      'hours',
      [...world.users, ...world.assets].flatMap(([id, { hours }]) => (hours === null ? [] : [`${id} ${hours.join()}`])),
      snapshot.calendars.flatMap((calendar) =>
        (calendar.working_hours?.weekly ?? []).map(
          ({ start, end }) =>
            `${resourceOf(calendar).id} ${[start, end].map((time) => Number(time.slice(0, 2))).join()}`,
        ),
      ),
    ),
    ...compare(
      'asset',
      assets,
      snapshot.assets.map((asset) =>
        JSON.stringify([asset.id, asset.asset_code, asset.availability_status, asset.region_code]),
      ),
    ),
    ...findBreaches(snapshot).map(({ invariant, subject, detail }) => `${invariant}: ${subject} ${detail}`),
  ];
};
