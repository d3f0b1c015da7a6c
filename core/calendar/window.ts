import { type Instant } from '../time/instant.ts';

/** A half-open interval `[start, end)` with `start < end`. */
export interface Window {
  readonly start: Instant;
  readonly end: Instant;
}

/** Two windows overlap when each starts before the other ends; touching is free. */
export const overlaps = (a: Window, b: Window): boolean => a.start < b.end && b.start < a.end;
