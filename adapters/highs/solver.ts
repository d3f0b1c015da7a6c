import loadHighs, { type Highs, type ModelData } from 'highs';
import type { Program, Solver, SolverAnswer, SolverLimits } from '../../core/planning/solver.ts';

/**
 * HiGHS as WebAssembly: one thread, limits by nodes and iterations only. A limit by time would make its answer depend on
 * the speed of the machine.
 */
export const loadSolver = async (): Promise<Solver> => {
  const highs = await loadHighs();
  return {
    name: 'highs',
    version: highs.version.string,
    solve: (program, start, limits) => solve(highs, program, start, limits),
  };
};

const solve = (highs: Highs, program: Program, start: Float64Array, limits: SolverLimits): SolverAnswer => {
  // HiGHS takes no start for a program without columns.
  if (program.costs.length === 0) return { values: [], bound: 0, isProved: true };
  const { callbackType, modelStatus, solutionStatus } = highs.constants;
  return highs.withModel(modelOf(highs, program), (model): SolverAnswer => {
    model.options.set({
      output_flag: false,
      random_seed: 0,
      mip_max_nodes: limits.nodes,
      mip_rel_gap: 0,
      mip_abs_gap: 1e-6,
      mip_feasibility_tolerance: 1e-7,
    });
    model.setSolution({ colValue: start });
    model.run({
      [callbackType.mipInterrupt](event) {
        const isSpent = Number(event.data.mip_total_lp_iterations ?? 0) > limits.iterations;
        if (isSpent || limits.isCancelled()) event.interrupt();
      },
    });
    const hasSolution = model.info.get('primal_solution_status') === solutionStatus.feasible;
    return {
      values: hasSolution ? model.getSolution().colValue : undefined,
      bound: Number(model.info.get('mip_dual_bound')),
      isProved: model.getModelStatus() === modelStatus.optimal,
    };
  });
};

const modelOf = (highs: Highs, { costs, least, most, isWhole, rows }: Program): ModelData => {
  const { variableType, objectiveSense } = highs.constants;
  const starts = [0];
  for (const { indices } of rows) starts.push((starts.at(-1) ?? 0) + indices.length);
  const finite = (value: number): number => (Number.isFinite(value) ? value : Math.sign(value) * highs.infinity);
  return {
    numCols: costs.length,
    numRows: rows.length,
    sense: objectiveSense.maximize,
    colCost: Float64Array.from(costs),
    colLower: Float64Array.from(least),
    colUpper: Float64Array.from(most, finite),
    rowLower: Float64Array.from(rows, (row) => finite(row.least)),
    rowUpper: Float64Array.from(rows, (row) => finite(row.most)),
    integrality: isWhole.map((whole) => (whole ? variableType.integer : variableType.continuous)),
    matrix: {
      format: 'csr',
      numRows: rows.length,
      numCols: costs.length,
      starts: Int32Array.from(starts),
      indices: Int32Array.from(rows.flatMap(({ indices }) => indices)),
      values: Float64Array.from(rows.flatMap(({ values }) => values)),
    },
  };
};
