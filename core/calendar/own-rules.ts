import type { PersonViolation } from '../errors.ts';
import { lackOf } from '../qualifications/grants.ts';
import type { Instant } from '../time/instant.ts';
import { isWorking, nearestTo } from '../working-hours/hours.ts';
import type { Calendar, TaskHolding } from './calendar.ts';
import type { Window } from './window.ts';

/** What the rules speak of in a task. */
export type Demand = Pick<TaskHolding, 'window' | 'required_qualifications'>;

/**
 * The rules that a task breaks with a person, whatever else that one holds, in the order of a refusal. A task without a window
 * demands what it demands at the moment `at`; hours ask nothing of it.
 */
export const ownViolations = (
  { working_hours, qualifications }: Pick<Calendar, 'working_hours' | 'qualifications'>,
  { window, required_qualifications = [] }: Demand,
  at: Instant,
): readonly PersonViolation[] => {
  const lack = qualifications === undefined ? undefined : lackOf(qualifications, required_qualifications, window ?? at);
  return [
    ...(lack === undefined ? [] : [{ rule: 'not_qualified' as const, ...lack }]),
    ...(window === undefined || working_hours === null || isWorking(working_hours, window)
      ? []
      : [{ rule: 'outside_working_hours' as const, nearest: nearestTo(working_hours, window).map(shown) }]),
  ];
};

const shown = ({ start, end }: Window) => ({ start_at: start, end_at: end });

/** The rules that what a person holds may come to break when the person changes. */
export const BREACHES = ['inactive_user', 'not_qualified', 'outside_working_hours'] as const;
export type Breach = (typeof BREACHES)[number];

/** Those that a held task breaks. */
export const breachedBy = (person: Calendar, demand: Demand, at: Instant): readonly Breach[] => {
  const broken = new Set<string>(ownViolations(person, demand, at).map(({ rule }) => rule));
  return BREACHES.filter((rule) => (rule === 'inactive_user' ? !person.is_active : broken.has(rule)));
};
