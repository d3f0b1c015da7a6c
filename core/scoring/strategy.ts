/** A version of the scoring: what each part weighs and where it ends. Points; all numbers have at most 3 decimals. */
export interface Strategy {
  readonly version: string;
  readonly weights: Weights;
  readonly caps: Caps;
}

export interface Weights {
  readonly base: number;
  /** Points lost per active assignment. */
  readonly workload: number;
  readonly org_match: number;
  /** Points per available asset. */
  readonly resource: number;
  /** Points per step of priority. */
  readonly priority: number;
  /** Points per step of risk below 6. */
  readonly risk: number;
  readonly conflict_penalty_per_overlap: number;
}

export interface Caps {
  /** Points of a candidate without assignments, and the least that any number of assignments leaves. */
  readonly workload_max: number;
  readonly workload_min: number;
  readonly resource_max: number;
  /** Points when no asset is available. */
  readonly resource_none: number;
}

/** The largest weight or cap, in points. */
export const WEIGHT_MAX = 1_000;

/** The strategy of the contract (section 7). */
export const STRATEGY_V2_0: Strategy = {
  version: 'v2.0',
  weights: {
    base: 16,
    workload: 8,
    org_match: 24,
    resource: 8,
    priority: 1.2,
    risk: 1.5,
    conflict_penalty_per_overlap: 35,
  },
  caps: { workload_max: 32, workload_min: 6, resource_max: 24, resource_none: 4 },
};
