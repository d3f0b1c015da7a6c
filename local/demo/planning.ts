import { suggestionsSchema } from '../../core/calendar/suggest.ts';
import {
  autoDispatchTask,
  dispatchTask,
  listDecisions,
  reassignTask,
  replayDecision,
  rescheduleTask,
} from '../../functions/dispatch/contract.ts';
import { createFeed, deleteFeed, readFeed } from '../../functions/feeds/contract.ts';
import {
  createQualification,
  grantQualification,
  withdrawQualification,
} from '../../functions/qualifications/contract.ts';
import { amendTask, createTask, getTask, listHistory } from '../../functions/tasks/contract.ts';
import { removeWorkingHours, setWorkingHours } from '../../functions/working-hours/contract.ts';
import { expectEqual, expectFields, mismatch } from './expectation.ts';
import type { MainJob } from './main-job.ts';
import { tellHistory, windowText, type Stage } from './stage.ts';

/**
 * Dispatch that can be planned ahead and explains itself: a preview and its commit, an exclusion, a flip, a replay, and
 * changes of plan. It goes on where the main job ended: the member holds the morning, the substitute the noon.
 * Throws a mismatch at the first answer that is not the expected one.
 */
export const tellPlanning = async (stage: Stage, job: MainJob): Promise<void> => {
  const { client, tell, suffix, made } = stage;
  const { member, substitute } = job;
  const day = job.freeFrom.slice(0, 10);
  const nameOf = (userId: string): string =>
    [member, substitute].find(({ id }) => id === userId)?.name ?? `unknown user ${userId}`;
  const task = async (name: string, start: string, end: string) => {
    const { body } = await client.send(createTask, {
      body: {
        task_type_id: job.taskTypeId,
        template_id: job.templateId,
        org_unit_id: job.orgUnitId,
        area_code: job.areaCode,
        name,
        planned_start_at: `${day}T${start}:00Z`,
        planned_end_at: `${day}T${end}:00Z`,
      },
    });
    made.tasks.push(body.id);
    return body;
  };
  const candidate_user_ids = [member.id, substitute.id];

  const west = await task('West section', '11:00', '12:00');
  const west_params = { task_id: west.id };
  const plan = await tell.step('A preview of an automatic dispatch, which changes nothing', async () => {
    const { body } = await client.send(autoDispatchTask, {
      params: west_params,
      body: { candidate_user_ids, validate_only: true },
    });
    expectFields('The preview', body, { selected_user_id: member.id, margin: null, flips: [] });
    expectEqual(
      'The excluded',
      body.excluded.map(({ user_id, code }) => [user_id, code]),
      [[substitute.id, 'schedule_conflict']],
    );
    tell.say(`${nameOf(body.selected_user_id)} would get ${west.name}, ${windowText(west)}`);
    for (const { user_id, code, detail, conflicts } of body.excluded) {
      tell.say(`excluded: ${nameOf(user_id)}, ${code}: ${detail}`);
      for (const conflict of conflicts) tell.say(`in the way: ${conflict.name}, ${windowText(conflict)}`);
    }
    const { body: after } = await client.send(getTask, { params: west_params });
    expectEqual('The task after the preview', after, west);
    if (body.plan_token === undefined) throw mismatch('The preview', 'a plan_token', body);
    return { token: body.plan_token, shown: body };
  });

  await tell.step('The commit of the preview applies what was shown', async () => {
    const { body } = await client.send(autoDispatchTask, { params: west_params, body: { plan_token: plan.token } });
    const { selected_user_id, scores, excluded, resource_snapshot } = plan.shown;
    expectFields('The commit', body, { selected_user_id, scores, excluded, resource_snapshot });
    expectFields('The task', body.task, { state: 'DISPATCHED', assigned_to: member.id, version: 2 });
    const again = await client.refused(
      autoDispatchTask,
      { params: west_params, body: { plan_token: plan.token } },
      { status: 409, code: 'plan_stale' },
    );
    tell.say(`${nameOf(body.selected_user_id)} has it; the same token again: ${again.status} ${again.code}`);
  });

  const evening = await task('Evening flight', '14:00', '15:00');
  const params = { task_id: evening.id };
  const flip = await tell.step('What it would take to get the other one', async () => {
    const { body } = await client.send(autoDispatchTask, { params, body: { candidate_user_ids } });
    const [first] = body.flips;
    if (first === undefined || first.flip === 'none') throw mismatch('The flips', 'one of the substitute', body.flips);
    // The member leads by 24 points for the org unit, less 8 for one assignment more.
    expectFields('The choice', body, { selected_user_id: member.id, margin: 16, excluded: [] });
    expectEqual('The flip', first, {
      user_id: substitute.id,
      flip: { weight: 'org_match', from: 24, to: 8, change: -16 },
    });
    const { weight, from, to } = first.flip;
    tell.say(`${nameOf(body.selected_user_id)} by ${body.margin} points`);
    tell.say(`${nameOf(first.user_id)} would win with ${weight} at ${to} instead of ${from}`);
    return { decisionId: body.decision_id, weights: { [weight]: to } };
  });

  await tell.step('The decision, replayed: with its own weights, then with the flip', async () => {
    const { body: decisions } = await client.send(listDecisions, { params });
    expectEqual(
      'The decisions',
      decisions.map(({ id, selected_user_id }) => [id, selected_user_id]),
      [[flip.decisionId, member.id]],
    );
    const replayed = { task_id: evening.id, decision_id: flip.decisionId };
    const { body: same } = await client.send(replayDecision, { params: replayed, body: {} });
    expectFields('The replay', same, { selected_user_id: member.id, reproduced: true });
    const { body: other } = await client.send(replayDecision, { params: replayed, body: { weights: flip.weights } });
    expectFields('The other replay', other, { selected_user_id: substitute.id, same_selection: false });
    tell.say(`Reproduced to the bit: ${nameOf(same.selected_user_id)}`);
    tell.say(`With the flip: ${nameOf(other.selected_user_id)}; the dispatch stays as it is`);
  });

  const [suggested] = await tell.step('It is to move into the morning: refused, with suggestions', async () => {
    const body = { planned_start_at: `${day}T10:30:00Z`, planned_end_at: `${day}T11:30:00Z` };
    const refusal = await client.refused(rescheduleTask, { params, body }, { status: 409, code: 'schedule_conflict' });
    const { slots } = suggestionsSchema.parse(refusal['suggestions']);
    expectEqual('The number of suggestions', slots.length, 3);
    tell.say(`${refusal.status} ${refusal.code}: ${refusal.title}`);
    for (const conflict of refusal.conflicts ?? []) tell.say(`in the way: ${conflict.name}, ${windowText(conflict)}`);
    for (const { start_at, end_at } of slots)
      tell.say(`free: ${windowText({ planned_start_at: start_at, planned_end_at: end_at })}`);
    return slots;
  });

  await tell.step('It takes the first suggestion, and is accepted', async () => {
    if (suggested === undefined) throw mismatch('The suggestions', 'at least one', []);
    const body = { planned_start_at: suggested.start_at, planned_end_at: suggested.end_at, note: 'Before the rain' };
    const { body: moved } = await client.send(rescheduleTask, { params, body });
    expectFields('The moved task', moved, {
      state: 'DISPATCHED',
      assigned_to: member.id,
      planned_start_at: suggested.start_at,
      planned_end_at: suggested.end_at,
      version: 3,
    });
    tell.say(`${moved.name}: ${windowText(evening)} became ${windowText(moved)}`);
    await tellHistory(stage, evening.id);
  });

  await tell.step(`${member.name} subscribes to all that, until the address is revoked`, async () => {
    const of_member = { user_id: member.id };
    const { body: feed } = await client.send(createFeed, { params: of_member });
    const address = { token: feed.url.slice(feed.url.lastIndexOf('/') + 1) };
    const { body: calendar } = await client.send(readFeed, { params: address });
    const summaries = [...calendar.matchAll(/^SUMMARY:(.*?)\r?$/gm)].map(([, summary = '']) => summary);
    expectEqual('Whether the moved task is in the calendar', summaries.includes(evening.name), true);
    tell.say(`the calendar has ${summaries.join(', ')}`);
    await client.send(deleteFeed, { params: { ...of_member, feed_id: feed.id } });
    await client.refused(readFeed, { params: address }, { status: 404, code: 'route_not_found' });
  });

  await tell.step(
    `${member.name} works by day: a night flight is refused, and goes to ${substitute.name}`,
    async () => {
      const night = await task('Night flight', '22:00', '23:00');
      const of_member = { user_id: member.id };
      const weekly = [
        { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, start: '06:00', end: '20:00' },
      ];
      const hours = { time_zone: 'Etc/UTC', weekly: weekly.map(({ days, ...rest }) => ({ ...rest, days: [...days] })) };
      await client.send(setWorkingHours, { params: of_member, body: { ...hours, exceptions: [] } });
      const nightly = { task_id: night.id };
      const byHand = { params: nightly, body: { assigned_to: member.id } };
      const refusal = await client.refused(dispatchTask, byHand, { status: 409, code: 'outside_working_hours' });
      tell.say(`${refusal.status} ${refusal.code}: ${refusal.title}`);
      const { body } = await client.send(autoDispatchTask, { params: nightly, body: { candidate_user_ids } });
      expectEqual('The one who flies at night', body.selected_user_id, substitute.id);
      for (const { user_id, code, detail } of body.excluded) tell.say(`not ${nameOf(user_id)}: ${code}. ${detail}`);
      await client.send(removeWorkingHours, { params: of_member });
    },
  );

  await tell.step(`A flight over people takes a licence, which only ${substitute.name} has for that day`, async () => {
    const licence = { code: `A2-${suffix}`, name: 'Remote pilot, open category A2' };
    const { body: qualification } = await client.send(createQualification, { body: licence });
    const flight = await task('Flight over people', '20:00', '21:00');
    const params = { task_id: flight.id };
    await client.send(amendTask, { params, body: { required_qualifications: [licence.code] } });
    const of = (user_id: string) => ({ user_id, qualification_id: qualification.id });
    await client.send(grantQualification, { params: of(member.id), body: { valid_until: flight.planned_start_at } });
    await client.send(grantQualification, { params: of(substitute.id), body: {} });
    const byHand = { params, body: { assigned_to: member.id } };
    const refusal = await client.refused(dispatchTask, byHand, { status: 409, code: 'not_qualified' });
    tell.say(`${refusal.status} ${refusal.code}: ${refusal.detail}`);
    const { body } = await client.send(autoDispatchTask, { params, body: { candidate_user_ids } });
    expectEqual('The one with the licence', body.selected_user_id, substitute.id);
    const withdrawn = { params: of(substitute.id), query: { validate_only: 'true' } };
    const { body: asked } = await client.send(withdrawQualification, withdrawn);
    tell.say(`without the licence: ${asked.affected.map(({ name, rule }) => `${name} (${rule})`).join(', ')}`);
    expectEqual(
      'What its end would affect',
      asked.affected.map(({ task_id }) => task_id),
      [flight.id],
    );
    const reason = 'The licence was renewed today; the paper follows';
    const override = { rules: ['not_qualified' as const], reason };
    await client.send(reassignTask, { params, body: { assigned_to: member.id, override } });
    const { body: history } = await client.send(listHistory, { params });
    const kept = history.find(({ action }) => action === 'reassigned')?.detail['override'];
    expectEqual('What the history says was set aside', kept, override);
    tell.say(`${member.name} flies all the same: ${reason} (kept in the history)`);
  });
};
