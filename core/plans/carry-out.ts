import * as z from 'zod';
import type { Asset, Assets } from '../assets/asset.ts';
import type { Release, Taking } from '../calendar/bookings.ts';
import type { Call } from '../call.ts';
import { resourceOf, type Calendars, type ResourceCalendar } from '../calendar/calendar.ts';
import type { Guard } from '../calendar/guard.ts';
import { resourceName, type Resource } from '../calendar/resource.ts';
import type { DecisionMade } from '../dispatch/changes.ts';
import type { Decision } from '../dispatch/decision.ts';
import { planDifferenceSchema, type PlanDifference } from '../dispatch/plan-token.ts';
import { DomainError, isDomainError, isPassing } from '../errors.ts';
import type { Retry } from '../retry.ts';
import { changedTask, type Amendment } from '../tasks/change.ts';
import type { TaskChanged } from '../tasks/changes.ts';
import type { Reading as ResourceReading } from '../tasks/rules.ts';
import { contentVersionOf, heldWindowOf, type Task } from '../tasks/task.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { epochMilliseconds, type Clock, type Instant } from '../time/instant.ts';
import type { PlanStepMade } from './changes.ts';
import { logOf, type PlanLog, type PlanStep } from './log.ts';
import { componentsOf, isOneTransaction, resourcesOf, stepsOf, takenBy, type Move, type TimedMove } from './moves.ts';
import type { Plan, Plans } from './plan.ts';

const concerned = { task_ids: z.array(z.string()), user_ids: z.array(z.string()), asset_ids: z.array(z.string()) };

export const componentSchema = z
  .object({
    ...concerned,
    transactions: z.number().int().meta({
      description: 'More than 1 where the tasks do not fit into one: each of them is done as a whole',
    }),
  })
  .meta({
    id: 'PlanComponent',
    description: 'Tasks that hang together by the people and the equipment that they take or lose',
  });
export type Component = z.infer<typeof componentSchema>;

export const leftSchema = z
  .object({
    ...concerned,
    code: z.string().meta({ description: 'As of a refusal; `plan_stale` where something has moved' }),
    detail: z.string(),
    differences: z.array(planDifferenceSchema).meta({ description: 'What has changed since the plan was made' }),
  })
  .meta({ id: 'PlanComponentLeft', description: 'Tasks that hang together and were left as they are' });
export type Left = z.infer<typeof leftSchema>;

export interface MovingPorts {
  readonly tasks: Pick<Tasks, 'getMany'>;
  readonly calendars: Pick<Calendars, 'survey' | 'surveyAssets'>;
  readonly assets: Pick<Assets, 'findMany'>;
  readonly plans: Pick<Plans, 'steps'>;
  readonly guard: Guard<TaskChanged | DecisionMade | PlanStepMade>;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What the moves are decided from. */
export interface Reading {
  readonly tasks: ReadonlyMap<string, Task>;
  /** By the `resourceName` of whose they are. */
  readonly calendars: ReadonlyMap<string, ResourceCalendar>;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly log: PlanLog;
}

/** What is done to a task. */
export interface TaskMove extends Omit<Amendment, 'action' | 'patch'>, Required<Pick<Amendment, 'action' | 'patch'>> {
  readonly decision?: Decision;
}

export interface Job {
  readonly call: Call;
  readonly plan: Plan;
  readonly kind: PlanStep['kind'];
  readonly moves: readonly Move[];
  readonly isDone: (log: PlanLog, move: Move) => boolean;
  /** What speaks against moves of a component, besides the guard. */
  readonly differences: (reading: Reading, moves: readonly Move[]) => readonly PlanDifference[];
  readonly moveOf: (task: Task, move: Move, at: Instant) => TaskMove;
}

export interface CarriedOut {
  readonly done: readonly Component[];
  readonly left: readonly Left[];
  /** Whether any transaction was committed, that of a component that was left in the end among them. */
  readonly isPartlyDone: boolean;
}

/** Components at the same time. */
const LANES = 8;
/** The gateway waits 29 s: what has not begun by then is left for a repetition. */
const LAST_START_MS = 15_000;

/**
 * Carries moves out, component by component, each through the guard. What is done already is not done again; a component
 * that something speaks against is left, whole, and the others go on.
 */
export const carryOut = async (ports: MovingPorts, job: Job): Promise<CarriedOut> => {
  const first = await read(ports, job, job.moves);
  const components = [...componentsOf(job.moves)];
  const began = epochMilliseconds(ports.clock());
  const done: Component[] = [];
  const left: Left[] = [];
  let steps = 0;
  const onStep = (): void => {
    steps += 1;
  };
  const lane = async (): Promise<void> => {
    for (let moves = components.shift(); moves !== undefined; moves = components.shift()) {
      const isLate = epochMilliseconds(ports.clock()) - began > LAST_START_MS;
      const result = isLate ? leave(moves, 'busy', 'There was no time left for these: repeat the request.') : undefined;
      const known = result ?? (await carryOutOne(ports, job, moves, first, onStep));
      if ('code' in known) left.push(known);
      else if (known.transactions > 0) done.push(known);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: LANES }, lane));
  await unlessPartlyDone(steps > 0, async () => {
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  });
  return { done, left, isPartlyDone: steps > 0 };
};

