import { AsyncLocalStorage } from 'node:async_hooks';
import { saidBy } from '../../core/tasks/demands.ts';
import { v7 as newUuid } from 'uuid';
import { makeClient } from '../../adapters/dynamodb/client.ts';
import { makeBookingCommit } from '../../adapters/dynamodb/bookings.ts';
import { makeCommit } from '../../adapters/dynamodb/commit.ts';
import { makeAssets } from '../../adapters/dynamodb/resources/assets.ts';
import { makeCalendars } from '../../adapters/dynamodb/resources/calendars.ts';
import { makeDirectory } from '../../adapters/dynamodb/resources/directory.ts';
import { makeReceipts } from '../../adapters/dynamodb/resources/receipts.ts';
import { makeReferences } from '../../adapters/dynamodb/resources/references.ts';
import { makeStrategies } from '../../adapters/dynamodb/resources/strategies.ts';
import { makeQualifications } from '../../adapters/dynamodb/resources/qualifications.ts';
import { makeTasks } from '../../adapters/dynamodb/resources/tasks.ts';
import { makeTemplates } from '../../adapters/dynamodb/resources/templates.ts';
import { makeTableReader } from '../../adapters/dynamodb/table-reader.ts';
import { makeTenantSnapshots } from '../../adapters/dynamodb/tenant-snapshot.ts';
import { makeTransact, type Action as TableAction } from '../../adapters/dynamodb/transaction.ts';
import type { RouteContract } from '../../adapters/http/contract.ts';
import { makePipeline, type Handler, type Request as PipelineRequest } from '../../adapters/http/pipeline.ts';
import { readEnvironment } from '../../adapters/runtime/environment.ts';
import { makeAddAbsence, makeRemoveAbsence } from '../../core/calendar/absences.ts';
import { makeCreateAsset, makeSetAvailability } from '../../core/assets/change.ts';
import type { TenantSnapshot } from '../../core/audit/snapshot.ts';
import type { BookingCommit } from '../../core/calendar/bookings.ts';
import type { Calendars } from '../../core/calendar/calendar.ts';
import { makeCalendarOf } from '../../core/calendar/calendar.ts';
import { assetResource, userResource } from '../../core/calendar/resource.ts';
import {
  makeRemoveOperatingHours,
  makeRemoveWorkingHours,
  makeSetOperatingHours,
  makeSetWorkingHours,
} from '../../core/working-hours/manage.ts';
import { makeGrantQualification, makeWithdrawQualification } from '../../core/qualifications/manage.ts';
import * as qualificationRoutes from '../../functions/qualifications/contract.ts';
import * as hoursRoutes from '../../functions/working-hours/contract.ts';
import { makeGuard, type Guard } from '../../core/calendar/guard.ts';
import { makeSuggest } from '../../core/calendar/suggest.ts';
import { emptyCalendar } from '../../core/identity/tenants.ts';
import { makeChangeUser, makeCreateUser } from '../../core/identity/users.ts';
import { makeRetry, type Retry } from '../../core/retry.ts';
import { makeAmendTask } from '../../core/tasks/amend.ts';
import { makeAutoDispatchTask } from '../../core/dispatch/auto-dispatch.ts';
import { composeTask } from '../../core/tasks/compose.ts';
import { makeCreateBatch, makeCreateTask, type References } from '../../core/tasks/create.ts';
import { makeDispatchTask } from '../../core/dispatch/dispatch.ts';
import { makeAddAttachment, makeAddComment, makeUpdateRiskChecklist } from '../../core/tasks/material.ts';
import { makeReassign, makeReschedule, makeUnassign } from '../../core/dispatch/replan.ts';
import { taskDraft } from '../../core/tasks/task.ts';
import { makeApproveTask, makeSubmitForApproval, makeTransitionTask } from '../../core/tasks/transition.ts';
import { makeReviseTemplate } from '../../core/templates/revise.ts';
import { workingHoursSchema, type WorkingHours } from '../../core/working-hours/hours.ts';
import { instantAt, instantSchema, type Clock } from '../../core/time/instant.ts';
import { makeTenantShare } from '../../core/tenant-share.ts';
import * as assetRoutes from '../../functions/assets/contract.ts';
import * as calendarRoutes from '../../functions/calendar/contract.ts';
import * as dispatchRoutes from '../../functions/dispatch/contract.ts';
import * as identityRoutes from '../../functions/identity/contract.ts';
import * as taskRoutes from '../../functions/tasks/contract.ts';
import * as templateRoutes from '../../functions/templates/contract.ts';
import { lambdaContext } from '../../local/integration.ts';
import { proxyEvent } from '../../local/proxy-event.ts';
import { WRITES, type Change } from '../unit/writes.ts';
import {
  CODE,
  newAsset,
  newTask,
  newUser,
  TEMPLATE,
  TYPE,
  type Action,
  type Answer,
  type Draft,
  type Request,
  type Validity,
  type WorkingTime,
  type World,
} from './world.ts';

