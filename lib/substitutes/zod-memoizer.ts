/**
 * Stands in for what lets zod take values that contain themselves. All that a function reads comes from JSON or from an
 * item, which cannot; without it every object and list is checked without a detour, as in `zod/mini`.
 */
export const memoizer = (): undefined => undefined;
export const isRecursiveSchema = (): boolean => false;
export const isBackEdge = (): boolean => false;
export class $ZodCyclicError extends Error {}
