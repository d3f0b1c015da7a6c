import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contestedIntent,
  equippedIntent,
  equippedRush,
  operatedIntent,
  operatedRush,
  fickleIntent,
  fickleRush,
  planIntent,
  planRush,
  qualifiedIntent,
  qualifiedRush,
  replanIntent,
  replanRush,
  rush,
} from './intents.ts';
import { MIXES, PLANTED, type Mix, type Planted } from './planted.ts';
import { firstWorld, qualifiedWorld } from './service.ts';
import { newTally, runTogether, scheduler, togetherCommands } from './runs.ts';
import { IS_LONG, SEED } from '../integration/random.ts';
import { FRESH_TEETH, SOUND, TEETH, TIMEOUT } from './sizes.ts';

const REQUESTS = {
  contested: { world: firstWorld, intent: contestedIntent, rush },
  fickle: { world: firstWorld, intent: fickleIntent, rush: fickleRush },
  replanned: { world: firstWorld, intent: replanIntent, rush: replanRush },
  planned: { world: firstWorld, intent: planIntent, rush: planRush },
  equipped: { world: firstWorld, intent: equippedIntent, rush: equippedRush },
  operated: { world: firstWorld, intent: operatedIntent, rush: operatedRush },
  qualified: { world: qualifiedWorld, intent: qualifiedIntent, rush: qualifiedRush },
} as const satisfies Record<Mix, unknown>;

interface Bound {
  readonly seed: number;
  readonly runs: number;
}

/** What the judge says in the first run that fails; nothing when all pass. A fault need not be made small. */
const look = async (
  { seed, runs }: Bound,
  mix: Mix,
  make: Planted['make'] = () => ({}),
  tally = newTally(),
): Promise<string> => {
  const { world, intent, rush: meeting } = REQUESTS[mix];
  const property = fc.asyncProperty(
    togetherCommands(intent, meeting, 16),
    fc.nat(),
    scheduler(),
    (commands, lag, turns) => runTogether(commands, { start: world(), scheduler: turns, lag, tally, faulty: make() }),
  );
  const { errorInstance } = await fc.check(property, { seed, numRuns: runs, endOnFailure: true });
  return errorInstance instanceof Error ? errorInstance.message : '';
};

/** What has to have been answered in the sound runs of a mix, one of each line: what never happens proves nothing. */
const HAPPENS: Readonly<Record<Mix, readonly string[]>> = {
  contested: ['dispatch ok', 'dispatch schedule_conflict', 'auto ok', 'batch ok', 'move ok', 'preview of dispatch ok'],
  fickle: ['auto ok', 'auto no_candidates', 'activate ok'],
  replanned: [
    ...[
      'reassign ok',
      'reassign schedule_conflict / reassign unavailable',
      'reschedule ok',
      'unassign ok',
      'reschedule schedule_conflict / reschedule unavailable',
    ],
    ...['absence ok', 'absence schedule_conflict', 'absence unavailable', 'present ok', 'dispatch unavailable'],
  ],
  planned: [
    ...['preview of auto ok', 'commit ok', 'commit plan_stale', 'revise ok', 'create ok', 'create inactive_template'],
    ...['submit ok', 'approve ok', 'amend ok'],
  ],
  equipped: [
    ...['dispatch ok', 'dispatch asset_conflict', 'dispatch asset_unavailable', 'dispatch outside_working_hours'],
    ...['reassign ok', 'reschedule ok', 'reschedule asset_conflict', 'move ok', 'hours ok', 'availability ok'],
  ],
  operated: [
    ...['dispatch ok', 'dispatch asset_unavailable', 'dispatch asset_conflict', 'maintenance ok', 'maintained ok'],
    ...['maintenance schedule_conflict', 'maintenance unavailable', 'operation ok', 'reschedule asset_unavailable'],
    ...['reassign ok', 'reassign asset_unavailable'],
  ],
  qualified: [
    ...[
      'dispatch ok',
      'dispatch not_qualified',
      'dispatch outside_working_hours',
      'auto ok',
      'grant ok',
      'withdraw ok',
    ],
    ...['reassign ok', 'reassign not_qualified', 'reschedule ok', 'reschedule not_qualified', 'amend ok'],
  ],
};

/** The quick run looks for the first fault of each mix; the long one for all, and for some with a fresh seed too. */
const lookedFor = (mixes: readonly Mix[]) => {
  const planted = mixes.map((mix) => PLANTED.filter((one) => (one.mix ?? 'contested') === mix));
  return [
    ...planted.flatMap((faults) => (IS_LONG ? faults : faults.slice(0, 1))).map((fault) => ({ ...fault, ...TEETH })),
    ...planted
      .flat()
      .filter((_, at) => IS_LONG && at % 4 === SEED % 4)
      .map((fault) => ({ ...fault, ...FRESH_TEETH })),
  ];
};

export const ABOUT_TIME: readonly Mix[] = ['contested', 'fickle', 'replanned', 'planned'];
/** All others. */
export const ABOUT_DEMANDS = MIXES.filter((mix) => !ABOUT_TIME.includes(mix));

/** That the tests would find what they are there to find. In several files, so that several workers look. */
export const testTeeth = (mixes: readonly Mix[]): void => {
  describe('a planted fault is found', () => {
    it.each(lookedFor(mixes))(
      '$what, within $runs runs of the seed $seed',
      async ({ make, mix = 'contested', ...bound }) => {
        const found = await look(bound, mix, make);
        expect(found).not.toBe('');
        // The fault has to break a promise, not the program.
        expect(found).not.toContain('answered 500');
      },
      TIMEOUT,
    );
  });

  describe('the same runs find nothing in the sound service', () => {
    it.each(mixes)(
      '%s',
      async (mix) => {
        const tally = newTally();
        expect(await look(SOUND, mix, () => ({}), tally)).toBe('');
        // Too few runs meet everything.
        if (!IS_LONG) return;
        const isMet = (line: string): boolean => line.split(' / ').some((answer) => tally.answers.has(answer));
        expect(HAPPENS[mix].filter((line) => !isMet(line))).toEqual([]);
      },
      TIMEOUT,
    );
  });
};
