import type { HeldWindow } from '../../core/calendar/calendar.ts';
import { refusalOf, violationsOf } from '../../core/calendar/guard.ts';
import type { DomainError } from '../../core/errors.ts';

/** The guard's refusal of a window in whose way others are. */
export const scheduleConflict = (userId: string, inTheWay: readonly HeldWindow[]): DomainError => {
  const [first] = inTheWay;
  const refusal = first === undefined ? undefined : refusalOf(userId, violationsOf(inTheWay, []), 0);
  if (refusal === undefined) throw new Error('Nothing is in the way.');
  return refusal;
};
