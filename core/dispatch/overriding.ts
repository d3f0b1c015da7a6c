import { overridable } from '../calendar/guard.ts';
import type { ChangedTask } from '../tasks/change.ts';
import { OVERRIDABLE, type Override } from '../tasks/override.ts';

/**
 * The change with those rules set aside that it really breaks: its history entry says which and why. A rule that holds is not
 * overridden, whatever the request names.
 */
export const overriding = (changed: ChangedTask, override: Override | undefined): ChangedTask => {
  if (override === undefined) return changed;
  const { take = [] } = changed.bookings;
  const broken = new Set<string>(take.flatMap((taking) => overridable(taking, changed.bookings)));
  const rules = OVERRIDABLE.filter((rule) => broken.has(rule) && override.rules.includes(rule));
  if (rules.length === 0) return changed;
  const told = { override: { rules, reason: override.reason } };
  return {
    ...changed,
    bookings: { ...changed.bookings, take: take.map((taking) => ({ ...taking, overridden: rules })) },
    changes: changed.changes.map((change) => ({
      ...change,
      entry: { ...change.entry, detail: { ...change.entry.detail, ...told } },
    })),
  };
};
