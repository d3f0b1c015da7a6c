import { DomainError, notFound } from '../errors.ts';
import { ruleOf, type ChosenStrategies, type Strategies } from './strategies.ts';
import { STRATEGY_V2_0, type Strategy } from './strategy.ts';

/** The id of the built-in strategy. */
export const BUILT_IN_ID = 'v2-0';

export const activeRule = ({ active }: ChosenStrategies): Strategy =>
  active === null ? STRATEGY_V2_0 : ruleOf(active);

/**
 * What the strategy of an id scores by; null is the active one. Refuses with `strategy_not_found` and `strategy_retired`.
 */
export const ruleNamed = async (
  strategies: Pick<Strategies, 'find' | 'chosen'>,
  tenantId: string,
  id: string | null,
): Promise<Strategy> => {
  if (id === null) return activeRule(await strategies.chosen(tenantId));
  if (id === BUILT_IN_ID) return STRATEGY_V2_0;
  const strategy = await strategies.find(tenantId, id);
  if (strategy === undefined) throw notFound('strategy', id);
  if (strategy.is_retired) throw new DomainError('strategy_retired', `Strategy "${strategy.version}" is retired.`, {});
  return ruleOf(strategy);
};
