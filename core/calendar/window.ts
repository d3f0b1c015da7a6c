import { type Instant } from '../time/instant.ts';

/** A half-open interval `[start, end)` with `start < end`. */
export interface Window {
  readonly start: Instant;
  readonly end: Instant;
}

/** Whether a window, if there is one, has all of another in it. */
export const covers = (outer: Window | undefined, inner: Window): boolean =>
  outer !== undefined && outer.start <= inner.start && inner.end <= outer.end;

/** Two windows overlap when each starts before the other ends; touching is free. */
export const overlaps = (a: Window, b: Window): boolean => a.start < b.end && b.start < a.end;
