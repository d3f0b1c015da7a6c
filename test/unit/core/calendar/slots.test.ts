import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userResource } from '../../../../core/calendar/resource.ts';
import type { Calendars, HeldWindow } from '../../../../core/calendar/calendar.ts';
import { gapsIn, lengthOf, slotsIn } from '../../../../core/calendar/slots.ts';
import { nextSlots } from '../../../../core/calendar/suggest.ts';
import { makeGetBoard, makeListFreeSlots } from '../../../../core/calendar/views.ts';
import { overlaps, type Window } from '../../../../core/calendar/window.ts';
import { instantAt, type Instant } from '../../../../core/time/instant.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { refusalOf } from '../../fakes.ts';
import { calendar, held, instant } from '../../records.ts';

const START = Date.UTC(2026, 2, 1);
const minute = (number: number): Instant => {
  const at = instantAt(START + number * 60_000);
  if (at === undefined) throw new Error(`No minute ${number}`);
  return at;
};
const span = (from: number, to: number): Window => ({ start: minute(from), end: minute(to) });

/** Windows that do not overlap each other, from lengths and the gaps before them; in order. */
const calendars = (maxLength: number): fc.Arbitrary<readonly Window[]> =>
  fc
    .array(fc.record({ gap: fc.oneof(fc.constant(0), fc.nat(20)), length: fc.integer({ min: 1, max: 15 }) }), {
      maxLength,
    })
    .map((some) => {
      let at = 0;
      return some.map(({ gap, length }) => {
        const from = at + gap;
        at = from + length;
        return span(from, at);
      });
    });
const ranges: fc.Arbitrary<Window> = fc
  .tuple(fc.nat(200), fc.integer({ min: 1, max: 300 }))
  .map(([from, length]) => span(from, from + length));

const minutesOf = (window: Window): readonly number[] =>
  Array.from({ length: lengthOf(window) / 60_000 }, (_, at) => (Date.parse(window.start) - START) / 60_000 + at);

/** The free minutes of a range, one by one. */
const freeMinutes = (range: Window, taken: readonly Window[]): readonly number[] => {
  const busy = new Set(taken.flatMap(minutesOf));
  return minutesOf(range).filter((at) => !busy.has(at));
};

describe('gaps', () => {
  it('are the free minutes, joined', () => {
    fc.assert(
      fc.property(calendars(20), ranges, (taken, range) => {
        const gaps = gapsIn(range, taken);
        expect(gaps.flatMap(minutesOf)).toEqual(freeMinutes(range, taken));
        // As long as they can be: between two of them something is held.
        for (const [at, gap] of gaps.entries()) {
          const before = gaps[at - 1];
          if (before !== undefined) expect(before.end < gap.start).toBe(true);
        }
      }),
    );
  });

  it('of a range that changes the clock are as long as they are, not as the clock says', () => {
    const [from, to] = [instant('2026-03-29T00:00:00+01:00'), instant('2026-03-30T00:00:00+02:00')];
    expect(lengthOf({ start: from, end: to })).toBe(23 * 3_600_000);
    const taken = { start: instant('2026-03-29T01:00:00+01:00'), end: instant('2026-03-29T03:00:00+02:00') };
    expect(lengthOf(taken)).toBe(3_600_000);
    expect(gapsIn({ start: from, end: to }, [taken]).map(lengthOf)).toEqual([3_600_000, 21 * 3_600_000]);
    const twice = [
      { start: instant('2026-10-25T02:00:00+02:00'), end: instant('2026-10-25T03:00:00+02:00') },
      { start: instant('2026-10-25T02:00:00+01:00'), end: instant('2026-10-25T03:00:00+01:00') },
    ] as const;
    expect(overlaps(...twice)).toBe(false);
    const long = { start: instant('2026-10-25T00:00:00+02:00'), end: instant('2026-10-26T00:00:00+01:00') };
    expect(gapsIn(long, twice).map(lengthOf)).toEqual([2 * 3_600_000, 21 * 3_600_000]);
  });
});

describe('slots', () => {
  it('fit into the gaps, follow each other, and leave none out', () => {
    fc.assert(
      fc.property(calendars(20), ranges, fc.integer({ min: 1, max: 20 }), fc.nat(8), (taken, range, length, count) => {
        const gaps = gapsIn(range, taken);
        const slots = slotsIn(gaps, length * 60_000, count);
        const naive = gaps.flatMap((gap) => {
          const [first = 0] = minutesOf(gap);
          const room = Math.floor(minutesOf(gap).length / length);
          return Array.from({ length: room }, (_, at) => span(first + at * length, first + (at + 1) * length));
        });
        expect(slots).toEqual(naive.slice(0, count));
      }),
    );
  });

  it('end with time', () => {
    const gap = { start: instant('9999-12-31T22:30:00Z'), end: instant('9999-12-31T23:59:59.999Z') };
    expect(slotsIn([gap], 3_600_000, 3)).toHaveLength(1);
  });
});

