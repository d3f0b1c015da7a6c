import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { idSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { instantSchema } from '../time/instant.ts';
import type { Calendar, Calendars, Holding } from './calendar.ts';
import { gapsIn, lengthOf, slotsIn } from './slots.ts';
import type { Window } from './window.ts';

export const suggestionsSchema = z.object({
  /** The user's next free slots of the wanted length, from the wanted start on. */
  slots: z.array(z.object({ start_at: instantSchema, end_at: instantSchema })),
  /** Others who are free in the wanted window; only when asked for. */
  user_ids: z.array(idSchema).optional(),
});
export type Suggestions = z.infer<typeof suggestionsSchema>;

interface Wish {
  readonly calendar: Calendar;
  readonly holding: Holding;
  readonly suggestUsers: boolean;
}

/** Runs a booking; a refusal for want of time comes back with suggestions. */
export type Suggest = (wish: Wish, booking: () => Promise<void>) => Promise<void>;

const SLOTS = 3;
/** Windows looked through for free slots: about four read units' worth. */
const WINDOWS_READ = 100;

export const makeSuggest =
  ({ calendars }: { readonly calendars: Pick<Calendars, 'held' | 'survey' | 'activeUserIds'> }): Suggest =>
  async (wish, booking) => {
    try {
      await booking();
    } catch (error) {
      const wanted = wish.holding.window;
      const isTimeTaken =
        error instanceof DomainError && (error.code === 'schedule_conflict' || error.code === 'unavailable');
      if (!isTimeTaken || wanted === undefined) throw error;
      const [slots, user_ids] = await Promise.all([
        nextSlots(calendars, wish.calendar, wanted),
        wish.suggestUsers ? freeUsers(calendars, wish.calendar, wanted) : undefined,
      ]);
      const suggestions: Suggestions = { slots, ...(user_ids === undefined ? {} : { user_ids }) };
      throw new DomainError(
        error.code,
        error.message,
        { ...error.details, suggestions },
        { problems: error.problems, cause: error },
      );
    }
  };

const END_OF_TIME = instantSchema.parse('9999-12-31T23:59:59.999Z');

/** The next slots in the windows looked through; beyond the last of them nothing is promised. */
export const nextSlots = async (
  calendars: Pick<Calendars, 'held'>,
  { tenant_id, user_id }: Calendar,
  wanted: Window,
): Promise<Suggestions['slots']> => {
  const held = await calendars.held(tenant_id, user_id, { start: wanted.start, end: END_OF_TIME }, WINDOWS_READ);
  const windows = held.map(({ window }) => window);
  const known = windows.length < WINDOWS_READ ? END_OF_TIME : (windows.at(-1)?.end ?? END_OF_TIME);
  const gaps = gapsIn({ start: wanted.start, end: known }, windows);
  return slotsIn(gaps, lengthOf(wanted), SLOTS).map(({ start, end }) => ({ start_at: start, end_at: end }));
};

const freeUsers = async (
  calendars: Pick<Calendars, 'survey' | 'activeUserIds'>,
  { tenant_id, user_id }: Calendar,
  wanted: Window,
): Promise<string[]> => {
  const ids = await calendars.activeUserIds(tenant_id, LIMITS.usersSuggestedFrom);
  const surveyed = await calendars.survey(tenant_id, ids, wanted, 'eventual');
  return surveyed
    .filter(
      ({ calendar, overlapping }) => calendar.is_active && calendar.user_id !== user_id && overlapping.length === 0,
    )
    .map(({ calendar }) => calendar.user_id)
    .sort();
};
