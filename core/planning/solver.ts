/** One linear constraint: `least <= sum of values * columns <= most`. */
export interface Row {
  readonly least: number;
  readonly most: number;
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** A mixed-integer program that maximises `costs * columns`. */
export interface Program {
  readonly costs: readonly number[];
  readonly least: readonly number[];
  readonly most: readonly number[];
  readonly isWhole: readonly boolean[];
  readonly rows: readonly Row[];
}

/** Ends of a solve that do not depend on the speed of the machine. */
export interface SolverLimits {
  readonly nodes: number;
  readonly iterations: number;
  readonly isCancelled: () => boolean;
}

export interface SolverAnswer {
  /** The best solution found; undefined when there is none. Its claims are not to be trusted unchecked. */
  readonly values: ArrayLike<number> | undefined;
  /** No solution is worth more, as far as floating-point numbers can say. */
  readonly bound: number;
  readonly isProved: boolean;
}

/** An exact solver, deterministic for the same program, start and limits. */
export interface Solver {
  readonly name: string;
  readonly version: string;
  readonly solve: (program: Program, start: Float64Array, limits: SolverLimits) => SolverAnswer;
}
