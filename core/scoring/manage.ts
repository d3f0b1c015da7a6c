import type { Call } from '../call.ts';
import { DomainError, notFound, type FieldProblem } from '../errors.ts';
import type { Commit } from '../commit.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import { hasAlready } from '../same.ts';
import type { Clock } from '../time/instant.ts';
import type { Choice, StrategyChanges } from './changes.ts';
import type {
  ChosenStrategies,
  ShadowDraft,
  ShadowReport,
  Strategies,
  StrategyDraft,
  StrategyView,
  TenantStrategy,
} from './strategies.ts';
import { BUILT_IN_ID } from './rule.ts';
import { STRATEGY_V2_0 } from './strategy.ts';

interface Ports {
  readonly strategies: Strategies;
  readonly commit: Commit<StrategyChanges>;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What is wrong with a strategy beyond its fields: caps in the wrong order, and weights that could never matter. */
const nonsenseIn = ({ weights, caps }: StrategyDraft): readonly FieldProblem[] => {
  const problems: FieldProblem[] = [];
  const refuse = (pointer: string, message: string): void => {
    problems.push({ pointer, code: 'rule_broken', message });
  };
  const span = caps.workload_max - caps.workload_min;
  if (span < 0) refuse('/caps/workload_min', 'workload_min must not be above workload_max');
  if (span === 0 && weights.workload > 0) {
    refuse('/weights/workload', 'this weight can never matter: workload_min and workload_max are the same');
  }
  if (caps.resource_max === 0 && weights.resource > 0) {
    refuse('/weights/resource', 'this weight can never matter: resource_max is 0');
  }
  if (caps.resource_none > caps.resource_max) {
    refuse(
      '/caps/resource_none',
      'resource_none must not be above resource_max: no asset would be worth more than any',
    );
  }
  if (weights.org_match === 0 && (weights.workload === 0 || span === 0)) {
    refuse('/weights', 'nothing tells candidates apart: give org_match or workload a weight');
  }
  return problems;
};

/** Keeps a new version. It is immutable, and decides nothing until it is activated. */
export const makeCreateStrategy =
  ({ strategies, commit, clock, newId }: Ports) =>
  async (call: Call, draft: StrategyDraft): Promise<StrategyView> => {
    const problems = nonsenseIn(draft);
    if (problems.length > 0)
      throw new DomainError('validation_failed', 'The strategy makes no sense.', {}, { problems });
    if (draft.version === STRATEGY_V2_0.version) {
      const message = `The version "${draft.version}" is built in.`;
      throw new DomainError(
        'duplicate',
        message,
        { field: 'version' },
        { problems: [{ pointer: '/version', code: 'duplicate', message }] },
      );
    }
    const kept = await strategies.all(call.tenantId);
    if (kept.length >= LIMITS.strategies) {
      throw new DomainError('limit_reached', `A tenant keeps at most ${LIMITS.strategies} strategies.`, {
        limit: LIMITS.strategies,
      });
    }
    const strategy: TenantStrategy = {
      id: newId(),
      tenant_id: call.tenantId,
      ...draft,
      is_retired: false,
      created_by: call.actorId,
      created_at: clock(),
    };
    const answer = viewOf(strategy, undefined);
    await commit(call, [{ kind: 'strategy_created', strategy }], answer);
    return answer;
  };

/** The built-in strategy first, then the tenant's own, oldest first. */
export const makeListStrategies =
  ({ strategies }: Pick<Ports, 'strategies'>) =>
  async (tenantId: string): Promise<readonly StrategyView[]> => {
    const [all, chosen] = await Promise.all([strategies.all(tenantId), strategies.chosen(tenantId)]);
    return [builtInView(chosen), ...all.map((strategy) => viewOf(strategy, chosen))];
  };

/** Lets a strategy decide from now on; the built-in one can be activated again. */
export const makeActivateStrategy = (ports: Ports) => {
  const choose = makeChoose(ports);
  return (call: Call, id: string): Promise<StrategyView> =>
    choose(call, id, (strategy, before) => ({
      // What decides need not be compared with itself.
      after: { ...before, active: strategy, shadow: before.shadow?.id === id ? null : before.shadow },
      action: before.active?.id === strategy?.id ? undefined : 'activated',
    }));
};

/**
 * Lets a strategy run in shadow: it scores each live decision without effect. At most one does, so another one that did
 * is stopped. The built-in strategy and the one that decides cannot.
 */
export const makeShadowStrategy = (ports: Ports) => {
  const choose = makeChoose(ports);
  return (call: Call, id: string, { enabled = true }: ShadowDraft): Promise<StrategyView> =>
    choose(call, id, (strategy, before) => {
      if (strategy === null) throw notFound('strategy', id);
      const isShadow = before.shadow?.id === id;
      if (!enabled) {
        return {
          after: { ...before, shadow: isShadow ? null : before.shadow },
          action: isShadow ? 'shadow_stopped' : undefined,
        };
      }
      if (before.active?.id === id) {
        const message = `Strategy "${strategy.version}" decides: there is nothing to compare it with.`;
        throw new DomainError('strategy_active', message, {});
      }
      return { after: { ...before, shadow: strategy }, action: isShadow ? undefined : 'shadow_started' };
    });
};

/**
 * Changes which strategies are chosen. The choice is read before the strategy: whoever retires a strategy moves the
 * choice, so one that was found in use is still so when the choice is committed as it was read.
 */
const makeChoose =
  ({ strategies, commit, retry }: Omit<Ports, 'clock' | 'newId'>) =>
  (
    call: Call,
    id: string,
    change: (
      strategy: TenantStrategy | null,
      before: ChosenStrategies,
    ) => { readonly after: ChosenStrategies; readonly action: Choice['action'] | undefined },
  ): Promise<StrategyView> =>
    retry(async () => {
      const before = await strategies.chosen(call.tenantId);
      const strategy = id === BUILT_IN_ID ? null : await strategies.find(call.tenantId, id);
      if (strategy === undefined) throw notFound('strategy', id);
      if (strategy?.is_retired === true) throw isRetired(strategy);
      const { after: chosen, action } = change(strategy, before);
      if (action === undefined && hasAlready(before, chosen)) {
        const unchanged = strategy === null ? builtInView(before) : viewOf(strategy, before);
        await commit(call, [], unchanged);
        return unchanged;
      }
      const after: ChosenStrategies = { ...chosen, version: before.version + 1 };
      const answer = strategy === null ? builtInView(after) : viewOf(strategy, after);
      const choice: Choice | undefined =
        action === undefined
          ? undefined
          : {
              action,
              strategyId: answer.id,
              strategyVersion: answer.version,
            };
      const ofChoice = choice === undefined ? {} : { choice };
      await commit(call, [{ kind: 'strategies_chosen', before, after, ...ofChoice }], answer);
      return answer;
    });

const isRetired = ({ version }: TenantStrategy): DomainError =>
  new DomainError('strategy_retired', `Strategy "${version}" is retired.`, {});

/** Takes a strategy out of use for good; one that decides must be replaced first, one in shadow is stopped. */
export const makeRetireStrategy =
  ({ strategies, commit, retry }: Omit<Ports, 'clock' | 'newId'>) =>
  (call: Call, id: string): Promise<StrategyView> =>
    retry(async () => {
      const [before, chosen] = await Promise.all([
        strategies.find(call.tenantId, id),
        strategies.chosen(call.tenantId),
      ]);
      if (before === undefined) throw notFound('strategy', id);
      if (before.is_retired) throw isRetired(before);
      if (chosen.active?.id === id) {
        throw new DomainError(
          'strategy_active',
          `Strategy "${before.version}" decides: activate another one first.`,
          {},
        );
      }
      const after: TenantStrategy = { ...before, is_retired: true };
      const without: ChosenStrategies = {
        ...chosen,
        shadow: chosen.shadow?.id === id ? null : chosen.shadow,
        version: chosen.version + 1,
      };
      const answer = viewOf(after, without);
      await commit(
        call,
        [
          { kind: 'strategy_retired', before, after },
          // Moved even where nothing changes in it, so that nobody activates the strategy at this moment.
          { kind: 'strategies_chosen', before: chosen, after: without },
        ],
        answer,
      );
      return answer;
    });

/** How often a strategy in shadow would have decided otherwise. Refuses with `strategy_not_found`. */
export const makeGetShadowReport =
  ({ strategies }: Pick<Ports, 'strategies'>) =>
  async (tenantId: string, id: string): Promise<ShadowReport> => {
    const [strategy, report] = await Promise.all([
      strategies.find(tenantId, id),
      strategies.shadowReport(tenantId, id),
    ]);
    if (strategy === undefined) throw notFound('strategy', id);
    return report;
  };

const builtInView = (chosen: ChosenStrategies): StrategyView => ({
  id: BUILT_IN_ID,
  ...STRATEGY_V2_0,
  status: chosen.active === null ? 'active' : 'available',
  created_by: null,
  created_at: null,
});

const viewOf = (strategy: TenantStrategy, chosen: ChosenStrategies | undefined): StrategyView => ({
  id: strategy.id,
  version: strategy.version,
  weights: strategy.weights,
  caps: strategy.caps,
  status: statusOf(strategy, chosen),
  created_by: strategy.created_by,
  created_at: strategy.created_at,
});

const statusOf = ({ id, is_retired }: TenantStrategy, chosen: ChosenStrategies | undefined): StrategyView['status'] => {
  if (is_retired) return 'retired';
  if (chosen?.active?.id === id) return 'active';
  return chosen?.shadow?.id === id ? 'shadow' : 'available';
};
