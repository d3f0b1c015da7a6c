import { beforeAll, describe, expect, it } from 'vitest';
import { loadSolver } from '../../../adapters/highs/solver.ts';
import type { Program, Solver } from '../../../core/planning/solver.ts';

const limits = { nodes: 100, iterations: 10_000, isCancelled: () => false };
const row = (indices: readonly number[], values: readonly number[], most: number) => ({
  least: -Infinity,
  most,
  indices,
  values,
});

/** Chairs and tables, whole ones, of so much wood. */
const program: Program = {
  costs: [5, 4, 3],
  least: [0, 0, 0],
  most: [1, 1, 3],
  isWhole: [true, true, true],
  rows: [row([0, 1, 2], [2, 3, 1], 5.5), row([0, 1], [1, 1], 1)],
};

describe('HiGHS', () => {
  let solver: Solver;
  beforeAll(async () => {
    solver = await loadSolver();
  });

  it('solves a small program to proof', () => {
    const { values, bound, isProved } = solver.solve(program, Float64Array.of(0, 0, 0), limits);
    expect(Array.from(values ?? [], Math.round)).toEqual([1, 0, 3]);
    expect(bound).toBeCloseTo(14, 6);
    expect(isProved).toBe(true);
  });

  it('gives the same answer again', () => {
    const solve = () => solver.solve(program, Float64Array.of(1, 0, 1), limits);
    expect(solve()).toEqual(solve());
  });

  it('says so when there is no solution', () => {
    const impossible = { ...program, least: [1, 1, 0] };
    expect(solver.solve(impossible, Float64Array.of(0, 0, 0), limits)).toMatchObject({
      isProved: false,
      values: undefined,
    });
  });

  it('solves a program of nothing', () => {
    const nothing: Program = { costs: [], least: [], most: [], isWhole: [], rows: [] };
    expect(solver.solve(nothing, Float64Array.of(), limits)).toEqual({ values: [], bound: 0, isProved: true });
  });

  it('names itself', () => {
    expect(solver.name).toBe('highs');
    expect(solver.version).toMatch(/^\d+\.\d+\.\d+/);
  });
});
