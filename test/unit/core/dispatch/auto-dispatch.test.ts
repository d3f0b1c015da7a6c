import { scheduleConflict } from '../../refusals.ts';
import { describe, expect, it } from 'vitest';
import { makeSeal } from '../../../../adapters/http/cursor.ts';
import type { Tally } from '../../../../core/assets/asset.ts';
import { resourceOf, type Calendar, type Consistency, type Surveyed } from '../../../../core/calendar/calendar.ts';
import { type Guard } from '../../../../core/calendar/guard.ts';
import { DomainError } from '../../../../core/errors.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { makeAutoDispatchTask, type AutoDispatchDraft } from '../../../../core/dispatch/auto-dispatch.ts';
import { scheduleOf, type Task } from '../../../../core/tasks/task.ts';
import { CALL, clockAt, makeIds, NOW, only, refusalOf, retry, staleRead } from '../../fakes.ts';
import { calendar, held, scheduled, task, windowOn } from '../../records.ts';
import type { Change } from '../../writes.ts';

const PLANNED = task({ ...scheduled('08:00:00', '10:00:00'), org_unit_id: 'unit-1', area_code: 'N', priority: 6 });
const IN_THE_WAY = held('other', windowOn('09:00:00', '11:00:00'));
const MEMBER = [{ org_unit_id: 'unit-1', is_primary: true, created_at: NOW }];

const free = (user_id: string, patch: Partial<Calendar> = {}): Surveyed => ({
  calendar: calendar({ user_id, ...patch }),
  overlapping: [],
});
const busy = (user_id: string, patch: Partial<Calendar> = {}): Surveyed => ({
  ...free(user_id, patch),
  overlapping: [IN_THE_WAY],
});

interface Given {
  readonly task?: Task;
  /** What a survey sees: of the given strength, the n-th of all (from 1). */
  readonly users: readonly Surveyed[] | ((consistency: Consistency, number: number) => readonly Surveyed[]);
  readonly tally?: Tally;
  /** What the guard says of a user, the n-th time it is asked (from 1): nothing where it lets the dispatch through. */
  readonly guard?: (userId: string, number: number) => DomainError | undefined;
  readonly activeUserIds?: readonly string[];
}

const makeScene = ({ task: given = PLANNED, users, tally = { total: 3, available: 2 }, ...rest }: Given) => {
  const surveys: { ids: readonly string[]; consistency: Consistency }[] = [];
  const seenBy = (consistency: Consistency) =>
    typeof users === 'function' ? users(consistency, surveys.length) : users;
  let [looks, tallies] = [0, 0];
  const asked: string[] = [];
  const dispatched: Parameters<Guard<Change>>[1][] = [];
  let askedForActive: number | undefined;
  const run = makeAutoDispatchTask({
    tasks: {
      get: async () => {
        looks += 1;
        return { task: given, later: [] };
      },
    },
    calendars: {
      find: () => Promise.reject(new Error('not needed')),
      overlapping: async (calendar) => {
        const { id } = resourceOf(calendar);
        const one = seenBy('strong').find(({ calendar: of }) => of.user_id === id);
        return one?.overlapping ?? [];
      },
      survey: async (_tenantId, ids, _wanted, consistency) => {
        surveys.push({ ids, consistency });
        return seenBy(consistency).filter(({ calendar: { user_id } }) => ids.includes(user_id));
      },
      held: async () => [],
      surveyAssets: async () => [],
      open: () => Promise.reject(new Error('not needed')),
      absences: () => Promise.reject(new Error('not needed')),
      findAbsence: () => Promise.reject(new Error('not needed')),
      findAbsences: () => Promise.reject(new Error('not needed')),
      activeUserIds: async (_tenantId, limit) => {
        askedForActive = limit;
        return rest.activeUserIds ?? [];
      },
    },
    assets: {
      findMany: async () => [],
      ofTypes: async () => [],
      tally: async () => {
        tallies += 1;
        return tally;
      },
    },
    strategies: { chosen: async () => ({ tenant_id: 'tenant-1', active: null, shadow: null, version: 0 }) },
    guard: async (_call, move) => {
      const [take] = move.bookings.take ?? [];
      const userId = take === undefined ? 'nobody' : resourceOf(take.calendar).id;
      asked.push(userId);
      const refusal = rest.guard?.(userId, asked.length);
      if (refusal !== undefined) throw refusal;
      dispatched.push(move);
    },
    turns: (_name, work) => work(),
    retry,
    clock: clockAt(),
    newId: makeIds(),
  });
  const ask = (draft: AutoDispatchDraft) => run({ ...CALL, seal: makeSeal('key', CALL.tenantId) }, 'task-1', draft);
  const autoDispatch = (...candidate_user_ids: readonly string[]) =>
    ask({ candidate_user_ids: [...candidate_user_ids], note: 'auto' });
  const entry = () => {
    const [change] = only(dispatched).changes;
    if (change?.kind !== 'task_changed') throw new Error(`a ${change?.kind}`);
    return change.entry;
  };
  const decision = () => {
    const [, change] = only(dispatched).changes;
    if (change?.kind !== 'decision_made') throw new Error(`a ${change?.kind}`);
    return change.decision;
  };
  const wholeLooks = () => ({ looks, tallies });
  return {
    ...{ ask, autoDispatch, surveys, asked, dispatched, entry, decision, wholeLooks },
    askedForActive: () => askedForActive,
  };
};

