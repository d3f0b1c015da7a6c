/**
 * The model: the service as plain data, and what the contract says that a request does to it. It shares no rule with
 * the code that it judges; the table of states is the contract's, written down again.
 */
export interface Window {
  readonly start: string;
  readonly end: string;
}

export interface ModelTask {
  readonly name: string;
  readonly window: Window | null;
  /** Hours that are held behind the window. */
  readonly buffer: number;
  readonly requires_approval: boolean;
  readonly state: string;
  readonly assigned_to: string | null;
  readonly assets: readonly string[];
  readonly required_qualifications: readonly string[];
  /** The rules that were set aside for it, each time that some were: its history tells. */
  readonly overrides: readonly (readonly Overridable[])[];
  readonly priority: number;
  readonly risk_level: number;
  readonly template: string | null;
  readonly revision: number | null;
  readonly attachment_count: number;
  readonly version: number;
}

export interface ModelAsset {
  readonly code: string;
  readonly status: string;
  readonly region: string | null;
  /** Operation of every day, in UTC; null: always. */
  readonly hours: WorkingTime | null;
}

export interface ModelTemplate {
  readonly revision: number;
  readonly priority: number;
  readonly is_active: boolean;
}

/** From when until when a qualification holds; null is no end. */
export interface Validity {
  readonly from: string | null;
  readonly until: string | null;
}

/** Whole hours of a day. */
export type WorkingTime = readonly [number, number];

export interface ModelUser {
  readonly name: string;
  readonly is_active: boolean;
  /** Working time of every day, in UTC; null: always. */
  readonly hours: WorkingTime | null;
  /** By code. */
  readonly grants: ReadonlyMap<string, Validity>;
  /** Moved by everything that is taken or given back, by going in and out of service, by other hours and grants. */
  readonly calendar: number;
}

export interface World {
  readonly users: ReadonlyMap<string, ModelUser>;
  readonly tasks: ReadonlyMap<string, ModelTask>;
  /** Of users, and of assets: no id is that of both. */
  readonly absences: ReadonlyMap<string, { readonly user: string; readonly window: Window }>;
  readonly templates: ReadonlyMap<string, ModelTemplate>;
  readonly assets: ReadonlyMap<string, ModelAsset>;
  /** By idempotency key: what it was used for, and what was answered. */
  /** Codes of the qualifications that there are. */
  readonly codes: readonly string[];
  readonly receipts: ReadonlyMap<string, { readonly print: string; readonly body: unknown }>;
}

/** A task to create. `type` and `template` name what every world begins with, or none. */
export interface Draft {
  readonly name: string;
  readonly type: string;
  readonly template: string | null;
  readonly window: Window | null;
  readonly buffer: number;
  readonly requires_approval: boolean;
  /** Left out: none. */
  readonly required_qualifications?: readonly string[];
}

/** What a preview of an auto-dispatch answered. */
export interface ShownPlan {
  readonly task: string;
  readonly chosen: string;
  readonly token: string;
}

/** What a plan says that it saw. The token is opaque to a client; the judge reads it. */
export interface Plan {
  readonly version: number;
  readonly tally: { readonly total: number; readonly available: number };
  readonly calendars: readonly (readonly [string, number | null])[];
}
export const planIn = (token: string): Plan =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Plan;

export type Amendment = Partial<Pick<ModelTask, 'name' | 'priority' | 'requires_approval' | 'required_qualifications'>>;

/** Rules about a person that a dispatcher who may sets aside. */
export const OVERRIDABLE = ['not_qualified', 'outside_working_hours'] as const;
export type Overridable = (typeof OVERRIDABLE)[number];
interface MayOverride {
  readonly override?: readonly Overridable[];
}