/** A fault after part was done leaves open what was: repeated, the rest is done, and nothing twice. */
export const unlessPartlyDone = async <T>(isPartlyDone: boolean, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isPartlyDone || !isDomainError(error)) throw error;
    const message = 'Part of it is done, and the rest may be: repeat the request, nothing is done twice.';
    throw new DomainError('outcome_unknown', message, {}, { cause: error });
  }
};

const read = async (
  { tasks, calendars, assets, plans }: MovingPorts,
  { call: { tenantId }, plan }: Job,
  moves: readonly Move[],
): Promise<Reading> => {
  const resources = resourcesOf(moves);
  const idsOf = (kind: Resource['kind']): readonly string[] =>
    resources.filter((one) => one.kind === kind).map(({ id }) => id);
  const taskIds = moves.map(({ task_id }) => task_id);
  // The calendars come last: what is found in their windows later is no older than they are.
  const steps = await plans.steps(tenantId, plan.id);
  const [found, people, equipment, known] = await Promise.all([
    tasks.getMany(tenantId, taskIds),
    calendars.survey(tenantId, idsOf('user'), undefined, 'strong'),
    calendars.surveyAssets(tenantId, idsOf('asset'), undefined, 'strong'),
    assets.findMany(tenantId, idsOf('asset')),
  ]);
  return {
    tasks: new Map(found.map((task) => [task.id, task])),
    calendars: new Map(
      [...people, ...equipment].map(({ calendar }) => [resourceName(resourceOf(calendar)), calendar] as const),
    ),
    assets: new Map(known.map((asset) => [asset.id, asset])),
    log: logOf(steps),
  };
};

/** Whom and what moves concern, as an answer says it. */
export const concernedBy = (moves: readonly Move[]) => {
  const resources = resourcesOf(moves);
  return {
    task_ids: moves.map(({ task_id }) => task_id),
    user_ids: resources.filter(({ kind }) => kind === 'user').map(({ id }) => id),
    asset_ids: resources.filter(({ kind }) => kind === 'asset').map(({ id }) => id),
  };
};

const leave = (
  moves: readonly Move[],
  code: string,
  detail: string,
  differences: readonly PlanDifference[] = [],
): Left => ({
  ...concernedBy(moves),
  code,
  detail,
  differences: [...differences],
});

/** One transaction after another, each from a reading of its own; what is done when the next is refused stays done. */
const carryOutOne = async (
  ports: MovingPorts,
  job: Job,
  moves: readonly Move[],
  first: Reading,
  onStep: () => void,
): Promise<Component | Left> => {
  let transactions = 0;
  let reading: Reading | undefined = first;
  for (;;) {
    const outcome = await ports
      .retry(async () => {
        const now = reading ?? (await read(ports, job, moves));
        reading = undefined;
        return carryOutStep(ports, job, moves, now);
      })
      .catch((error: unknown) => {
        if (!isDomainError(error) || isPassing(error)) throw error;
        return leave(moves, error.code, error.message);
      });
    if (outcome === 'nothing left') {
      return { ...concernedBy(moves), transactions };
    }
    if (outcome !== 'done') return outcome;
    transactions += 1;
    if (job.call.validateOnly === true) return { ...concernedBy(moves), transactions };
    onStep();
  }
};

