import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { isDomainError, isPassing, isRefusal } from '../errors.ts';
import type { PlanProgress } from '../planning/plan.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import type { PlanChanged, PlanSolved } from './changes.ts';
import { changedPlan, stateAt, type Plan, type Plans } from './plan.ts';
import { readSnapshot, type PlanSnapshot, type SnapshotPorts } from './snapshot.ts';
import type { Planner, Solved } from './solved.ts';

interface Ports extends SnapshotPorts {
  readonly plans: Pick<Plans, 'get' | 'request'>;
  readonly commit: Commit<PlanChanged | PlanSolved>;
  readonly planner: Planner;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Told of a plan that failed for a reason that is a fault here. */
  readonly onFault: (planId: string, error: unknown) => void;
}

/** Between two looks at the plan, at which its progress is written and a cancel is seen. */
const BEAT_MS = 1_000;

/**
 * Makes a plan that was asked for, and keeps it. `signal` ends the work early: the best until then is kept, marked.
 *
 * Asked twice, it does the same once: who comes second while the first is at work takes over, because the first may have
 * died; the first finds the other's id in the plan and stops. A plan that is made, canceled or gone stays as it is.
 * What the table refuses for the moment is thrown, for another attempt; any other fault makes the plan FAILED.
 */
export const makeSolvePlan =
  (ports: Ports) =>
  async (tenantId: string, planId: string, signal: AbortSignal): Promise<void> => {
    // 1. The plan is ours from here on.
    const taken = await takeOver(ports, tenantId, planId);
    if (taken === undefined) return;
    // 2. What it is made from; and the plan, in steps that others can see and end.
    const result = await resultOf(async () => {
      const request = await ports.plans.request(tenantId, planId);
      const snapshot = await ports.retry(() => readSnapshot(ports, tenantId, request));
      return watched(ports, taken, snapshot, signal);
    });
    // 3. Kept, unless somebody else is at it.
    await keep(ports, taken, result);
  };

type Result = { readonly solved: Solved } | { readonly fault: unknown };

/** The call in which a plan is written: that of who asked for it. */
const callOf = ({ tenant_id, created_by }: Plan): Call => ({
  tenantId: tenant_id,
  actorId: created_by,
  permissions: [],
});

const takeOver = (
  { plans, commit, retry, clock, newId }: Ports,
  tenantId: string,
  planId: string,
): Promise<Plan | undefined> =>
  retry(async () => {
    const before = await found(plans, tenantId, planId);
    const at = clock();
    if (before === undefined || !['QUEUED', 'SOLVING'].includes(stateAt(before, at))) return undefined;
    // One that somebody wanted to stop, and whose planner has died since.
    const isStopped = before.cancel_requested_at !== null;
    const own: Partial<Plan> = { state: 'SOLVING', run_id: newId(), started_at: at, progress: null };
    const after = changedPlan(before, isStopped ? { state: 'CANCELED' } : own, at);
    await commit(callOf(before), [{ kind: 'plan_changed', before, after }], undefined);
    return isStopped ? undefined : after;
  });

const found = (plans: Pick<Plans, 'get'>, tenantId: string, planId: string): Promise<Plan | undefined> =>
  plans.get(tenantId, planId).catch((error: unknown) => {
    if (isRefusal(error, 'plan_not_found')) return undefined;
    throw error;
  });

/** The plan as it is now; undefined when another planner has it, or it is over. */
const ownPlan = async ({ plans }: Ports, { tenant_id, id, run_id }: Plan): Promise<Plan | undefined> => {
  const plan = await found(plans, tenant_id, id);
  return plan?.state === 'SOLVING' && plan.run_id === run_id ? plan : undefined;
};

const resultOf = async (work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (fault) {
    if (isPassing(fault)) throw fault;
    return { fault };
  }
};

/** Runs the planner, and meanwhile writes its progress and looks whether it is to stop. */
const watched = async (ports: Ports, taken: Plan, snapshot: PlanSnapshot, signal: AbortSignal): Promise<Result> => {
  const stop = new AbortController();
  let latest: PlanProgress | undefined;
  const onProgress = (progress: PlanProgress): void => {
    latest = progress;
  };
  const watch = { onProgress, signal: AbortSignal.any([signal, stop.signal]) };
  const solving = ports.planner(snapshot, taken.request.effort, watch).then(
    (solved): Result => ({ solved }),
    (fault: unknown): Result => ({ fault }),
  );
  let written: PlanProgress | undefined;
  for (;;) {
    const result = await Promise.race([solving, ports.sleep(BEAT_MS)]);
    if (result !== undefined) return result;
    try {
      const before = await ownPlan(ports, taken);
      if (before?.cancel_requested_at !== null) stop.abort();
      else if (latest !== undefined && latest !== written) {
        written = latest;
        const after = changedPlan(before, { progress: written }, ports.clock());
        await ports.commit(callOf(taken), [{ kind: 'plan_changed', before, after }], undefined);
      }
    } catch (error) {
      // The progress is for show: the next beat tells it, and the end of the work does not depend on it.
      if (!isDomainError(error)) throw error;
    }
  }
};

const keep = (ports: Ports, taken: Plan, result: Result): Promise<void> =>
  ports.retry(async () => {
    const before = await ownPlan(ports, taken);
    if (before === undefined) return;
    const at = ports.clock();
    const over: Partial<Plan> = { progress: null, run_id: null };
    if ('solved' in result) {
      const { outcome, answer } = result.solved;
      const after = changedPlan(before, { ...over, state: 'READY', outcome }, at);
      await ports.commit(callOf(taken), [{ kind: 'plan_solved', before, after, answer }], undefined);
      return;
    }
    const { fault } = result;
    const isRefused = isDomainError(fault);
    if (!isRefused) ports.onFault(taken.id, fault);
    const failure = isRefused ? fault.message : 'The planner failed; the log of the planner names the cause.';
    const after = changedPlan(before, { ...over, state: 'FAILED', failure }, at);
    await ports.commit(callOf(taken), [{ kind: 'plan_changed', before, after }], undefined);
  });