export type Action =
  | { readonly kind: 'create'; readonly draft: Draft }
  | { readonly kind: 'batch'; readonly drafts: readonly Draft[] }
  | { readonly kind: 'submit'; readonly task: string }
  | { readonly kind: 'approve'; readonly task: string; readonly decision: 'APPROVE' | 'REJECT' }
  | (MayOverride & {
      readonly kind: 'dispatch';
      readonly task: string;
      readonly user: string;
      readonly assets: readonly string[];
    })
  | { readonly kind: 'auto'; readonly task: string; readonly candidates: readonly string[] }
  | { readonly kind: 'move'; readonly task: string; readonly target: string }
  | (MayOverride & {
      readonly kind: 'reassign';
      readonly task: string;
      readonly user: string;
      readonly assets?: readonly string[];
    })
  | { readonly kind: 'unassign'; readonly task: string }
  | (MayOverride & {
      readonly kind: 'reschedule';
      readonly task: string;
      readonly window: Window | null;
      readonly assets?: readonly string[];
    })
  | { readonly kind: 'amend'; readonly task: string; readonly patch: Amendment }
  | { readonly kind: 'commit'; readonly task: string; readonly plan: ShownPlan }
  | { readonly kind: 'absence'; readonly user: string; readonly window: Window }
  | { readonly kind: 'present'; readonly user: string; readonly absence: string }
  | { readonly kind: 'revise'; readonly template: string; readonly patch: Partial<Omit<ModelTemplate, 'revision'>> }
  | { readonly kind: 'risk'; readonly task: string; readonly level: number }
  | { readonly kind: 'attach'; readonly task: string }
  | { readonly kind: 'comment'; readonly task: string }
  | { readonly kind: 'maintenance'; readonly asset: string; readonly window: Window }
  | { readonly kind: 'maintained'; readonly asset: string; readonly absence: string }
  | { readonly kind: 'operation'; readonly asset: string; readonly hours: WorkingTime | null }
  | { readonly kind: 'activate'; readonly user: string; readonly is_active: boolean }
  | { readonly kind: 'hours'; readonly user: string; readonly hours: WorkingTime | null }
  | { readonly kind: 'grant'; readonly user: string; readonly code: string; readonly validity: Validity }
  | { readonly kind: 'withdraw'; readonly user: string; readonly code: string }
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'asset'; readonly code: string }
  | { readonly kind: 'availability'; readonly asset: string; readonly status: string; readonly region: string | null };

export interface Request {
  readonly action: Action;
  readonly key?: string;
  readonly ifMatch?: number;
  /** `validate_only`: of a dispatch, an auto-dispatch or a batch. */
  readonly isPreview?: true;
}

