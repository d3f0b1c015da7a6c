import type { ChosenStrategies, ShadowComparison, TenantStrategy } from './strategies.ts';

/** Which strategy was given which part. */
export interface Choice {
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
export interface StrategyRetired {
  readonly kind: 'strategy_retired';
  readonly before: TenantStrategy;
  readonly after: TenantStrategy;
}
export interface ShadowCompared {
  readonly kind: 'shadow_compared';
  readonly comparison: ShadowComparison;
}

export type StrategyChanges = StrategyCreated | StrategiesChosen | StrategyRetired;
