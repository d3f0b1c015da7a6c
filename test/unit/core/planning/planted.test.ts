import type { compile } from '../../../../core/planning/model.ts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlanProblem } from '../../../../core/planning/problem.ts';
import { crowdedDay } from './days.ts';

/** A function of the planner, replaced by a broken one made of the right one. */
interface Fault {
  readonly path: string;
  readonly name: string;
  readonly breakIt: (right: (...args: never[]) => unknown) => (...args: never[]) => unknown;
}

const fault = <A extends unknown[], R>(
  path: string,
  name: string,
  breakIt: (right: (...args: A) => R) => (...args: A) => R,
): Fault => ({ path, name, breakIt: breakIt as unknown as Fault['breakIt'] });

type Model = ReturnType<typeof compile>;
interface Priced {
  readonly value: number;
}

/** Faults that a hand could make in the search, its model, its bounds and its reasons. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'everybody is always free': fault<unknown[], boolean>('schedule', 'isFree', () => () => true),
  'nothing is ever in the way': fault<unknown[], readonly number[]>('schedule', 'blockersOf', () => () => []),
  'tasks draw no assets': fault<unknown[], readonly unknown[]>('schedule', 'drawFor', () => () => []),
  'assets are chosen without a look at their windows': fault<[unknown, unknown, unknown], unknown>(
    'greedy',
    'chooseAssets',
    (right) => (demands, _, countOf) => right(demands, () => true, countOf),
  ),
  'everybody may take everything': fault<[unknown], Model>('model', 'compile', (right) => (problem) => {
    const model = right(problem);
    const everybody = Int32Array.from({ length: model.personCount }, (_, u) => u);
    const all = Int32Array.from({ length: model.taskCount }, (_, t) => t);
    return {
      ...model,
      isEligible: model.isEligible.map(() => 1),
      peopleOf: model.peopleOf.map(() => everybody),
      tasksOf: model.tasksOf.map(() => all),
    };
  }),
  'gains are half of what they are': fault<[unknown], Model>('model', 'compile', (right) => (problem) => {
    const model = right(problem);
    return { ...model, gain: model.gain.map((one) => Math.floor(one / 2)) };
  }),
  'what the workload takes is forgotten': fault<[unknown], Model>('model', 'compile', (right) => (problem) => {
    const model = right(problem);
    return { ...model, steps: model.steps.map(() => new Float64Array(1)) };
  }),
  'pinned tasks are not': fault<[PlanProblem], Model>('model', 'compile', (right) => (problem) => {
    return right({ ...problem, tasks: problem.tasks.map((task) => ({ ...task, is_pinned: false })) });
  }),
  'the bound is a little too low': fault<unknown[], Priced>('bound', 'boundPriority', (right) => (...args) => {
    const bound = right(...args);
    return { ...bound, value: Math.floor(bound.value * 0.8) };
  }),
  'the bound on the score is a little too low': fault<unknown[], Priced>('bound', 'boundGain', (right) => (...args) => {
    const bound = right(...args);
    return { ...bound, value: Math.floor(bound.value * 0.8) };
  }),
  'no asset is ever left': fault<unknown[], { readonly sizes: readonly number[] }>(
    'moments',
    'momentsOf',
    (right) =>
      (...args) => {
        const moments = right(...args);
        return { ...moments, sizes: moments.sizes.map(() => -1) };
      },
  ),
  'people cannot take a task after another': fault<[unknown], { readonly next: readonly Int32Array[] }>(
    'relaxation',
    'frameOf',
    (right) => (model) => {
      const frame = right(model);
      return { ...frame, next: frame.next.map((list) => list.map(() => list.length)) };
    },
  ),
  'the price of an exchange is off by a thousandth': fault<
    unknown[],
    { readonly price: { readonly priority: number; readonly score: number } }
  >('exchange', 'exchangeOf', (right) => (...args) => {
    const exchange = right(...args);
    return { ...exchange, price: { ...exchange.price, score: exchange.price.score + 0.001 } };
  }),
  'an exchange forgets who must move': fault<unknown[], { readonly goes: ReadonlyMap<number, unknown> } | undefined>(
    'exchange',
    'cheapestExchange',
    (right) =>
      (...args) => {
        const trial = right(...args);
        return trial === undefined ? undefined : { ...trial, goes: new Map([...trial.goes].slice(0, 1)) };
      },
  ),
  'any holder of an asset is called a rival': fault<unknown[], readonly number[]>(
    'exchange',
    'rivalsForAssets',
    () => () => [0, 1, 2, 3],
  ),
  'the order of time is lost between schedule and plan': fault<
    unknown[],
    ReadonlyMap<string, { readonly user_id: string; readonly asset_ids: readonly string[] }>
  >('placement', 'placementOfSchedule', (right) => (...args) => {
    const placement = [...right(...args)];
    const people = placement.map(([, { user_id }]) => user_id);
    return new Map(placement.map(([id, one], index) => [id, { ...one, user_id: people.at(index - 1) ?? '' }]));
  }),
};

const SEEDS = [100, 101, 102, 103];

describe('a fault planted in the planner', () => {
  beforeEach(() => {
    vi.resetModules();
  });

  /** Whether the plan of one of these days is refused. */
  const isRefused = async (): Promise<boolean> => {
    const { planDay } = await import('../../../../core/planning/plan.ts');
    return SEEDS.some((seed) => {
      try {
        planDay(crowdedDay(seed), { seed, effort: 'quick' });
        return false;
      } catch {
        return true;
      }
    });
  };

  it.each(Object.entries(FAULTS))('is found: %s', async (_, { path, name, breakIt }) => {
    const file = `../../../../core/planning/${path}.ts`;
    vi.doMock(file, async (importOriginal) => {
      const module = await importOriginal<Record<string, (...args: never[]) => unknown>>();
      const right = module[name];
      if (right === undefined) throw new Error(`${path} has no ${name}.`);
      return { ...module, [name]: breakIt(right) };
    });
    try {
      expect(await isRefused()).toBe(true);
    } finally {
      vi.doUnmock(file);
    }
  });

  it('is what the plans are refused for: without one they are not', async () => {
    expect(await isRefused()).toBe(false);
  });
});