export interface Answer {
  readonly status: number;
  readonly replayed: boolean;
  // Bodies are judged against the model, field by field.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export const TEMPLATE = { known: 'template', unknown: 'no-template' } as const;
/** Qualifications that a world may know. */
export const CODE = { fly: 'fly', lift: 'lift', unknown: 'no-code' } as const;
export const TYPE = { active: 'type', inactive: 'old-type', unknown: 'no-type' } as const;

const NEXT: Readonly<Record<string, readonly string[]>> = {
  DRAFT: ['APPROVAL_PENDING', 'DISPATCHED', 'CANCELED'],
  APPROVAL_PENDING: ['APPROVED', 'REJECTED', 'CANCELED'],
  REJECTED: ['DRAFT', 'CANCELED'],
  APPROVED: ['DISPATCHED', 'CANCELED'],
  DISPATCHED: ['IN_PROGRESS', 'CANCELED'],
  IN_PROGRESS: ['ACCEPTED', 'CANCELED'],
  ACCEPTED: ['ARCHIVED'],
  ARCHIVED: [],
  CANCELED: [],
};
const DEDICATED = ['APPROVAL_PENDING', 'APPROVED', 'REJECTED', 'DISPATCHED'];

const isHeld = ({ state }: ModelTask): boolean => state === 'DISPATCHED' || state === 'IN_PROGRESS';
const overlaps = (a: Window, b: Window): boolean => a.start < b.end && b.start < a.end;

/** A window with so many hours behind it. */
export const widened = (window: Window | null, buffer: number): Window | null =>
  window && { ...window, end: new Date(Date.parse(window.end) + buffer * 3_600_000).toISOString() };
export const heldWindow = ({ window, buffer }: ModelTask): Window | null => widened(window, buffer);

/** Ids of the tasks that hold an asset at a wanted time; what wants it does not. */
export const holdersOfAsset = (world: World, asset: string, wanted: Window | null, own?: string): readonly string[] =>
  [...world.tasks]
    .filter(([id, task]) => id !== own && isHeld(task) && task.assets.includes(asset))
    .filter(([, task]) => {
      const held = heldWindow(task);
      return held !== null && wanted !== null && overlaps(held, wanted);
    })
    .map(([id]) => id);

/** Ids of the tasks that a user, or an asset, holds. */
export const heldBy = (world: World, holder: string): readonly string[] =>
  [...world.tasks]
    .filter(([, task]) => isHeld(task) && (task.assigned_to === holder || task.assets.includes(holder)))
    .map(([id]) => id);

/** Ids of the tasks and absences that stand in the way of a wanted window; what wants it does not. */
export const inTheWay = (
  world: World,
  { user, window: wanted, own }: Wish,
): { readonly tasks: readonly string[]; readonly absences: readonly string[] } => {
  const isInTheWay = (id: string, window: Window | null | undefined): boolean =>
    id !== own && wanted !== null && window !== null && window !== undefined && overlaps(window, wanted);
  return {
    tasks: heldBy(world, user).filter((id) => isInTheWay(id, heldOf(world, id))),
    absences: [...world.absences]
      .filter(([id, absence]) => absence.user === user && isInTheWay(id, absence.window))
      .map(([id]) => id),
  };
};

const heldOf = (world: World, id: string): Window | null | undefined => {
  const task = world.tasks.get(id);
  return task && heldWindow(task);
};

/** Every rule that a wish breaks, in the order in which a refusal names them. */
export const brokenBy = (world: World, wish: Wish): readonly string[] => {
  const { tasks, absences } = inTheWay(world, wish);
  const assets = (wish.assets ?? []).filter((id) => world.assets.has(id));
  const isTaken = assets.some((id) => holdersOfAsset(world, id, wish.window, wish.own).length > 0);
  const isOut = assets.some((id) => isOutOfUse(world, id, wish));
  return [
    ...(tasks.length > 0 ? ['schedule_conflict'] : []),
    ...(absences.length > 0 ? ['unavailable'] : []),
    ...ownBreaches(world, wish).filter((rule) => wish.override?.includes(rule) !== true),
    ...(isTaken ? ['asset_conflict'] : []),
    ...(isOut ? ['asset_unavailable'] : []),
  ];
};

/** Whether an asset is not to be had: maintained at that time, or, where it is wanted anew, not in use or not in operation. */
const isOutOfUse = (world: World, id: string, wish: Wish): boolean => {
  const asset = world.assets.get(id);
  const isFit = asset?.status === 'AVAILABLE' && isAtWork(asset.hours, wish);
  return inTheWay(world, { ...wish, user: id }).absences.length > 0 || !(isFit || wish.kept?.includes(id) === true);
};

/** The rules about a person that a wish breaks, whatever else that one holds; only work is asked about. */
const ownBreaches = (world: World, wish: Wish): readonly Overridable[] => {
  const user = world.users.get(wish.user);
  if (user === undefined || wish.isWork !== true) return [];
  return [
    ...((wish.required_qualifications ?? []).every((code) => isValid(user.grants.get(code), wish.window))
      ? []
      : ['not_qualified' as const]),
    ...(isAtWork(user.hours, wish) ? [] : ['outside_working_hours' as const]),
  ];
};

/** Everything that a model's run does happens in its first second; a task without a window asks for that moment. */
const NOW = { start: '2026-01-01T00:00:00.000Z', end: '2026-01-01T00:00:01.000Z' };
const isValid = (validity: Validity | undefined, window: Window | null): boolean => {
  const { start, end } = window ?? NOW;
  return validity !== undefined && (validity.from ?? start) <= start && end <= (validity.until ?? end);
};

const isAtWork = (hours: WorkingTime | null, { window }: Wish): boolean => {
  if (hours === null || window === null) return true;
  const [from, to] = hours.map((hour) => `${window.start.slice(0, 11)}${String(hour).padStart(2, '0')}:00:00.000Z`);
  return from !== undefined && to !== undefined && from <= window.start && window.end <= to;
};

/** What there is first against a window for a user. */
const timeRefusal = (world: World, wish: Wish): string | undefined => brokenBy(world, wish)[0];

/** What has changed of what a plan saw. */
export const changedSince = (world: World, { task, token }: ShownPlan): readonly string[] => {
  const plan = planIn(token);
  const assets = [...world.assets.values()];
  const available = assets.filter(({ status }) => status === 'AVAILABLE').length;
  return [
    ...(world.tasks.get(task)?.version === plan.version ? [] : ['task']),
    ...(plan.tally.available === available ? [] : ['available_assets']),
    ...(plan.tally.total === assets.length ? [] : ['total_assets']),
    ...plan.calendars
      .filter(([user, version]) => (world.users.get(user)?.calendar ?? null) !== version)
      .map(([user]) => `calendar of ${user}`),
  ];
};

/** The users whom an auto-dispatch may choose from: the active ones among the named, or all that are active. */
const candidatesOf = (world: World, named: readonly string[]): readonly string[] =>
  (named.length > 0 ? [...new Set(named)] : [...world.users.keys()]).filter((id) => world.users.get(id)?.is_active);

/** Why each candidate could not be chosen who could not. */
export const exclusionsOf = (world: World, taskId: string, named: readonly string[]): ReadonlyMap<string, string> => {
  const activeIds = [...world.users].filter(([, { is_active }]) => is_active).map(([id]) => id);
  const reasons = (named.length > 0 ? named : activeIds).map((user) => {
    const known = world.users.get(user);
    if (known === undefined) return [user, 'unknown_user'] as const;
    return [user, known.is_active ? timeRefusal(world, wishFor(world, taskId, user)) : 'inactive'] as const;
  });
  return new Map(reasons.flatMap(([user, code]) => (code === undefined ? [] : [[user, code]])));
};

/** Those of them who are free, best first. In the model's worlds only the workload sets candidates apart. */
export const freeCandidates = (world: World, taskId: string, named: readonly string[]): readonly string[] => {
  const load = (user: string): number => heldBy(world, user).length;
  const points = (user: string): number => Math.max(6, 32 - 8 * load(user));
  return candidatesOf(world, named)
    .filter((user) => timeRefusal(world, wishFor(world, taskId, user)) === undefined)
    .toSorted((a, b) => points(b) - points(a) || load(a) - load(b) || (a < b ? -1 : 1));
};

/** What an auto-dispatch wants of a candidate. */
const wishFor = (world: World, taskId: string, user: string): Wish => {
  const required_qualifications = world.tasks.get(taskId)?.required_qualifications ?? [];
  return { user, window: heldOf(world, taskId) ?? null, own: taskId, isWork: true, required_qualifications };
};

/** What makes two requests the same to an idempotency key. */
export const printOf = ({ action, isPreview }: Request): string => JSON.stringify([action, isPreview]);

/** What the contract says to a request in a world: `ok`, `replay`, or the code of the refusal. */
export const predict = (world: World, request: Request): string => {
  const receipt = request.key === undefined ? undefined : world.receipts.get(request.key);
  if (receipt !== undefined) return receipt.print === printOf(request) ? 'replay' : 'idempotency_key_reused';
  const { action } = request;
  switch (action.kind) {
    case 'create':
      return draftRefusal(world, action.draft) ?? 'ok';
    case 'batch':
      if (action.drafts.some(({ name }) => name === '')) return 'validation_failed';
      return action.drafts.map((draft) => draftRefusal(world, draft)).find((code) => code !== undefined) ?? 'ok';
    case 'activate':
    case 'hours':
      return world.users.has(action.user) ? 'ok' : 'user_not_found';
    case 'grant':
    case 'withdraw':
      if (!world.users.has(action.user)) return 'user_not_found';
      return world.codes.includes(action.code) ? 'ok' : 'qualification_not_found';
    case 'absence':
    case 'maintenance':
      return assignmentRefusal(world, action) ?? 'ok';
    case 'operation':
      return world.assets.has(action.asset) ? 'ok' : 'asset_not_found';
    case 'maintained':
      if (!world.assets.has(action.asset)) return 'asset_not_found';
      return world.absences.get(action.absence)?.user === action.asset ? 'ok' : 'absence_not_found';
    case 'present':
      if (!world.users.has(action.user)) return 'user_not_found';
      return world.absences.get(action.absence)?.user === action.user ? 'ok' : 'absence_not_found';
    case 'revise':
      return world.templates.has(action.template) ? 'ok' : 'template_not_found';
    case 'user':
      return [...world.users.values()].some(({ name }) => name === action.name) ? 'duplicate' : 'ok';
    case 'asset':
      return [...world.assets.values()].some(({ code }) => code === action.code) ? 'duplicate' : 'ok';
    case 'availability':
      return world.assets.has(action.asset) ? 'ok' : 'asset_not_found';
    default: {
      if (action.kind === 'commit' && action.plan.task !== action.task) return 'malformed_plan';
      const task = world.tasks.get(action.task);
      if (task === undefined) return 'task_not_found';
      if (request.ifMatch !== undefined && request.ifMatch !== task.version) return 'precondition_failed';
      return taskRefusal(world, task, action) ?? 'ok';
    }
  }
};

const draftRefusal = (world: World, draft: Draft): string | undefined => {
  const { type, template, required_qualifications: codes = [] } = draft;
  if (type === TYPE.unknown) return 'task_type_not_found';
  if (type === TYPE.inactive) return 'inactive_task_type';
  const known = template === null ? undefined : world.templates.get(template);
  if (template !== null && known === undefined) return 'template_not_found';
  if (known?.is_active === false) return 'inactive_template';
  return codes.every((code) => world.codes.includes(code)) ? undefined : 'qualification_not_found';
};

type TaskAction = Extract<Action, { readonly task: string }>;

const taskRefusal = (world: World, task: ModelTask, action: TaskAction): string | undefined => {
  const leadsTo = (target: string): boolean => NEXT[task.state]?.includes(target) ?? false;
  switch (action.kind) {
    case 'submit':
      if (!task.requires_approval) return 'approval_not_required';
      return leadsTo('APPROVAL_PENDING') ? undefined : 'illegal_transition';
    case 'approve':
      return leadsTo(DECIDED[action.decision]) ? undefined : 'illegal_transition';
    case 'move':
      if (DEDICATED.includes(action.target)) return 'dedicated_endpoint';
      return leadsTo(action.target) ? undefined : 'illegal_transition';
    case 'risk':
      return NEXT[task.state]?.length === 0 ? 'task_closed' : undefined;
    case 'attach':
    case 'comment':
      return undefined;
    case 'reassign':
      if (!isHeld(task)) return 'not_assigned';
      if (!world.users.has(action.user)) return 'user_not_found';
      return task.assigned_to === action.user ? 'already_assigned' : assignmentRefusal(world, action);
    case 'unassign':
      if (!isHeld(task)) return 'not_assigned';
      return task.state === 'DISPATCHED' ? undefined : 'illegal_transition';
    case 'reschedule':
      if (['ACCEPTED', 'ARCHIVED', 'CANCELED'].includes(task.state)) return 'task_closed';
      if (action.assets !== undefined && !isHeld(task)) return 'not_assigned';
      return assignmentRefusal(world, action);
    case 'amend':
      if (NEXT[task.state]?.length === 0) return 'task_closed';
      if (!['DRAFT', 'APPROVAL_PENDING', 'APPROVED', 'REJECTED'].includes(task.state)) return 'already_dispatched';
      return action.patch.required_qualifications?.every((code) => world.codes.includes(code)) === false
        ? 'qualification_not_found'
        : undefined;
    case 'commit':
      return changedSince(world, action.plan).length > 0 ? 'plan_stale' : undefined;
    case 'dispatch':
    case 'auto':
      if (task.state === 'DRAFT' && task.requires_approval) return 'approval_required';
      if (!leadsTo('DISPATCHED')) return 'illegal_transition';
      return assignmentRefusal(world, action);
  }
};

const DECIDED = { APPROVE: 'APPROVED', REJECT: 'REJECTED' } as const;

/** What there is against the one whose time is wanted, or against all candidates of an auto-dispatch. */
export const assignmentRefusal = (world: World, action: Action): string | undefined => {
  if (action.kind === 'auto') return candidateRefusal(world, action.task, action.candidates);
  const wish = wishOf(world, action);
  if (wish === undefined) return undefined;
  if (action.kind === 'maintenance')
    return world.assets.has(action.asset) ? timeRefusal(world, wish) : 'asset_not_found';
  const user = world.users.get(wish.user);
  if (user === undefined) return 'user_not_found';
  if (wish.assets?.some((id) => !world.assets.has(id)) === true) return 'asset_not_found';
  return user.is_active || isLess(world, action) ? timeRefusal(world, wish) : 'inactive_user';
};

/** Whether an action leaves a held task with less time than it has: none, or a part. */
const isLess = (world: World, action: Action): boolean => {
  if (action.kind !== 'reschedule') return false;
  const has = world.tasks.get(action.task)?.window ?? null;
  const wanted = action.window;
  return wanted === null || (has !== null && has.start <= wanted.start && wanted.end <= has.end);
};

/** A window that is wanted of a user and of equipment, and the task that it is for. */
export interface Wish {
  /** Or the asset that is to be maintained. */
  readonly user: string;
  /** With its buffer. */
  readonly window: Window | null;
  readonly buffer?: number;
  readonly own?: string;
  /** Whether it is for work, and more of it than is held: only that asks for hours and qualifications. */
  readonly isWork?: boolean;
  readonly required_qualifications?: readonly string[];
  readonly override?: readonly Overridable[] | undefined;
  readonly assets?: readonly string[];
  /** The assets that hold all of it already. */
  readonly kept?: readonly string[];
}

/** Whose time an action takes, and which window; nobody's when it takes none. */
export const wishOf = (world: World, action: Action): Wish | undefined => {
  if (action.kind === 'absence') return { user: action.user, window: action.window };
  if (action.kind === 'maintenance') return { user: action.asset, window: action.window };
  const task = 'task' in action ? world.tasks.get(action.task) : undefined;
  if (task === undefined || !('task' in action)) return undefined;
  const own = action.task;
  const { buffer, required_qualifications } = task;
  const window = heldWindow(task);
  const override = 'override' in action ? action.override : undefined;
  const ofTask = { buffer, own, required_qualifications, override };
  if (action.kind === 'dispatch') return { ...ofTask, user: action.user, window, isWork: true, assets: action.assets };
  if (action.kind === 'reassign') {
    // Equipment that stays is not asked for again.
    return { ...ofTask, user: action.user, window, isWork: true, assets: action.assets ?? [], kept: task.assets };
  }
  if (action.kind !== 'reschedule' || !isHeld(task) || task.assigned_to === null) return undefined;
  const isShrunk = isLess(world, action);
  const assets = action.assets ?? task.assets;
  return {
    ...{ ...ofTask, user: task.assigned_to, window: widened(action.window, buffer), isWork: !isShrunk, assets },
    kept: isShrunk ? task.assets : [],
  };
};

/** The rules that an action sets aside: those that it names, and really breaks. */
const setAside = (world: World, action: Action): readonly Overridable[] => {
  const wish = wishOf(world, action);
  if (wish === undefined) return [];
  const broken = ownBreaches(world, wish);
  return OVERRIDABLE.filter((rule) => broken.includes(rule) && wish.override?.includes(rule) === true);
};

const candidateRefusal = (world: World, taskId: string, named: readonly string[]): string | undefined => {
  if (candidatesOf(world, named).length === 0) return 'no_candidates';
  return freeCandidates(world, taskId, named).length === 0 ? 'no_conflict_free_candidate' : undefined;
};

/** The world after a request that succeeded. The answer says which ids were given and whom an auto-dispatch chose. */
export const apply = (world: World, request: Request, answer: Answer): World =>
  keptIn(isThere(world, request.action) ? world : applyAction(world, request.action, answer), request, answer);

/** The world with the receipt of a request that was answered. */
export const keptIn = (next: World, request: Request, answer: Answer): World => {
  if (request.key === undefined) return next;
  const receipt = { print: printOf(request), body: answer.body as unknown };
  return { ...next, receipts: new Map([...next.receipts, [request.key, receipt]]) };
};

const isSubset = (part: object, whole: object | undefined): boolean =>
  Object.entries(part).every(
    ([name, value]) => JSON.stringify(Reflect.get(whole ?? {}, name)) === JSON.stringify(value),
  );

/** Whether what an action wants is so already: then it changes nothing. */
export const isThere = (world: World, action: Action): boolean => {
  switch (action.kind) {
    case 'activate':
      return world.users.get(action.user)?.is_active === action.is_active;
    case 'availability': {
      const { status, region } = action;
      return isSubset({ status, ...(region === null ? {} : { region }) }, world.assets.get(action.asset));
    }
    case 'revise':
      return isSubset(action.patch, world.templates.get(action.template));
    case 'amend':
      return isSubset(action.patch, world.tasks.get(action.task));
    case 'risk':
      return world.tasks.get(action.task)?.risk_level === action.level;
    case 'reschedule':
      return isSameSchedule(world.tasks.get(action.task), action);
    case 'hours':
      return JSON.stringify(world.users.get(action.user)?.hours) === JSON.stringify(action.hours);
    case 'operation':
      return JSON.stringify(world.assets.get(action.asset)?.hours) === JSON.stringify(action.hours);
    case 'grant': {
      const grant = world.users.get(action.user)?.grants.get(action.code);
      return grant !== undefined && isSubset(action.validity, grant);
    }
    case 'withdraw':
      return world.users.get(action.user)?.grants.has(action.code) === false;
    default:
      return false;
  }
};

const isSameSchedule = (
  task: ModelTask | undefined,
  { window, assets }: Extract<Action, { readonly kind: 'reschedule' }>,
): boolean => JSON.stringify([task?.window, task?.assets]) === JSON.stringify([window, assets ?? task?.assets]);

const applyAction = (world: World, action: Action, { body }: Answer): World => {
  switch (action.kind) {
    case 'create':
      return { ...world, tasks: new Map([...world.tasks, [String(body.id), madeFrom(world, action.draft)]]) };
    case 'batch': {
      const made = action.drafts.map((draft, at) => [String(body.tasks[at]?.id), madeFrom(world, draft)] as const);
      return { ...world, tasks: new Map([...world.tasks, ...made]) };
    }
    case 'user':
      return {
        ...world,
        users: new Map([...world.users, [String(body.id), newUser(action.name)]]),
      };
    case 'grant':
    case 'withdraw': {
      const user = world.users.get(action.user);
      if (user === undefined) return world;
      const others = [...user.grants].filter(([code]) => code !== action.code);
      const grants = new Map(action.kind === 'grant' ? [...others, [action.code, action.validity] as const] : others);
      return moved({ ...world, users: new Map([...world.users, [action.user, { ...user, grants }]]) }, action.user);
    }
    case 'activate': {
      const user = world.users.get(action.user);
      if (user === undefined) return world;
      const changed = { ...user, is_active: action.is_active };
      return moved({ ...world, users: new Map([...world.users, [action.user, changed]]) }, action.user);
    }
    case 'hours': {
      const user = world.users.get(action.user);
      if (user === undefined) return world;
      const changed = { ...user, hours: action.hours };
      return moved({ ...world, users: new Map([...world.users, [action.user, changed]]) }, action.user);
    }
    case 'absence': {
      const { user, window } = action;
      return moved({ ...world, absences: new Map([...world.absences, [String(body.id), { user, window }]]) }, user);
    }
    case 'present': {
      const absences = new Map([...world.absences].filter(([id]) => id !== action.absence));
      return moved({ ...world, absences }, action.user);
    }
    case 'maintenance': {
      const { asset: user, window } = action;
      return { ...world, absences: new Map([...world.absences, [String(body.id), { user, window }]]) };
    }
    case 'maintained':
      return { ...world, absences: new Map([...world.absences].filter(([id]) => id !== action.absence)) };
    case 'operation': {
      const asset = world.assets.get(action.asset);
      if (asset === undefined) return world;
      return { ...world, assets: new Map([...world.assets, [action.asset, { ...asset, hours: action.hours }]]) };
    }
    case 'revise': {
      const template = world.templates.get(action.template);
      if (template === undefined) return world;
      const isRevision = ![undefined, template.priority].includes(action.patch.priority);
      const revision = template.revision + Number(isRevision);
      const changed = { ...template, ...action.patch, revision };
      return { ...world, templates: new Map([...world.templates, [action.template, changed]]) };
    }
    case 'asset': {
      return { ...world, assets: new Map([...world.assets, [String(body.id), newAsset(action.code)]]) };
    }
    case 'availability': {
      const asset = world.assets.get(action.asset);
      if (asset === undefined) return world;
      const region = action.region ?? asset.region;
      const changed = { ...asset, status: action.status, region };
      return { ...world, assets: new Map([...world.assets, [action.asset, changed]]) };
    }
    default: {
      const task = world.tasks.get(action.task);
      if (task === undefined) return world;
      const rules = setAside(world, action);
      const changed = {
        ...{ ...task, ...patchOf(task, action, body), version: task.version + Number(!isRemark(action)) },
        overrides: rules.length === 0 ? task.overrides : [...task.overrides, rules],
      };
      const after = { ...world, tasks: new Map([...world.tasks, [action.task, changed]]) };
      const holders = [task, changed].map((one) => (isHeld(one) ? one.assigned_to : null));
      const isMoved = holders[0] !== holders[1] || action.kind === 'reschedule';
      return isMoved ? moved(after, ...holders) : after;
    }
  }
};

/** What is said about a task and changes nothing of it: its version, which clients see, stays. */
const isRemark = ({ kind }: Action): boolean => kind === 'comment' || kind === 'attach';

/** The calendars of some users at their next versions. */
const moved = (world: World, ...users: readonly (string | null)[]): World => ({
  ...world,
  users: new Map(
    [...world.users].map(([id, user]) => [id, users.includes(id) ? { ...user, calendar: user.calendar + 1 } : user]),
  ),
});

const madeFrom = ({ templates }: World, draft: Draft): ModelTask => {
  const template = draft.template === null ? undefined : templates.get(draft.template);
  const made = newTask(draft);
  return template === undefined
    ? made
    : { ...made, priority: template.priority, template: draft.template, revision: template.revision };
};

export const newUser = (name: string): ModelUser => ({
  ...{ name, is_active: true, hours: null, grants: new Map<string, Validity>(), calendar: 1 },
});

export const newAsset = (code: string): ModelAsset => ({ code, status: 'AVAILABLE', region: null, hours: null });

export const newTask = ({
  name,
  window,
  buffer,
  requires_approval,
  required_qualifications = [],
}: Omit<Draft, 'type' | 'template'>): ModelTask => ({
  name,
  window,
  buffer,
  requires_approval,
  required_qualifications,
  overrides: [],
  assets: [],
  state: 'DRAFT',
  assigned_to: null,
  priority: 5,
  risk_level: 3,
  template: null,
  revision: null,
  attachment_count: 0,
  version: 1,
});

const patchOf = (task: ModelTask, action: TaskAction, body: Answer['body']): Partial<ModelTask> => {
  switch (action.kind) {
    case 'submit':
      return { state: 'APPROVAL_PENDING' };
    case 'approve':
      return { state: DECIDED[action.decision] };
    case 'move':
      return { state: action.target };
    case 'dispatch':
      return { state: 'DISPATCHED', assigned_to: action.user, assets: action.assets };
    case 'reassign':
      return { assigned_to: action.user, assets: action.assets ?? task.assets };
    case 'unassign':
      return { state: task.requires_approval ? 'APPROVED' : 'DRAFT', assigned_to: null, assets: [] };
    case 'reschedule':
      return { window: action.window, assets: action.assets ?? task.assets };
    case 'amend':
      return { ...action.patch, state: task.state === 'REJECTED' ? 'REJECTED' : 'DRAFT' };
    case 'auto':
    case 'commit':
      return { state: 'DISPATCHED', assigned_to: String(body.selected_user_id) };
    case 'risk':
      return { risk_level: action.level };
    case 'attach':
      return { attachment_count: task.attachment_count + 1 };
    case 'comment':
      return {};
  }
};
