import { dispatchTask } from '../../functions/dispatch/contract.ts';
import {
  addAttachment,
  addComment,
  approveTask,
  createTask,
  getTask,
  listComments,
  submitForApproval,
  transitionTask,
  updateRiskChecklist,
} from '../../functions/tasks/contract.ts';
import { expectEqual, expectFields, mismatch } from './expectation.ts';
import type { MainJob } from './main-job.ts';
import { tellHistory, windowText, type Stage } from './stage.ts';

const TWO_HOURS_MS = 7_200_000;

/**
 * The whole life of one task, from a draft that needs approval to the archive, with everything that may be added to it.
 * Throws a mismatch at the first answer that is not the expected one.
 */
export const tellLifecycle = async (stage: Stage, job: MainJob): Promise<void> => {
  const { client, tell, made } = stage;
  const { substitute } = job;

  const { id, name } = await tell.step('A task that requires approval', async () => {
    const { body, headers } = await client.send(createTask, {
      body: {
        task_type_id: job.taskTypeId,
        template_id: job.templateId,
        org_unit_id: job.orgUnitId,
        area_code: job.areaCode,
        name: 'River crossing',
        requires_approval: true,
        risk_level: 4,
        // It begins when the other task of the same user ends: windows that touch do not overlap.
        planned_start_at: job.freeFrom,
        planned_end_at: new Date(Date.parse(job.freeFrom) + TWO_HOURS_MS).toISOString(),
      },
    });
    made.tasks.push(body.id);
    expectFields('The task', body, { state: 'DRAFT', requires_approval: true, risk_level: 4, priority: 6, version: 1 });
    expectEqual('Its ETag', headers.get('etag'), '"1"');
    tell.say(`${body.name}: ${windowText(body)} UTC, risk level ${body.risk_level}, version ${body.version}`);
    return body;
  });
  const params = { task_id: id };
  const dispatch = { params, body: { assigned_to: substitute.id } };

  await tell.step('Its dispatch is refused without approval', async () => {
    const refusal = await client.refused(dispatchTask, dispatch, { status: 409, code: 'approval_required' });
    tell.say(`${refusal.status} ${refusal.code}: ${refusal.detail}`);
  });

  await tell.step('It is submitted and approved', async () => {
    const { body: submitted } = await client.send(submitForApproval, { params, body: { note: 'Please look' } });
    expectFields('The submitted task', submitted, { state: 'APPROVAL_PENDING', version: 2 });
    const { body: approved } = await client.send(approveTask, {
      params,
      body: { decision: 'APPROVE', note: 'Mind the herons' },
    });
    expectFields('The approved task', approved, { state: 'APPROVED', version: 3 });
    tell.say(`${submitted.state}, then ${approved.state}`);
  });

  await tell.step(`It is dispatched to ${substitute.name}, whose other task ends as it begins`, async () => {
    const { body } = await client.send(dispatchTask, dispatch);
    expectFields('The dispatched task', body, { state: 'DISPATCHED', assigned_to: substitute.id, version: 4 });
    tell.say(`${body.state}; windows that touch are free`);
  });

  await tell.step('The checklist: refused for an old version, taken for the present one', async () => {
    const { headers } = await client.send(getTask, { params });
    const body = { risk_level: 2, checklist: ['Batteries charged', { item: 'Herons', done: true }] };
    const refusal = await client.refused(
      updateRiskChecklist,
      { params, body, headers: { 'If-Match': '"3"' } },
      { status: 412, code: 'precondition_failed' },
    );
    tell.say(`${refusal.status} ${refusal.code}: ${refusal.detail}`);
    const etag = headers.get('etag') ?? '';
    const { body: changed } = await client.send(updateRiskChecklist, { params, body, headers: { 'If-Match': etag } });
    expectFields('The changed task', changed, { risk_level: 2, checklist: body.checklist, version: 5 });
    tell.say(`If-Match: ${etag} gives version ${changed.version}, risk level ${changed.risk_level}`);
  });

  await tell.step('An attachment', async () => {
    const { body } = await client.send(addAttachment, {
      params,
      body: { name: 'Map', url: 'https://example.com/map.pdf', media_type: 'application/pdf', size_bytes: 12_345 },
    });
    expectEqual(
      'The attachments',
      body.attachments.map((one) => one.name),
      ['Map'],
    );
    for (const one of body.attachments) tell.say(`${one.name}, ${one.size_bytes} bytes`);
  });

  await tell.step('A comment, sent twice with one Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    const request = { params, body: { content: 'Wind from the west' }, headers };
    const sent = await client.send(addComment, request);
    const replayed = await client.send(addComment, request);
    expectEqual('The replayed answer', replayed.body, sent.body);
    expectEqual('Its header Idempotency-Replayed', replayed.headers.get('idempotency-replayed'), 'true');
    const other = { ...request, body: { content: 'Wind from the east' } };
    const refusal = await client.refused(addComment, other, { status: 422, code: 'idempotency_key_reused' });
    const { body: comments } = await client.send(listComments, { params });
    expectEqual('The comments', comments, [sent.body]);
    tell.say(`Twice the same answer, ${comments.length} comment; another text under that key: ${refusal.status}`);
  });

  await tell.step('IN_PROGRESS, ACCEPTED, ARCHIVED', async () => {
    const to = async (target_state: 'IN_PROGRESS' | 'ACCEPTED' | 'ARCHIVED') =>
      (await client.send(transitionTask, { params, body: { target_state } })).body;
    const [started, accepted, archived] = [await to('IN_PROGRESS'), await to('ACCEPTED'), await to('ARCHIVED')];
    expectEqual(
      'The states',
      [started, accepted, archived].map(({ state }) => state),
      ['IN_PROGRESS', 'ACCEPTED', 'ARCHIVED'],
    );
    const times = [started.started_at, accepted.accepted_at, archived.archived_at];
    if (times.includes(null)) throw mismatch('The times of entering the states', 'none missing', times);
    const refusal = await client.refused(
      updateRiskChecklist,
      { params, body: { risk_level: 1 } },
      { status: 409, code: 'task_closed' },
    );
    tell.say(`${archived.name} is ${archived.state}; a change of its checklist now: ${refusal.status} ${refusal.code}`);
  });

  await tell.step('The history says exactly that', async () => {
    const entries = await tellHistory(stage, id);
    expectEqual(
      `The history of ${name}`,
      entries.map(({ version, action, from_state, to_state }) => [version, action, from_state, to_state]),
      [
        [1, 'created', null, 'DRAFT'],
        [2, 'submitted_for_approval', 'DRAFT', 'APPROVAL_PENDING'],
        [3, 'approved', 'APPROVAL_PENDING', 'APPROVED'],
        [4, 'dispatched', 'APPROVED', 'DISPATCHED'],
        [5, 'risk_checklist_updated', 'DISPATCHED', 'DISPATCHED'],
        [6, 'attachment_added', 'DISPATCHED', 'DISPATCHED'],
        [7, 'comment_added', 'DISPATCHED', 'DISPATCHED'],
        [8, 'state_changed', 'DISPATCHED', 'IN_PROGRESS'],
        [9, 'state_changed', 'IN_PROGRESS', 'ACCEPTED'],
        [10, 'state_changed', 'ACCEPTED', 'ARCHIVED'],
      ],
    );
    tell.say('The refused and the repeated requests left no trace');
  });
};
