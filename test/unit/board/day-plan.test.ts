import { describe, expect, it } from 'vitest';
import {
  differenceText,
  draftOf,
  gapText,
  ghostsOf,
  inOrder,
  progressText,
  reasonTexts,
  totalsRows,
  type Names,
  type Scope,
} from '../../../board/state/day-plan.ts';
import { planDraft } from '../../../core/plans/request.ts';

const names: Names = { task: (id) => id.toUpperCase(), person: (id) => `Mx ${id}` };
const DAY = { from: Date.parse('2026-03-02T00:00:00Z'), to: Date.parse('2026-03-03T00:00:00Z') };
const ALL: Scope = { taskIds: undefined, areaCode: '', typeId: '', userIds: undefined, effort: 'normal' };

describe('the request', () => {
  it.each<[string, Partial<Scope>, object]>([
    [
      'of everything',
      {},
      { tasks: { planned_from: '2026-03-02T00:00:00.000Z', planned_to: '2026-03-03T00:00:00.000Z' } },
    ],
    ['of a type in an area', { areaCode: 'N', typeId: 't' }, { tasks: { area_code: 'N', task_type_id: 't' } }],
    ['of some tasks', { taskIds: ['a', 'b'], areaCode: 'N' }, { tasks: { task_ids: ['a', 'b'] } }],
    ['among some people', { userIds: ['ada'], effort: 'quick' }, { candidate_user_ids: ['ada'], effort: 'quick' }],
  ])('%s is one that the service takes', (_, scope, expected) => {
    const draft = draftOf(DAY, { ...ALL, ...scope });
    expect(draft).toMatchObject(expected);
    expect(planDraft.safeParse(draft).success).toBe(true);
  });

  it('names neither people nor filters that were not chosen', () => {
    expect(Object.keys(draftOf(DAY, ALL))).toEqual(['tasks', 'effort']);
    expect(Object.keys(draftOf(DAY, ALL).tasks)).toEqual(['planned_from', 'planned_to']);
  });
});

describe('how good a plan is, in words', () => {
  const bound = { priority_placed: 200, score: 900 };

  it.each([
    [{ priority: 0, score: 0 }, 'This is the best plan there is.'],
    [
      { priority: 0, score: 0.0004 },
      'No plan places more priority. One that places as much could score at most 900: less than 0.1 % is missing.',
    ],
    [{ priority: 0.025, score: 0 }, 'No plan can place more priority than 200: at most 2.5 % of it is missing.'],
  ])('a gap of %j', (gap, text) => {
    expect(gapText({ gap, bound })).toBe(text);
  });

  it.each([
    [150, 200, 'a gap of 25 %'],
    [0, 0, 'a gap of 0 %'],
  ])('while it is made: %d of %d', (placed, most, text) => {
    const best = { priority_placed: placed, score: 1 };
    expect(progressText({ phase: 'search', best, bound: { priority_placed: most } })).toContain(text);
  });

  it('stands beside dispatching one by one, and beside the bound', () => {
    const totals = { placed: 3, unplaced: 1, priority_placed: 20, priority_total: 22, score: 300.126, moves: 0 };
    const baseline = { ...totals, placed: 2, priority_placed: 14, score: 200 };
    expect(totalsRows({ totals, baseline, bound: { priority_placed: 21, score: 310 } })).toEqual([
      { title: 'Placed, of 4 tasks', plan: 3, oneByOne: 2, atMost: undefined },
      { title: 'Priority placed', plan: 20, oneByOne: 14, atMost: 21 },
      { title: 'Score', plan: 300.13, oneByOne: 200, atMost: 310 },
    ]);
  });
});