/** A call of the SDK as the scheduler sees it. */
export interface SdkCall {
  readonly operation: string;
  // The input as the adapter wrote it.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly input: any;
}

/** Runs every call of the SDK that is made for one request: when it is its turn, and maybe with another answer. */
export type Turn = (call: SdkCall, send: () => Promise<unknown>) => Promise<unknown>;

type Transact = (actions: readonly TableAction[]) => Promise<void>;

/** Parts of the protocol replaced by faulty ones. Made anew for every run, because a fault may remember things. */
export interface Faulty {
  readonly transact?: (sound: Transact) => Transact;
  readonly calendars?: (sound: Calendars) => Calendars;
  readonly guard?: (sound: {
    readonly guard: Guard<Change>;
    readonly calendars: Calendars;
    readonly commit: BookingCommit<Change>;
  }) => Guard<Change>;
  readonly retry?: (sound: Retry) => Retry;
  readonly references?: (sound: References) => References;
  readonly autoDispatch?: (sound: AutoDispatch) => AutoDispatch;
}
export type AutoDispatch = ReturnType<typeof makeAutoDispatchTask>;

const environment = readEnvironment(process.env);
const tableName = environment.TABLE_NAME;
const turns = new AsyncLocalStorage<Turn>();

/** One client for all runs: the turns of a request travel with it, from its first call to its last. */
const client = makeClient({ endpoint: environment.DYNAMODB_ENDPOINT });
client.middlewareStack.add(
  (next, context) => async (args) => {
    const turn = turns.getStore();
    if (turn === undefined) return next(args);
    const operation = String(context.commandName).replace(/Command$/, '');
    // What the turn answers is what the call answered, then or before.
    return (await turn({ operation, input: args.input }, () => next(args))) as Awaited<ReturnType<typeof next>>;
  },
  { step: 'initialize', priority: 'high', name: 'turns' },
);

export interface Service {
  readonly world: World;
  readonly send: (request: Request, turn?: Turn) => Promise<Answer>;
  readonly snapshot: () => Promise<TenantSnapshot>;
}

const NO_WAIT = (): Promise<void> => Promise.resolve();
const FIRST_MOMENT = Date.UTC(2026, 0, 1);

