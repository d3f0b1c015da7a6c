import { findBreaches, type TenantSnapshot } from '../../core/audit/invariants.ts';
import {
  apply,
  assignmentRefusal,
  freeCandidates,
  inTheWay,
  predict,
  printOf,
  wantedBy,
  type Answer,
  type ModelTask,
  type Request,
  type World,
} from './world.ts';

/** A request as it went. Moments are counted in commits: the world number `n` is the one after `n` of them. */
export interface Attempt {
  readonly name: string;
  readonly request: Request;
  readonly began: number;
  readonly ended: number;
  readonly answer: Answer;
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
    case 'activate':
      return differences('answer', { id: action.user, is_active: action.is_active }, body);
    case 'availability':
      return differences('answer', { id: action.asset, availability_status: action.status }, body);
    case 'auto':
      return check(action.task, body.task);
    default:
      return check(action.task, body);
  }
};

const factsOf = (task: ModelTask) => ({
  name: task.name,
  state: task.state,
  assigned_to: task.assigned_to,
  requires_approval: task.requires_approval,
  risk_level: task.risk_level,
  planned_start_at: task.window?.start ?? null,
  planned_end_at: task.window?.end ?? null,
  version: task.version,
});

const differences = (what: string, expected: Readonly<Record<string, unknown>>, found: Answer['body']) =>
  Object.entries(expected)
    .filter(([name, value]) => found?.[name] !== value)
    .map(([name, value]) => `${what}: ${name} is ${JSON.stringify(found?.[name])}, not ${JSON.stringify(value)}`);

/**
 * Judges one answer to a request that ran alone: it has to be what the model predicts. Where both the task and the
 * assignee are at fault, either may be named.
 */
export const judgeAlone = (world: World, request: Request, answer: Answer): { findings: string[]; after: World } => {
  const predicted = predict(world, request);
  if (predicted === 'ok') {
    if (!isSuccess(answer) || answer.replayed) return { findings: [`answered ${shown(answer)}, not ok`], after: world };
    const after = apply(world, request, answer);
    return { findings: [...untruths(after, request, answer), ...badChoice(world, request, answer, 1)], after };
  }
  const right = predicted === 'replay' ? isReplay(world, request, answer) : isTrue(world, request, answer.body);
  return { findings: right ? [] : [`answered ${shown(answer)}, not ${predicted}`], after: world };
};

const isReplay = (world: World, request: Request, answer: Answer): boolean => {
  const receipt = request.key === undefined ? undefined : world.receipts.get(request.key);
  const isSame = JSON.stringify(receipt?.body) === JSON.stringify(answer.body);
  return answer.replayed && isSuccess(answer) && receipt?.print === printOf(request) && isSame;
};

/** An auto-dispatch chooses among the free candidates: the best one when it runs alone (`among` 1). */
const badChoice = (world: World, { action }: Request, { body }: Answer, among: number): readonly string[] => {
  if (action.kind !== 'auto') return [];
  const choices = freeCandidates(world, action.task, action.candidates).slice(0, among);
  const chosen = String(body.selected_user_id);
  return choices.includes(chosen) ? [] : [`chose ${chosen}, not one of ${choices.join(', ')}`];
};