/** Calendars in memory: only what is shown of one user. */
const reads = (taken: readonly HeldWindow[]) => {
  let looks = 0;
  const all: Pick<Calendars, 'held' | 'survey'> = {
    held: async (_tenantId, _userId, range, limit) => {
      looks += 1;
      return taken.filter(({ window }) => overlaps(window, range)).slice(0, limit);
    },
    survey: async () => [{ calendar: calendar(), overlapping: [] }],
  };
  return { calendars: all, looks: () => looks };
};
const asHeld = (windows: readonly Window[]): readonly HeldWindow[] =>
  windows.map((window, at) => held(`task-${at}`, window));

describe('views of calendars', () => {
  const many = (count: number) => asHeld(Array.from({ length: count }, (_, at) => span(at * 2, at * 2 + 1)));
  const board = (perUser: number, users: number) => {
    const { calendars: port } = reads(many(perUser));
    const ids = Array.from({ length: users }, (_, at) => `user-${at}`);
    const survey: Calendars['survey'] = async (_tenantId, userIds) =>
      userIds.map((user_id) => ({ calendar: calendar({ user_id }), overlapping: [] }));
    return makeGetBoard({ calendars: { ...port, survey } })('tenant-1', {
      from: minute(0),
      to: minute(10_000),
      user_ids: ids,
    });
  };

  it('are bounded: for each user, and for a board', async () => {
    expect(await board(LIMITS.calendarWindows, 1)).toMatchObject([{ windows: { length: LIMITS.calendarWindows } }]);
    const tooMany = await refusalOf(() => board(LIMITS.calendarWindows + 1, 1), 'limit_reached');
    expect(tooMany.details).toEqual({ limit: 1_000 });
    expect(await board(50, 100)).toHaveLength(100);
    const tooWide = await refusalOf(() => board(51, 100), 'limit_reached');
    expect(tooWide.details).toEqual({ limit: 5_000 });
    expect(tooWide.message).toContain('fewer users');
  });
});

const unbuffered = (window: Window) => ({ window, planned: window });

describe('suggestions', () => {
  it('are the next three times at which nothing is held, the task’s own window aside', async () => {
    await fc.assert(
      fc.asyncProperty(
        calendars(40),
        fc.nat(300),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(40),
        async (taken, from, length, own) => {
          const { calendars: port } = reads(asHeld(taken));
          const { slots } = await nextSlots(port, [calendar()], unbuffered(span(from, from + length)), `task-${own}`);
          const others = taken.filter((_, at) => at !== own);
          // Minute by minute: the first fit, and on from its end.
          const naive: Window[] = [];
          for (let at = from; naive.length < 3;) {
            const candidate = span(at, at + length);
            const isFree = !others.some((window) => overlaps(window, candidate));
            if (isFree) naive.push(candidate);
            at += isFree ? length : 1;
          }
          expect(slots).toEqual(naive.map(({ start, end }) => ({ start_at: start, end_at: end })));
        },
      ),
    );
  });

  it('are found behind more windows than one look reads, whatever is the last one read', async () => {
    // Back to back, and then one gap that only the task's own window fills.
    for (const own of [98, 99, 100, 101, 349]) {
      const taken = Array.from({ length: 350 }, (_, at) => span(at * 10, (at + 1) * 10));
      const { calendars: port } = reads(asHeld(taken));
      const { slots, searched_until } = await nextSlots(port, [calendar()], unbuffered(span(0, 10)), `task-${own}`);
      expect(searched_until).toBeNull();
      const expected = own === 349 ? [3_490, 3_500, 3_510] : [own * 10, 3_500, 3_510];
      expect(slots.map(({ start_at }) => start_at)).toEqual(expected.map(minute));
    }
  });

  it('give up after a thousand windows without a gap, and say less rather than something false', async () => {
    const taken = Array.from({ length: 1_200 }, (_, at) => span(at * 10, (at + 1) * 10));
    const { calendars: port, looks } = reads(asHeld(taken));
    // The thousandth window ends there.
    expect(await nextSlots(port, [calendar()], unbuffered(span(0, 10)), 'none')).toEqual({
      slots: [],
      searched_until: minute(10_000),
    });
    expect(looks()).toBe(10);
  });
});

describe('pages of free slots', () => {
  it('say together what one look at everything would', async () => {
    await fc.assert(
      fc.asyncProperty(
        calendars(60),
        ranges,
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 6 }),
        async (taken, range, duration_minutes, limit) => {
          const list = makeListFreeSlots({
            calendarOf: async () => calendar(),
            calendars: reads(asHeld(taken)).calendars,
          });
          const query = { from: range.start, to: range.end, duration_minutes };
          const slots: Window[] = [];
          let after: string | undefined;
          let pages = 0;
          do {
            const page = await list('tenant-1', userResource('user-1'), query, { limit, after });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            for (const { start_at, end_at, minutes } of page.items) {
              slots.push({ start: start_at, end: end_at });
              expect(minutes).toBe(lengthOf({ start: start_at, end: end_at }) / 60_000);
            }
            after = page.next;
            pages += 1;
          } while (after !== undefined && pages < 200);
          expect(after).toBeUndefined();
          expect(slots).toEqual(gapsIn(range, taken).filter((gap) => lengthOf(gap) >= duration_minutes * 60_000));
        },
      ),
    );
  });
});
