import { solvePlans } from '../../adapters/runtime/planner.ts';

/** From the queue of requests to plans that are made: at most one plan at a time in a function. */
export const handler = solvePlans;