/**
 * Judges requests that ran at the same time. The order of their commits is known, so the model can follow it:
 * - a commit is legal in the world in which it happened, there is one for each success and none for a refusal;
 * - a refusal claims something that was true in a world between the request and its answer;
 * - a replay repeats the answer of a commit that happened before it.
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
    const predicted = predict(world, request);
    if (!isSuccess(answer)) findings.push(`${name} answered ${shown(answer)}, but committed`);
    else if (predicted !== 'ok') findings.push(`${name} committed, but at that moment: ${predicted}`);
    if (commits.filter((other) => other === attempt).length > 1) findings.push(`${name} committed more than once`);
    if (findings.length > 0) return { findings, end: world };
    const after = apply(world, request, answer);
    const wrongs = [...untruths(after, request, answer), ...badChoice(world, request, answer, Infinity)];
    findings.push(...wrongs.map((wrong) => `${name}: ${wrong}`));
    world = after;
    worlds.push(world);
  }
  for (const attempt of attempts.filter((one) => !commits.includes(one))) {
    const { name, request, answer, began, ended } = attempt;
    const during = worlds.slice(began, ended + 1);
    if (isSuccess(answer)) {
      if (!during.some((one) => isReplay(one, request, answer)))
        findings.push(`${name} answered ${shown(answer)}, but neither committed nor replayed a commit`);
    } else if (!isJustified(during, request, answer)) {
      findings.push(`${name} answered ${shown(answer)}, which was true at no moment: ${JSON.stringify(answer.body)}`);
    }
  }
  return { findings, end: world };
};

/**
 * Whether what a refusal claims was so at a moment. Task and assignee are read one after the other, so a claim about the
 * assignee stands for itself: it need not have been the first thing wrong. Of a conflict, each window that it names
 * must have been in the way at some moment.
 */
const isJustified = (during: readonly World[], request: Request, { body }: Answer): boolean => {
  const { action } = request;
  const code: unknown = body?.code;
  if (code === 'schedule_conflict' && 'task' in action) {
    const named: readonly { task_id: string }[] = body.conflicts;
    const stood = (id: string): boolean =>
      during.some((world) => {
        const task = world.tasks.get(action.task);
        const wanted = task === undefined ? undefined : wantedBy(task, action);
        return wanted !== undefined && inTheWay(world, wanted.user, action.task, wanted.window).includes(id);
      });
    return named.length > 0 && named.every(({ task_id }) => stood(task_id));
  }
  return during.some((world) => isTrue(world, request, body));
};

/** Whether a refusal says something true about a world. */
const isTrue = (world: World, request: Request, body: Answer['body']): boolean => {
  const { action } = request;
  const task = 'task' in action ? world.tasks.get(action.task) : undefined;
  const aboutAssignee = task === undefined ? undefined : assignmentRefusal(world, task, action);
  const code: unknown = body?.code;
  if (typeof code !== 'string') return false;
  return code === aboutAssignee || (code === predict(world, request) && isState(world, request, body));
};

/** A refused transition names the state that it found. */
const isState = (world: World, { action }: Request, body: Answer['body']): boolean =>
  body.code !== 'illegal_transition' || !('task' in action) || world.tasks.get(action.task)?.state === body.from;

/** What the table holds against the world that it should be: nothing lost, nothing left over, no invariant broken. */
export const judgeEnd = (world: World, snapshot: TenantSnapshot): readonly string[] => {
  const compare = (what: string, expected: Iterable<string>, found: Iterable<string>): readonly string[] => {
    const [due, has] = [new Set(expected), new Set(found)];
    return [
      ...[...due].filter((one) => !has.has(one)).map((one) => `${what} is missing: ${one}`),
      ...[...has].filter((one) => !due.has(one)).map((one) => `${what} should not be there: ${one}`),
    ];
  };
  const tasks = [...world.tasks].map(([id, task]) =>
    JSON.stringify({ id, ...factsOf(task), attachment_count: task.attachment_count }),
  );
  const kept = snapshot.tasks.map((task) =>
    JSON.stringify({
      id: task.id,
      name: task.name,
      state: task.state,
      assigned_to: task.assigned_to,
      requires_approval: task.requires_approval,
      risk_level: task.risk_level,
      planned_start_at: task.planned_start_at,
      planned_end_at: task.planned_end_at,
      version: task.version,
      attachment_count: task.attachment_count,
    }),
  );
  const assets = [...world.assets].map(([id, { code, status, region }]) => JSON.stringify([id, code, status, region]));
  return [
    ...compare('task', tasks, kept),
    ...compare(
      'user',
      [...world.users].map(([id, { is_active }]) => `${id} ${is_active}`),
      snapshot.users.map(({ id, is_active }) => `${id} ${is_active}`),
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
