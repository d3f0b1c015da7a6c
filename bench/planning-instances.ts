import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { PlanProblem } from '../core/planning/problem.ts';
import { generateDay, generateSmptsp, readSmptsp } from './planning-days.ts';

export const METHODS = ['one by one', 'search', 'plan', 'HiGHS'] as const;
export type Method = (typeof METHODS)[number];

/** What a process of one method and day prints. */
export const measuredSchema = z.object({
  placed: z.number(),
  priority: z.number(),
  score: z.number(),
  most: z.object({ priority: z.number(), score: z.number() }).optional(),
  isProved: z.boolean(),
  /** Seconds of the first run in a process, which compiles what it runs, and of the second. */
  cpu: z.number(),
  cpuAgain: z.number().optional(),
  megabytes: z.number(),
});
export type Measured = z.infer<typeof measuredSchema>;

/** The days, by name. Too large for HiGHS alone is what it does not end within many minutes. */
export const GENERATED: Readonly<Record<string, { readonly isForHighs: boolean; readonly make: () => PlanProblem }>> = {
  '200 x 50, normal': {
    isForHighs: true,
    make: () => generateDay({ tasks: 200, people: 50, seed: 1, hours: 1.2, skills: 6, assets: 20 }),
  },
  '200 x 50, overloaded': {
    isForHighs: true,
    make: () => generateDay({ tasks: 200, people: 50, seed: 2, hours: 2.5, skills: 6, assets: 20 }),
  },
  '500 x 100': {
    isForHighs: true,
    make: () => generateDay({ tasks: 500, people: 100, seed: 3, hours: 1.6, skills: 6, assets: 40 }),
  },
  '2,000 x 500': {
    isForHighs: false,
    make: () => generateDay({ tasks: 2_000, people: 500, seed: 4, hours: 2, skills: 8, assets: 100 }),
  },
  'SMPTSP shape, 200 x 32': { isForHighs: true, make: () => generateSmptsp(200, 32, 66, 5) },
};

/**
 * Public instances: as many people as leave some of the jobs out. HiGHS alone is left to the small one: on the second it
 * takes two and a half minutes of a core, and ends unproved.
 */
export const PUBLIC: Readonly<Record<string, { readonly isForHighs: boolean; readonly people: number }>> = {
  'data_3_25_40_66.dat': { isForHighs: true, people: 16 },
  'data_27_49_204_66.dat': { isForHighs: false, people: 36 },
  'data_39_45_351_66.dat': { isForHighs: false, people: 32 },
};

export const dayOf = async (name: string, folder: string | undefined): Promise<PlanProblem> => {
  const generated = GENERATED[name];
  if (generated !== undefined) return generated.make();
  const people = PUBLIC[name]?.people;
  if (people === undefined || folder === undefined) throw new RangeError(`There is no day "${name}".`);
  return readSmptsp(await readFile(join(folder, name), 'utf8'), people);
};