const conflict = (userId: string) => scheduleConflict(userId, [IN_THE_WAY]);

describe('auto-dispatch', () => {
  it('takes the best candidate who is free, and shows every score, best first', async () => {
    const { autoDispatch, dispatched, surveys } = makeScene({
      users: [free('c', { active_count: 1 }), busy('b', { memberships: MEMBER }), free('a', { memberships: MEMBER })],
    });
    const answer = await autoDispatch('b', 'c', 'a');

    expect(answer).toMatchObject({
      selected_user_id: 'a',
      dispatch_mode: 'AUTO',
      task: { assigned_to: 'a', version: 2 },
    });
    // base + workload + member + assets + priority + risk, less the overlap
    expect(answer.scores.map(({ user_id, total_score }) => [user_id, total_score])).toEqual([
      ['a', 16 + 32 + 24 + 16 + 7.2 + 4.5],
      ['c', 16 + 24 + 0 + 16 + 7.2 + 4.5],
      ['b', 64.7],
    ]);
    expect(answer.resource_snapshot).toEqual({
      scope_area_code: 'N',
      total_assets: 3,
      available_assets: 2,
      score_strategy: {
        version: 'v2.0',
        schedule_enabled: true,
        weights: {
          base: 16,
          workload: 8,
          org_match: 24,
          resource: 8,
          priority: 1.2,
          risk: 1.5,
          conflict_penalty_per_overlap: 35,
        },
      },
    });
    expect(only(dispatched)).toMatchObject({
      answer,
      bookings: { take: [{ calendar: { user_id: 'a' }, holding: { task_id: 'task-1' } }] },
    });
    expect(surveys.map(({ consistency }) => consistency)).toEqual(['eventual']);
  });

  it('keeps in the history what rebuilds the decision', async () => {
    const { autoDispatch, entry } = makeScene({ users: [free('a'), busy('b')] });
    const { scores, resource_snapshot, decision_id } = await autoDispatch('a', 'b');
    expect(entry()).toMatchObject({ action: 'dispatched', note: 'auto', actor_id: 'actor-1', to_state: 'DISPATCHED' });
    expect(entry().detail).toEqual({
      assigned_to: 'a',
      dispatch_mode: 'AUTO',
      decision_id,
      schedule: scheduleOf(PLANNED),
      resource_snapshot,
      scores,
      scores_left_out: 0,
      passed_over: [],
    });
  });

  it('never takes a candidate with a conflict, however good the score', async () => {
    const { autoDispatch } = makeScene({
      users: [busy('a', { memberships: MEMBER }), free('b', { active_count: 9 })],
      tally: { total: 0, available: 0 },
    });
    expect((await autoDispatch('a', 'b')).selected_user_id).toBe('b');
  });

  it('of an unscheduled task takes anyone, and says that the schedule played no part', async () => {
    const { autoDispatch } = makeScene({ task: task(), users: [free('a')] });
    const { resource_snapshot, scores } = await autoDispatch('a');
    expect(resource_snapshot).toMatchObject({ scope_area_code: null, score_strategy: { schedule_enabled: false } });
    expect(only(scores).reasons).toHaveLength(7);
  });

  it('counts duplicates once, and leaves out the unknown and the inactive', async () => {
    const { autoDispatch, surveys } = makeScene({ users: [free('a'), free('off', { is_active: false })] });
    const { scores } = await autoDispatch('a', 'off', 'a', 'nobody');
    expect(scores.map(({ user_id }) => user_id)).toEqual(['a']);
    expect(only(surveys).ids).toEqual(['a', 'off', 'nobody']);
  });

  it('asks all active users of the tenant when nobody is named', async () => {
    const { autoDispatch, surveys } = makeScene({ users: [free('a'), free('b')], activeUserIds: ['a', 'b'] });
    await autoDispatch();
    expect(only(surveys).ids).toEqual(['a', 'b']);
  });

  it('is refused in a tenant of more than 1,000 active users, who must be named; 1,000 are taken', async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`);
    const many = makeScene({ users: [free('u0')], activeUserIds: ids(LIMITS.candidates + 1) });
    const { details, message } = await refusalOf(() => many.autoDispatch(), 'too_many_candidates');
    expect(details).toEqual({ limit: 1_000 });
    expect(message).toContain('candidate_user_ids');
    expect(many.askedForActive()).toBe(LIMITS.candidates + 1);
    const enough = makeScene({ users: [free('u0')], activeUserIds: ids(LIMITS.candidates) });
    expect((await enough.autoDispatch()).selected_user_id).toBe('u0');
  });
});

describe('auto-dispatch when the chosen one becomes busy', () => {
  it('takes the next one, and the history says who was passed over', async () => {
    const { autoDispatch, asked, entry, surveys } = makeScene({
      users: [free('a'), free('b', { active_count: 1 }), free('c', { active_count: 2 })],
      guard: (userId) => (userId === 'a' ? conflict('a') : undefined),
    });
    expect((await autoDispatch('a', 'b', 'c')).selected_user_id).toBe('b');
    expect(asked).toEqual(['a', 'b']);
    expect(entry().detail['passed_over']).toEqual([{ user_id: 'a', reason: 'became_busy' }]);
    expect(surveys).toHaveLength(1);
  });

  it('says of that one, too, why: with what the guard found in the way', async () => {
    const { autoDispatch } = makeScene({
      users: [free('a'), busy('b'), free('c', { active_count: 1 })],
      guard: (userId) => (userId === 'a' ? conflict('a') : undefined),
    });
    const { excluded, margin, flips, selected_user_id } = await autoDispatch('a', 'b', 'c');
    expect(selected_user_id).toBe('c');
    expect(excluded.map(({ user_id, code, conflicts }) => [user_id, code, conflicts.length])).toEqual([
      ['b', 'schedule_conflict', 1],
      ['a', 'schedule_conflict', 1],
    ]);
    expect({ margin, flips }).toEqual({ margin: null, flips: [] });
  });

  it('looks again when what it read was stale, and names one whom the second look finds busy', async () => {
    const { autoDispatch, entry, surveys } = makeScene({
      users: (_, number) => (number === 1 ? [free('a'), free('b')] : [busy('a'), free('b')]),
      guard: (_, number) => (number === 1 ? staleRead() : undefined),
    });
    expect((await autoDispatch('a', 'b')).selected_user_id).toBe('b');
    expect(surveys).toHaveLength(2);
    expect(entry().detail['passed_over']).toEqual([{ user_id: 'a', reason: 'became_busy' }]);
  });

  it('does not claim that one became busy who is only ranked lower now', async () => {
    const { autoDispatch, entry } = makeScene({
      users: (_, number) => (number === 1 ? [free('a'), free('b')] : [free('a', { active_count: 2 }), free('b')]),
      guard: (_, number) => (number === 1 ? staleRead() : undefined),
    });
    expect((await autoDispatch('a', 'b')).selected_user_id).toBe('b');
    expect(entry().detail['passed_over']).toEqual([]);
  });

  it('does not pass over one who is taken after all', async () => {
    const { autoDispatch, entry } = makeScene({
      users: [free('a'), free('b')],
      guard: (_, number) => (number === 1 ? staleRead() : undefined),
    });
    expect((await autoDispatch('a', 'b')).selected_user_id).toBe('a');
    expect(entry().detail['passed_over']).toEqual([]);
  });
});

describe('auto-dispatch when a rival was faster', () => {
  const first = (number: number) => (number === 1 ? staleRead('calendar') : undefined);

  it('reads anew that candidate and those as good, and nothing else', async () => {
    const { autoDispatch, surveys, asked, wholeLooks } = makeScene({
      users: (_, number) => [
        free('a', { active_count: number === 1 ? 0 : 1 }),
        free('b'),
        free('c', { active_count: 3 }),
        busy('d'),
        free('off', { is_active: false }),
      ],
      guard: (_, number) => first(number),
    });
    expect((await autoDispatch('a', 'b', 'c', 'd', 'off')).selected_user_id).toBe('b');
    expect(asked).toEqual(['a', 'b']);
    expect(surveys).toEqual([
      { ids: ['a', 'b', 'c', 'd', 'off'], consistency: 'eventual' },
      { ids: ['a', 'b'], consistency: 'strong' },
    ]);
    expect(wholeLooks()).toEqual({ looks: 1, tallies: 1 });
  });

  it('reads again a bounded number of those as good', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `u${String(index).padStart(2, '0')}`);
    const { autoDispatch, surveys } = makeScene({
      users: ids.map((id) => free(id)),
      guard: (_, number) => first(number),
    });
    await autoDispatch(...ids);
    expect(surveys[1]?.ids).toEqual(ids.slice(0, LIMITS.equalsReadAgain));
  });

  it('keeps the decision that was made: the facts as read anew, the ranking of them, nobody passed over', async () => {
    const { autoDispatch, decision, entry } = makeScene({
      users: (_, number) => [free('a', { active_count: number === 1 ? 0 : 1 }), free('b'), busy('c')],
      guard: (_, number) => first(number),
    });
    const { scores } = await autoDispatch('a', 'b', 'c');
    const facts = (user_id: string, active_assignments: number, overlaps: number) => ({
      ...{ user_id, active_assignments, is_member: false, overlaps },
    });
    expect(decision()).toMatchObject({
      selected_user_id: 'b',
      became_busy: [],
      candidates: [facts('b', 0, 0), facts('a', 1, 0), facts('c', 0, 1)],
      ranking: scores.map(({ user_id, total_score }) => [user_id, total_score]),
    });
    expect(entry().detail['passed_over']).toEqual([]);
  });

  it('keeps whom the guard had found busy before', async () => {
    const { autoDispatch, asked, decision } = makeScene({
      users: (_, number) => [
        free('a'),
        free('b', { active_count: number === 1 ? 1 : 2 }),
        free('c', { active_count: 3 }),
      ],
      guard: (userId, number) => (userId === 'a' ? conflict('a') : number === 2 ? staleRead('calendar') : undefined),
    });
    expect((await autoDispatch('a', 'b', 'c')).selected_user_id).toBe('b');
    expect(asked).toEqual(['a', 'b', 'b']);
    expect(decision()).toMatchObject({ became_busy: ['a'], selected_user_id: 'b' });
  });

  it('looks at everything when nobody is free any more, and when the task moved', async () => {
    const gone = makeScene({
      users: (_, number) => (number === 2 ? [busy('a')] : [free('a')]),
      guard: (_, number) => first(number),
    });
    expect((await gone.autoDispatch('a')).selected_user_id).toBe('a');
    expect(gone.wholeLooks()).toEqual({ looks: 2, tallies: 2 });
    const moved = makeScene({
      users: [free('a')],
      guard: (_, number) => (number === 1 ? staleRead('task') : undefined),
    });
    await moved.autoDispatch('a');
    expect(moved.wholeLooks()).toEqual({ looks: 2, tallies: 2 });
  });

  it('is a matter of no other candidate for a plan: everything is looked at again', async () => {
    const before = makeScene({ users: [free('a'), free('b')] });
    const { plan_token } = await before.ask({ candidate_user_ids: ['a', 'b'], validate_only: true });
    const { ask, asked, wholeLooks } = makeScene({
      users: (_, number) => [free('a', { version: number < 3 ? 1 : 2 }), free('b')],
      guard: (_, number) => first(number),
    });
    await refusalOf(() => ask({ plan_token }), 'plan_stale');
    expect(asked).toEqual(['a']);
    expect(wholeLooks()).toEqual({ looks: 2, tallies: 2 });
  });
});

describe('a plan', () => {
  /** A scene whose surveys answer by turns, and the token of a preview made where all are free. */
  const planned = async (given: Omit<Given, 'users'>, ...turns: readonly (readonly Surveyed[])[]) => {
    const before = makeScene({ users: [free('a'), free('b')] });
    const { plan_token } = await before.ask({ candidate_user_ids: ['a', 'b'], validate_only: true });
    expect(before.surveys.map(({ consistency }) => consistency)).toEqual(['strong', 'strong']);
    const scene = makeScene({ ...given, users: (_, number) => turns[Math.min(number, turns.length) - 1] ?? [] });
    return { ...scene, commit: () => scene.ask({ plan_token }) };
  };

  it('is never committed to another one than it showed, when the guard finds the chosen one busy', async () => {
    const taken = busy('a', { version: 2, recent: [{ version: 2, task_id: 'rival', name: 'Rival' }] });
    const { commit, dispatched, asked } = await planned(
      { guard: (userId) => (userId === 'a' ? conflict('a') : undefined) },
      [free('a'), free('b')],
      [free('a'), free('b')],
      [taken, free('b')],
    );
    const { details } = await refusalOf(commit, 'plan_stale');
    expect(details.differences).toEqual([
      {
        subject: 'calendar',
        user_id: 'a',
        before: 1,
        now: 2,
        taken: [{ task_id: 'rival', name: 'Rival', planned_start_at: null, planned_end_at: null }],
        absences: [],
        other_changes: 0,
      },
    ]);
    expect(asked).toEqual(['a']);
    expect(dispatched).toEqual([]);
  });

  it('is not trusted to windows that came after the calendars were read', async () => {
    const { commit, dispatched, asked } = await planned(
      {},
      // The calendar as it was, and already the window of a rival.
      [busy('a'), free('b')],
      [free('a', { version: 2 }), free('b')],
    );
    await refusalOf(commit, 'plan_stale');
    expect([asked, dispatched]).toEqual([[], []]);
  });

  it('of a user who was not there is stale when there is one', async () => {
    const before = makeScene({ users: [free('a')] });
    const { plan_token, excluded } = await before.ask({ candidate_user_ids: ['a', 'new'], validate_only: true });
    expect(excluded).toMatchObject([{ user_id: 'new', code: 'unknown_user' }]);
    const { details } = await refusalOf(
      () => makeScene({ users: [free('a'), free('new', { version: 3 })] }).ask({ plan_token }),
      'plan_stale',
    );
    expect(details.differences).toMatchObject([{ subject: 'calendar', user_id: 'new', before: null, now: 3 }]);
    const after = await makeScene({ users: [free('a')] }).ask({ plan_token });
    expect(after.excluded).toEqual(excluded);
  });

  it('counts what it cannot name', async () => {
    const recent = Array.from({ length: 8 }, (_, at) => ({ version: 20 - at, task_id: `t${at}`, name: 'T' }));
    const { commit } = await planned({}, [free('a', { version: 20, recent }), free('b')]);
    const { details } = await refusalOf(commit, 'plan_stale');
    expect(details.differences).toMatchObject([{ before: 1, now: 20, other_changes: 11 }]);
    expect((details.differences as { taken: object[] }[])[0]?.taken).toHaveLength(8);
  });

  it('counts a change that took two windows once', async () => {
    const recent = ['t1', 't2'].map((task_id) => ({ version: 2, task_id, name: 'T' }));
    const { commit } = await planned({}, [free('a'), free('b')], [free('a', { version: 2, recent }), free('b')]);
    const { details } = await refusalOf(commit, 'plan_stale');
    expect(details.differences).toMatchObject([{ before: 1, now: 2, taken: [{}, {}], other_changes: 0 }]);
  });
});

describe('auto-dispatch without an answer', () => {
  it('is only refused for want of a free candidate after a strongly consistent look', async () => {
    const { autoDispatch, surveys } = makeScene({ users: [busy('a'), busy('b')] });
    const { message } = await refusalOf(() => autoDispatch('a', 'b'), 'no_conflict_free_candidate');
    expect(message).toContain('None of the 2 candidates is free');
    expect(surveys.map(({ consistency }) => consistency)).toEqual(['eventual', 'strong', 'strong']);
  });

  it('looks from the start when a candidate changed during the look: there may have been no moment without one', async () => {
    const { autoDispatch, surveys } = makeScene({
      users: (_, number) => (number < 3 ? [busy('a')] : number === 3 ? [busy('a', { version: 9 })] : [free('a')]),
    });
    expect((await autoDispatch('a')).selected_user_id).toBe('a');
    expect(surveys).toHaveLength(4);
  });

  it('finds in the strong look whom the quick one missed', async () => {
    const { autoDispatch } = makeScene({
      users: (consistency) => (consistency === 'eventual' ? [busy('a')] : [free('a')]),
    });
    expect((await autoDispatch('a')).selected_user_id).toBe('a');
  });

  it('is only refused for want of candidates after a strongly consistent look', async () => {
    const { autoDispatch, surveys } = makeScene({ users: [free('off', { is_active: false })] });
    await refusalOf(() => autoDispatch('off', 'nobody'), 'no_candidates');
    expect(surveys.map(({ consistency }) => consistency)).toEqual(['eventual', 'strong', 'strong']);
    const justCreated = makeScene({ users: (consistency) => (consistency === 'eventual' ? [] : [free('new')]) });
    expect((await justCreated.autoDispatch('new')).selected_user_id).toBe('new');
  });

  it('is refused in a tenant without active users', async () => {
    const { autoDispatch } = makeScene({ users: [] });
    await refusalOf(() => autoDispatch(), 'no_candidates');
  });

  it('is refused where a manual dispatch would be', async () => {
    const unapproved = makeScene({ task: task({ requires_approval: true }), users: [free('a')] });
    await refusalOf(() => unapproved.autoDispatch('a'), 'approval_required');
    const done = makeScene({ task: task({ state: 'ARCHIVED' }), users: [free('a')] });
    await refusalOf(() => done.autoDispatch('a'), 'illegal_transition');
  });

  it('throws a refusal of another kind on, without trying the next candidate', async () => {
    const { autoDispatch, asked } = makeScene({
      users: [free('a'), free('b')],
      guard: () => new DomainError('inactive_user', 'User a is not active.', {}),
    });
    await refusalOf(() => autoDispatch('a', 'b'), 'inactive_user');
    expect(asked).toEqual(['a']);
  });
});

describe('the history of an auto-dispatch', () => {
  it('keeps the 50 best scores, and says how many more there were', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `u${String(index).padStart(2, '0')}`);
    const { autoDispatch, entry } = makeScene({ users: ids.map((id) => free(id)) });
    const { scores } = await autoDispatch(...ids);
    expect(scores).toHaveLength(60);
    expect(entry().detail['scores']).toEqual(scores.slice(0, 50));
    expect(entry().detail['scores_left_out']).toBe(10);
  });
});
