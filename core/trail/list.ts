import type { Call } from '../call.ts';
import { LIMITS } from '../limits.ts';
import { DomainError } from '../errors.ts';
import { isGranted } from '../identity/permission.ts';
import type { Page, PageRequest } from '../page.ts';
import { instantAt, epochMilliseconds, type Clock, type Instant } from '../time/instant.ts';
import type { Entry, Trail, TrailFilters } from './entry.ts';
import { READERS } from './subjects.ts';

const DAY_MS = 86_400_000;

/**
 * The changes of a tenant, newest first: those of subjects that the caller may read elsewhere, of the `days` for which they
 * are kept unless the caller asks for another time. Refuses with
 * `validation_failed` a time that ends before it begins.
 */
export const makeListTrail =
  ({ trail, clock, days }: { readonly trail: Trail; readonly clock: Clock; readonly days: number }) =>
  (call: Call, { from, to = clock(), actor_id, subject }: TrailFilters, page: PageRequest): Promise<Page<Entry>> => {
    const now = clock();
    // Nothing is kept longer, and nothing is of the future.
    const begin = from ?? daysBefore(to < now ? to : now, days);
    if (begin >= to) {
      const message = 'to must be after from';
      throw new DomainError(
        'validation_failed',
        message,
        {},
        { problems: [{ pointer: '?to', code: 'rule_broken', message }] },
      );
    }
    const mayRead = (entry: Entry): boolean => {
      const needed = READERS.get(kindOf(entry));
      return needed !== undefined && isGranted(call.permissions, needed);
    };
    const isMeant = (entry: Entry): boolean =>
      mayRead(entry) &&
      (actor_id === undefined || entry.actor_id === actor_id) &&
      (subject === undefined || entry.subject === subject || entry.subject.endsWith(`/${subject}`));
    // Months that lie ahead, or behind the longest that is kept, would be looked at for nothing. A day is more than clocks
    // differ.
    const ahead = daysBefore(now, -1);
    const end = to < ahead ? to : ahead;
    const oldest = daysBefore(now, LIMITS.auditDaysMost);
    const first = begin > oldest ? begin : oldest;
    if (first >= end) return Promise.resolve({ items: [] });
    const seesAll = [...READERS.values()].every((needed) => isGranted(call.permissions, needed));
    const isAll = seesAll && actor_id === undefined && subject === undefined;
    return trail.list(call.tenantId, { from: first, to: end, isMeant, isAll }, page);
  };

const kindOf = ({ subject }: Entry): string => subject.slice(0, subject.indexOf('/'));

const daysBefore = (at: Instant, days: number): Instant => instantAt(epochMilliseconds(at) - days * DAY_MS) ?? at;