describe('why a task is not placed, in words', () => {
  it('nobody may take it', () => {
    const detail = {
      rules: { not_qualified: 2, schedule_conflict: 1 },
      one_rule: [{ user_id: 'ada', rule: 'not_qualified' as const }],
    };
    expect(reasonTexts({ task_id: 'a', reason: 'no_eligible_user', detail }, names)).toEqual([
      'Nobody can take it: 1 busy, 2 not qualified.',
      'Only one thing is in the way of Mx ada (not qualified).',
    ]);
    const none = { rules: {}, one_rule: [] };
    expect(reasonTexts({ task_id: 'a', reason: 'no_eligible_user', detail: none }, names)).toEqual([
      'Nobody can take it: there is nobody.',
    ]);
  });

  it('equipment lacks', () => {
    const detail = { lacking: [{ asset_type: 'CRANE', needed: 2, available: 1 }] };
    expect(reasonTexts({ task_id: 'a', reason: 'no_equipment', detail }, names)).toEqual([
      'There is not enough equipment: CRANE: 2 needed, 1 free.',
    ]);
  });

  it.each([
    [{ priority: -4, score: -20 }, 'The plan would lose 4 priority and 20 points.'],
    [{ priority: -4, score: 7 }, 'The plan would lose 4 priority and gain 7 points.'],
    [{ priority: 0, score: -20 }, 'The plan would lose 20 points.'],
    [{ priority: 0, score: 0 }, 'It would cost nothing.'],
  ])('others are in the way, and to place it has a price: %j', (price, text) => {
    const changes = [
      { task_id: 'roof', from: 'ada', to: null, asset_ids: [] },
      { task_id: 'a', from: null, to: 'ada', asset_ids: [] },
    ];
    const detail = { exchange: { changes, price }, competes_with: { task_ids: ['roof'], user_ids: ['ada'] } };
    expect(reasonTexts({ task_id: 'a', reason: 'displaced', detail }, names)).toEqual([
      'Something that is worth more is in the way: ROOF.',
      `What would place it: leave out ROOF, A to Mx ada. ${text}`,
    ]);
  });
});

describe('what has moved since, in words', () => {
  const taken = [{ task_id: 'mast', name: 'Mast', planned_start_at: null, planned_end_at: null }];
  it.each<[Parameters<typeof differenceText>[0], string]>([
    [{ subject: 'task', task_id: 'roof', before: 1, now: 2 }, 'ROOF was changed.'],
    [{ subject: 'task', task_id: 'roof', before: 1, now: null }, 'ROOF is not there any more.'],
    [{ subject: 'calendar', user_id: 'ada', before: 1, now: 2, taken }, 'Mx ada took Mast since.'],
    [{ subject: 'calendar', user_id: 'ada', before: 1, now: 2 }, 'Mx ada has another calendar since.'],
    [{ subject: 'asset', asset_id: 'crane', before: 1, now: 2, taken }, 'Its equipment took Mast since.'],
    [{ subject: 'strategy', before: 'v2.0', now: 'v3' }, 'strategy: v2.0 before, v3 now.'],
  ])('%j', (difference, text) => {
    expect(differenceText(difference, names)).toBe(text);
  });
});

describe('the bars of a plan', () => {
  const assignment = (task_id: string, user_id: string) => ({ task_id, user_id });
  const task = (id: string, hour: number | undefined) => {
    const at = (h: number): string => new Date(DAY.from + h * 3_600_000).toISOString();
    const window = hour === undefined ? [null, null] : [at(hour), at(hour + 1)];
    return [id, { id, name: id, planned_start_at: window[0] ?? null, planned_end_at: window[1] ?? null }] as const;
  };
  const tasks = new Map([task('late', 15), task('early', 8), task('taken out', 9), task('free', undefined)]);
  const all = [...tasks.keys(), 'unread'].map((id) => assignment(id, 'ada'));

  it('are those that are wanted and have a window, each with whom it goes to', () => {
    const found = ghostsOf([...all, assignment('early', 'bela')], tasks, (id) => id !== 'taken out');
    expect([...found].map(([id, bars]) => [id, bars.map(({ name }) => name)])).toEqual([
      ['ada', ['late', 'early']],
      ['bela', ['early']],
    ]);
    expect(found.get('bela')?.[0]).toMatchObject({ start: DAY.from + 8 * 3_600_000, end: DAY.from + 9 * 3_600_000 });
  });

  it('are listed by start, those without a window last', () => {
    expect(inOrder(all, tasks).map(({ task_id }) => task_id)).toEqual(['early', 'taken out', 'late', 'free', 'unread']);
  });
});