/** A tenant of its own with the world in it, and the service in this process: pipeline, use cases, adapters. */
export const startService = async (world: World, faulty: Faulty = {}): Promise<Service> => {
  const tenantId = newUuid();
  let ids = 0;
  let milliseconds = 0;
  const newId = (): string => `n${(ids += 1)}`;
  const clock: Clock = () => {
    milliseconds += 1;
    const now = instantAt(FIRST_MOMENT + milliseconds);
    if (now === undefined) throw new Error('The clock of the model ran out.');
    return now;
  };
  const chance = { sleep: NO_WAIT, random: () => 0.5 };

  const reader = makeTableReader({ client, tableName, ...chance });
  const send = makeTransact({ client, ...chance, newToken: newUuid });
  const commitPorts = { tableName, transact: faulty.transact?.(send) ?? send, clock, newId };
  const commit = makeCommit(commitPorts, WRITES);
  const bookingCommit = makeBookingCommit(commitPorts, WRITES);
  const soundCalendars = makeCalendars({ reader });
  const calendars = faulty.calendars?.(soundCalendars) ?? soundCalendars;
  const soundGuard = makeGuard({ calendars, commit: bookingCommit });
  const guard = faulty.guard?.({ guard: soundGuard, calendars, commit: bookingCommit }) ?? soundGuard;
  const soundRetry = makeRetry(chance);
  const retry = faulty.retry?.(soundRetry) ?? soundRetry;
  const passwords = { hash: () => Promise.resolve('none'), verify: () => Promise.resolve(false) };
  const assets = makeAssets({ reader });
  const ports = {
    tasks: makeTasks({ reader }),
    assets,
    calendarOf: makeCalendarOf({ calendars, assets }),
    qualifications: makeQualifications({ reader }),
    templates: makeTemplates({ reader }),
    references: faulty.references?.(makeReferences({ reader })) ?? makeReferences({ reader }),
    directory: makeDirectory({ reader }),
    strategies: makeStrategies({ reader }),
    suggest: makeSuggest({ calendars }),
    // Requests meet as the scheduler wants it, as in processes of their own.
    turns: async <T>(_key: string, work: () => Promise<T>): Promise<T> => work(),
    ...{ calendars, commit, guard, retry, clock, newId, passwords, passwordMin: 6 },
  };

  const pipeline = makePipeline({
    observe: ({ error }) => {
      if (error !== undefined) throw error instanceof Error ? error : new Error('A bug.', { cause: error });
    },
    receipts: makeReceipts({ reader, clock }),
    measured: (work) => work(),
    share: makeTenantShare(1),
    stopwatch: () => 0,
    bootstrapKey: () => Promise.resolve(undefined),
  });
  const routes = new Map<string, { readonly contract: RouteContract; readonly handler: Handler }>();
  const serve = <const C extends RouteContract>(contract: C, work: (request: PipelineRequest<C>) => Promise<unknown>) =>
    routes.set(contract.operation, { contract, handler: pipeline(contract, work) });

  const create = makeCreateTask(ports);
  serve(taskRoutes.createTask, ({ call, body }) => create(call, body));
  const createBatch = makeCreateBatch(ports);
  serve(taskRoutes.batchCreateTasks, ({ call, body }) => createBatch(call, body));
  const submit = makeSubmitForApproval(ports);
  serve(taskRoutes.submitForApproval, ({ call, params, body }) => submit(call, params.task_id, body));
  const approve = makeApproveTask(ports);
  serve(taskRoutes.approveTask, ({ call, params, body }) => approve(call, params.task_id, body));
  const dispatch = makeDispatchTask(ports);
  serve(dispatchRoutes.dispatchTask, ({ call, params, body }) => dispatch(call, params.task_id, body));
  const soundAuto = makeAutoDispatchTask(ports);
  const auto = faulty.autoDispatch?.(soundAuto) ?? soundAuto;
  serve(dispatchRoutes.autoDispatchTask, ({ call, params, body }) => auto(call, params.task_id, body));
  const move = makeTransitionTask(ports);
  serve(taskRoutes.transitionTask, ({ call, params, body }) => move(call, params.task_id, body));
  const reassign = makeReassign(ports);
  serve(dispatchRoutes.reassignTask, ({ call, params, body }) => reassign(call, params.task_id, body));
  const unassign = makeUnassign(ports);
  serve(dispatchRoutes.unassignTask, ({ call, params, body }) => unassign(call, params.task_id, body));
  const reschedule = makeReschedule(ports);
  serve(dispatchRoutes.rescheduleTask, ({ call, params, body }) => reschedule(call, params.task_id, body));
  const amend = makeAmendTask(ports);
  serve(taskRoutes.amendTask, ({ call, params, body }) => amend(call, params.task_id, body));
  const addAbsence = makeAddAbsence(ports);
  serve(calendarRoutes.addAbsence, ({ call, params, body }) => addAbsence(call, userResource(params.user_id), body));
  const removeAbsence = makeRemoveAbsence(ports);
  serve(calendarRoutes.removeAbsence, ({ call, params }) =>
    removeAbsence(call, userResource(params.user_id), params.absence_id),
  );
  const setHours = makeSetWorkingHours(ports);
  serve(hoursRoutes.setWorkingHours, ({ call, params, body }) => setHours(call, params.user_id, body));
  const removeHours = makeRemoveWorkingHours(ports);
  serve(hoursRoutes.removeWorkingHours, ({ call, params }) => removeHours(call, params.user_id));
  serve(assetRoutes.addAssetAbsence, ({ call, params, body }) =>
    addAbsence(call, assetResource(params.asset_id), body),
  );
  serve(assetRoutes.removeAssetAbsence, ({ call, params }) =>
    removeAbsence(call, assetResource(params.asset_id), params.absence_id),
  );
  const setOperation = makeSetOperatingHours(ports);
  serve(hoursRoutes.setOperatingHours, ({ call, params, body }) => setOperation(call, params.asset_id, body));
  const removeOperation = makeRemoveOperatingHours(ports);
  serve(hoursRoutes.removeOperatingHours, ({ call, params }) => removeOperation(call, params.asset_id));
  const grant = makeGrantQualification(ports);
  serve(qualificationRoutes.grantQualification, ({ call, params, body }) =>
    grant(call, params.user_id, params.qualification_id, body),
  );
  const withdraw = makeWithdrawQualification(ports);
  serve(qualificationRoutes.withdrawQualification, ({ call, params, query }) =>
    withdraw(call, params.user_id, params.qualification_id, query),
  );
  const revise = makeReviseTemplate(ports);
  serve(templateRoutes.reviseTemplate, ({ call, params, body }) => revise(call, params.template_id, body));
  const risk = makeUpdateRiskChecklist(ports);
  serve(taskRoutes.updateRiskChecklist, ({ call, params, body }) => risk(call, params.task_id, body));
  const attach = makeAddAttachment(ports);
  serve(taskRoutes.addAttachment, ({ call, params, body }) => attach(call, params.task_id, body));
  const comment = makeAddComment(ports);
  serve(taskRoutes.addComment, ({ call, params, body }) => comment(call, params.task_id, body));
  const changeUser = makeChangeUser(ports);
  serve(identityRoutes.changeUser, ({ call, params, body }) => changeUser(call, params.user_id, body));
  const createUser = makeCreateUser(ports);
  serve(identityRoutes.createUser, ({ call, body }) => createUser(call, body));
  const createAsset = makeCreateAsset(ports);
  serve(assetRoutes.createAsset, ({ call, body }) => createAsset(call, body));
  const setAvailability = makeSetAvailability(ports);
  serve(assetRoutes.setAvailability, ({ call, params, body }) => setAvailability(call, params.asset_id, body));

  const seeding = seedsOf(tenantId, world, clock);
  const seed = makeCommit({ tableName, transact: send, clock, newId }, WRITES);
  const seeder = { tenantId, actorId: 'model', permissions: [] };
  // Each asset moves the tallies, so they come one after the other.
  const isAsset = ({ kind }: Change): boolean => kind === 'asset_created';
  await seed(
    seeder,
    seeding.filter((one) => !isAsset(one)),
    undefined,
  );
  for (const asset of seeding.filter(isAsset)) await seed(seeder, [asset], undefined);

  const answer = async (request: Request): Promise<Answer> => {
    const { operation, params = {}, body } = wireOf(request);
    const route = routes.get(operation);
    if (route === undefined) throw new Error(`The model serves no ${operation}.`);
    const { contract, handler } = route;
    const path = contract.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
    const received = {
      requestId: newUuid(),
      receivedAt: new Date(FIRST_MOMENT),
      method: contract.method,
      path,
      query: '',
      rawHeaders: [
        ...(request.key === undefined ? [] : ['Idempotency-Key', request.key]),
        ...(request.ifMatch === undefined ? [] : ['If-Match', `"${request.ifMatch}"`]),
      ],
      body: body === undefined ? '' : JSON.stringify(body),
      sourceIp: '127.0.0.1',
      port: 0,
    };
    const caller = { sub: 'model', tenant_id: tenantId, permissions: '["*"]', cursor_key: 'none' };
    const event = proxyEvent(received, { resource: contract.path, pathParameters: params }, caller);
    const result = await handler(event, lambdaContext(operation, Infinity) as never);
    return {
      status: result.statusCode,
      replayed: result.headers?.['Idempotency-Replayed'] === 'true',
      body: result.body === '' ? undefined : JSON.parse(result.body),
    };
  };

  const { byPartitions } = makeTenantSnapshots({ client, tableName, reader });
  return {
    world,
    send: (request, turn) => (turn === undefined ? answer(request) : turns.run(turn, () => answer(request))),
    snapshot: () => byPartitions(tenantId),
  };
};

