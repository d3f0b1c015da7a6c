import type { DatedEdit } from '../events/edit.ts';
import type { ChosenStrategies, ShadowComparison, TenantStrategy } from './strategies.ts';

/** Which strategy was given which part, by whom. */
export interface Choice extends DatedEdit {
  readonly action: 'activated' | 'shadow_started' | 'shadow_stopped';
  readonly strategyId: string;
  readonly strategyVersion: string;
}

export interface StrategyCreated {
  readonly kind: 'strategy_created';
  readonly strategy: TenantStrategy;
}
export interface StrategiesChosen {
  readonly kind: 'strategies_chosen';
  readonly before: ChosenStrategies;
  readonly after: ChosenStrategies;
  /** What its event says; absent where the choice only moves its version. */
  readonly choice?: Choice;
}
export interface StrategyRetired extends DatedEdit {
  readonly kind: 'strategy_retired';
  readonly before: TenantStrategy;
  readonly after: TenantStrategy;
}
export interface ShadowCompared {
  readonly kind: 'shadow_compared';
  readonly comparison: ShadowComparison;
}

export type StrategyChanges = StrategyCreated | StrategiesChosen | StrategyRetired;