const carryOutStep = async (
  { guard, plans, clock, newId }: MovingPorts,
  job: Job,
  component: readonly Move[],
  reading: Reading,
): Promise<'done' | 'nothing left' | Left> => {
  const { call, plan, kind } = job;
  const pending = component.filter((move) => !job.isDone(reading.log, move));
  if (pending.length === 0) return 'nothing left';
  const differences = job.differences(reading, pending);
  const timed = pending.flatMap((move): readonly TimedMove[] => {
    const task = reading.tasks.get(move.task_id);
    const window = task === undefined ? undefined : heldWindowOf(task);
    return window === undefined ? [] : [{ ...move, window }];
  });
  if (differences.length > 0 || timed.length < pending.length) {
    // The log is read before all else: what a rival has done with these for the same plan since is no difference.
    const log = logOf(await plans.steps(call.tenantId, plan.id));
    if (hasGoneOn(job, pending, reading.log, log))
      throw new DomainError('stale_read', 'The plan has gone on while it was read.', { moved: 'other' });
    return leave(pending, 'plan_stale', 'What these were decided from has changed since.', differences);
  }
  const steps = stepsOf(timed);
  const circle = steps.find((one) => !isOneTransaction(one));
  if (circle !== undefined) {
    const message = `${circle.length} of these tasks pass on in a circle what they hold: one transaction cannot hold them.`;
    return leave(pending, 'transaction_too_large', message);
  }
  // A check writes nothing that a later transaction could build on: it looks at all at once.
  const [moves = []] = call.validateOnly === true ? [timed] : steps;
  const at = clock();
  const changes: (TaskChanged | DecisionMade)[] = [];
  const take: Taking[] = [];
  const release: Release[] = [];
  const tasks: PlanStep['tasks'] = [];
  for (const { window, ...move } of moves) {
    const task = reading.tasks.get(move.task_id);
    if (task === undefined) continue;
    const { decision, ...amendment } = job.moveOf(task, move, at);
    const occasion = { actorId: call.actorId, at, entryId: newId() };
    const changed = changedTask({ task, later: [] }, occasion, amendment, readingsOf(reading, move));
    changes.push(...changed.changes);
    if (decision !== undefined) changes.push({ kind: 'decision_made', decision });
    take.push(...(changed.bookings.take ?? []));
    release.push(...(changed.bookings.release ?? []));
    const version = contentVersionOf(changed.after);
    tasks.push({ ...move, from_assets: [...move.from_assets], to_assets: [...move.to_assets], version });
  }
  const step: PlanStep = {
    ...{ id: newId(), kind, tasks, made_by: call.actorId, made_at: at },
    calendars: resourcesOf(moves)
      .map(resourceName)
      .map((resource) => ({ resource, version: (reading.calendars.get(resource)?.version ?? 0) + 1 })),
  };
  const { receipt, ...once } = call;
  await guard(once, {
    changes: [...changes, { kind: 'plan_step_made', plan, step }],
    bookings: { take, release },
    answer: undefined,
  });
  return 'done';
};

/** Whether the plan has done anything with these tasks, or with those whom they concern, between two readings of its log. */
const hasGoneOn = ({ isDone }: Job, moves: readonly Move[], before: PlanLog, now: PlanLog): boolean =>
  moves.some((move) => isDone(now, move)) ||
  resourcesOf(moves).some((one) => before.calendars.get(resourceName(one)) !== now.calendars.get(resourceName(one)));

/** What the guard has to know of those who take time. */
const readingsOf = ({ calendars, assets }: Reading, move: Move): readonly ResourceReading[] =>
  takenBy(move).flatMap((resource) => {
    const calendar = calendars.get(resourceName(resource));
    const asset = resource.kind === 'asset' ? assets.get(resource.id) : undefined;
    return calendar === undefined ? [] : [{ calendar, ...(asset === undefined ? {} : { asset }) }];
  });