/** What a tenant needs to hold the world: only what a world begins with, so drafts, and assets without a region. */
const seedsOf = (tenantId: string, world: World, clock: Clock): readonly Change[] => {
  const at = clock();
  const stamps = { created_by: 'model', created_at: at, updated_at: at };
  const types = [TYPE.active, TYPE.inactive].map((id) => ({
    kind: 'task_type_created' as const,
    taskType: {
      id,
      tenant_id: tenantId,
      code: id,
      name: id,
      description: null,
      is_active: id === TYPE.active,
      field_may_accept: false,
      ...saidBy({}),
      required_qualifications: [],
      version: 1,
      ...stamps,
    },
  }));
  const templates = [...world.templates].map(([id, { priority, is_active, revision }]) => ({
    kind: 'template_created' as const,
    template: {
      ...{ id, tenant_id: tenantId, task_type_id: TYPE.active, template_key: id, name: id, description: null },
      ...{ template_version: 'v2', requires_approval: false, default_priority: priority, default_risk_level: 3 },
      ...{ default_checklist: [], route_template: {}, payload_template: {}, default_payload: {} },
      ...{ is_active, ...saidBy({}), required_qualifications: [], revision, version: revision },
      ...{ cloned_from: null, ...stamps },
    },
  }));
  const qualifications = world.codes.map((code) => ({
    kind: 'qualification_created' as const,
    qualification: {
      ...{ id: code, tenant_id: tenantId, code, name: code, description: null, is_active: true, version: 1 },
      ...stamps,
    },
  }));
  const users = [...world.users].map(([id, { name, is_active, hours, grants }]) => {
    const secrets = { password_hash: 'none', role_ids: [], token_epoch: 1, version: 1 };
    const user = { id, tenant_id: tenantId, username: name, is_active, created_at: at, ...secrets };
    const held = [...grants].map(([code, { from, until }]) => ({
      ...{ qualification_id: code, code, reference: null, granted_at: at },
      ...{ valid_from: instantSchema.nullable().parse(from), valid_until: instantSchema.nullable().parse(until) },
    }));
    const working_hours = hours === null ? null : workingHoursOf(hours);
    const calendar = { ...emptyCalendar(user), working_hours, qualifications: held };
    return { kind: 'user_created' as const, user, calendar };
  });
  const tasks = [...world.tasks].map(([id, task]) => {
    const made = { id, tenantId, actorId: 'model', at, newId: () => id };
    return {
      kind: 'task_created' as const,
      task: composeTask(taskDraft.parse(bodyOf({ ...task, type: TYPE.active, template: null })), {}, made),
    };
  });
  const assets = [...world.assets].map(([id, { code }]) => ({
    kind: 'asset_created' as const,
    asset: {
      ...{ id, tenant_id: tenantId, asset_type: 'UAV' as const, asset_code: code, name: code, serial_number: null },
      ...{ detail: {}, availability_status: 'AVAILABLE' as const, region_code: null, version: 1 },
      ...{ created_at: at, updated_at: at },
    },
  }));
  return [...types, ...templates, ...qualifications, ...users, ...tasks, ...assets];
};

const bodyOf = ({ name, type, template, window, buffer, requires_approval, required_qualifications }: Draft) => ({
  task_type_id: type,
  ...(template === null ? {} : { template_id: template }),
  name,
  requires_approval,
  ...(window === null ? {} : { planned_start_at: window.start, planned_end_at: window.end }),
  ...(buffer === 0 ? {} : { buffer_after_minutes: buffer * 60 }),
  ...(required_qualifications === undefined ? {} : { required_qualifications }),
});

const workingHoursOf = ([from, to]: WorkingTime): WorkingHours => {
  const [start, end] = [from, to].map((hour) => `${String(hour).padStart(2, '0')}:00`);
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  return workingHoursSchema.parse({ time_zone: 'UTC', weekly: [{ days, start, end }], exceptions: [] });
};

interface Wire {
  readonly operation: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** A request as a client of the API says it. */
const wireOf = ({ action, isPreview }: Request): Wire => {
  const wire = wireOfAction(action);
  return isPreview === undefined ? wire : { ...wire, body: { ...wire.body, validate_only: isPreview } };
};

const namedAssets = ({ assets }: { readonly assets?: readonly string[] }) =>
  assets === undefined ? {} : { asset_ids: assets };
const overridden = ({ override }: { readonly override?: readonly string[] }) =>
  override === undefined ? {} : { override: { rules: override, reason: 'nobody else is there' } };

const wireOfAction = (action: Action): Wire => {
  const about = (operation: string, body: object): Wire => ({
    operation,
    params: { task_id: 'task' in action ? action.task : '' },
    body,
  });
  switch (action.kind) {
    case 'create':
      return { operation: 'createTask', body: bodyOf(action.draft) };
    case 'batch':
      return { operation: 'batchCreateTasks', body: { tasks: action.drafts.map(bodyOf) } };
    case 'submit':
      return about('submitForApproval', {});
    case 'approve':
      return about('approveTask', { decision: action.decision });
    case 'dispatch':
      return about('dispatchTask', { assigned_to: action.user, asset_ids: action.assets, ...overridden(action) });
    case 'auto':
      return about('autoDispatchTask', { candidate_user_ids: action.candidates });
    case 'move':
      return about('transitionTask', { target_state: action.target });
    case 'reassign':
      return about('reassignTask', { assigned_to: action.user, ...namedAssets(action), ...overridden(action) });
    case 'unassign':
      return about('unassignTask', {});
    case 'reschedule': {
      const { start, end } = action.window ?? { start: null, end: null };
      const wanted = { planned_start_at: start, planned_end_at: end };
      return about('rescheduleTask', { ...wanted, ...namedAssets(action), ...overridden(action) });
    }
    case 'amend':
      return about('amendTask', action.patch);
    case 'commit':
      return about('autoDispatchTask', { plan_token: action.plan.token });
    case 'absence': {
      const { start: start_at, end: end_at } = action.window;
      return { operation: 'addAbsence', params: { user_id: action.user }, body: { start_at, end_at } };
    }
    case 'present':
      return { operation: 'removeAbsence', params: { user_id: action.user, absence_id: action.absence } };
    case 'revise': {
      const { priority, ...rest } = action.patch;
      return {
        operation: 'reviseTemplate',
        params: { template_id: action.template },
        body: { ...rest, ...(priority === undefined ? {} : { default_priority: priority }) },
      };
    }
    case 'risk':
      return about('updateRiskChecklist', { risk_level: action.level });
    case 'attach':
      return about('addAttachment', { name: 'photo', url: 'https://example.org/photo' });
    case 'comment':
      return about('addComment', { content: 'seen' });
    case 'activate':
      return { operation: 'changeUser', params: { user_id: action.user }, body: { is_active: action.is_active } };
    case 'hours': {
      const params = { user_id: action.user };
      if (action.hours === null) return { operation: 'removeWorkingHours', params };
      return { operation: 'setWorkingHours', params, body: workingHoursOf(action.hours) };
    }
    case 'operation': {
      const params = { asset_id: action.asset };
      if (action.hours === null) return { operation: 'removeOperatingHours', params };
      return { operation: 'setOperatingHours', params, body: workingHoursOf(action.hours) };
    }
    case 'maintenance': {
      const { start: start_at, end: end_at } = action.window;
      return { operation: 'addAssetAbsence', params: { asset_id: action.asset }, body: { start_at, end_at } };
    }
    case 'maintained':
      return { operation: 'removeAssetAbsence', params: { asset_id: action.asset, absence_id: action.absence } };
    case 'grant': {
      const { from, until } = action.validity;
      const body = {
        ...(from === null ? {} : { valid_from: from }),
        ...(until === null ? {} : { valid_until: until }),
      };
      return {
        operation: 'grantQualification',
        params: { user_id: action.user, qualification_id: action.code },
        body,
      };
    }
    case 'withdraw':
      return {
        operation: 'withdrawQualification',
        params: { user_id: action.user, qualification_id: action.code },
      };
    case 'user':
      return { operation: 'createUser', body: { username: action.name, password: 'long enough' } };
    case 'asset':
      return { operation: 'createAsset', body: { asset_type: 'UAV', asset_code: action.code, name: action.code } };
    case 'availability': {
      const { asset, status, region } = action;
      return {
        operation: 'setAvailability',
        params: { asset_id: asset },
        body: { availability_status: status, ...(region === null ? {} : { region_code: region }) },
      };
    }
  }
};

/** The world that every run begins with: users to compete for, tasks whose windows collide. */
export const firstWorld = (): World => ({
  users: new Map([
    ['u1', newUser('first')],
    ['u2', newUser('second')],
    ['u3', { ...newUser('third'), is_active: false }],
  ]),
  tasks: new Map([
    ['t1', newTask({ name: 'early', window: WINDOWS[0], buffer: 0, requires_approval: false })],
    ['t2', newTask({ name: 'middle', window: WINDOWS[1], buffer: 1, requires_approval: false })],
    ['t3', newTask({ name: 'late', window: WINDOWS[2], buffer: 0, requires_approval: false })],
    ['t4', newTask({ name: 'open', window: null, buffer: 0, requires_approval: false })],
    ['t5', newTask({ name: 'whole', window: WINDOWS[3], buffer: 0, requires_approval: false })],
    ['t6', newTask({ name: 'apart', window: WINDOWS[4], buffer: 0, requires_approval: true })],
  ]),
  absences: new Map(),
  templates: new Map([[TEMPLATE.known, { revision: 1, priority: 4, is_active: true }]]),
  assets: new Map([
    ['a1', newAsset('one')],
    ['a2', newAsset('two')],
  ]),
  codes: [],
  receipts: new Map(),
});

/** The same with qualifications: who may do what is a matter of the person and of the hour. */
export const qualifiedWorld = (): World => {
  const { users, tasks, ...rest } = firstWorld();
  const demanding = (id: string) => {
    const task = tasks.get(id);
    return task === undefined ? [] : [[id, { ...task, required_qualifications: [CODE.fly] }] as const];
  };
  const holding = (name: string, validity: Validity) => ({
    ...newUser(name),
    grants: new Map([[CODE.fly, validity] as const]),
  });
  return {
    ...rest,
    codes: [CODE.fly, CODE.lift],
    users: new Map([
      ...users,
      ['u1', holding('first', { from: null, until: WINDOWS[1].end })],
      ['u2', { ...holding('second', { from: WINDOWS[2].start, until: null }), hours: [9, 12] }],
    ]),
    tasks: new Map([...tasks, ...['t2', 't3', 't4', 't5'].flatMap(demanding)]),
  };
};

const hours = (from: number, to: number) => ({
  start: `2026-03-01T${String(from).padStart(2, '0')}:00:00.000Z`,
  end: `2026-03-01T${String(to).padStart(2, '0')}:00:00.000Z`,
});
/** The second overlaps the first and the third, which touch; the fourth contains all of them; the fifth is apart. */
export const WINDOWS = [hours(8, 10), hours(9, 11), hours(10, 12), hours(8, 12), hours(12, 13)] as const;
