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
  readonly requires_approval: boolean;
  readonly state: string;
  readonly assigned_to: string | null;
  readonly risk_level: number;
  readonly attachment_count: number;
  readonly version: number;
}

export interface ModelAsset {
  readonly code: string;
  readonly status: string;
  readonly region: string | null;
}

export interface World {
  readonly users: ReadonlyMap<string, { readonly name: string; readonly is_active: boolean }>;
  readonly tasks: ReadonlyMap<string, ModelTask>;
  readonly assets: ReadonlyMap<string, ModelAsset>;
  /** By idempotency key: what it was used for, and what was answered. */
  readonly receipts: ReadonlyMap<string, { readonly print: string; readonly body: unknown }>;
}

/** A task to create. `type` names one of the types that every world begins with, or none. */
export interface Draft {
  readonly name: string;
  readonly type: string;
  readonly window: Window | null;
  readonly requires_approval: boolean;
}

export type Action =
  | { readonly kind: 'create'; readonly draft: Draft }
  | { readonly kind: 'batch'; readonly drafts: readonly Draft[] }
  | { readonly kind: 'submit'; readonly task: string }
  | { readonly kind: 'approve'; readonly task: string; readonly decision: 'APPROVE' | 'REJECT' }
  | { readonly kind: 'dispatch'; readonly task: string; readonly user: string }
  | { readonly kind: 'auto'; readonly task: string; readonly candidates: readonly string[] }
  | { readonly kind: 'move'; readonly task: string; readonly target: string }
  | { readonly kind: 'reassign'; readonly task: string; readonly user: string }
  | { readonly kind: 'unassign'; readonly task: string }
  | { readonly kind: 'reschedule'; readonly task: string; readonly window: Window | null }
  | { readonly kind: 'risk'; readonly task: string; readonly level: number }
  | { readonly kind: 'attach'; readonly task: string }
  | { readonly kind: 'comment'; readonly task: string }
  | { readonly kind: 'activate'; readonly user: string; readonly is_active: boolean }
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'asset'; readonly code: string }
  | { readonly kind: 'availability'; readonly asset: string; readonly status: string; readonly region: string | null };

export interface Request {
  readonly action: Action;
  readonly key?: string;
  readonly ifMatch?: number;
}

export interface Answer {
  readonly status: number;
  readonly replayed: boolean;
  // Bodies are judged against the model, field by field.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

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

/** Ids of the tasks that a user holds. */
export const heldBy = (world: World, user: string): readonly string[] =>
  [...world.tasks].filter(([, task]) => task.assigned_to === user && isHeld(task)).map(([id]) => id);

/** Ids of the tasks whose held windows stand in the way of a window for a task; its own does not. */
export const inTheWay = (world: World, user: string, taskId: string, wanted: Window | null): readonly string[] =>
  heldBy(world, user).filter((id) => {
    const window = world.tasks.get(id)?.window ?? null;
    return id !== taskId && wanted !== null && window !== null && overlaps(window, wanted);
  });

/** The users whom an auto-dispatch may choose from: the active ones among the named, or all that are active. */
const candidatesOf = (world: World, named: readonly string[]): readonly string[] =>
  (named.length > 0 ? [...new Set(named)] : [...world.users.keys()]).filter((id) => world.users.get(id)?.is_active);

/** Those of them who are free, best first. In the model's worlds only the workload sets candidates apart. */
export const freeCandidates = (world: World, taskId: string, named: readonly string[]): readonly string[] => {
  const load = (user: string): number => heldBy(world, user).length;
  const points = (user: string): number => Math.max(6, 32 - 8 * load(user));
  const window = world.tasks.get(taskId)?.window ?? null;
  return candidatesOf(world, named)
    .filter((user) => inTheWay(world, user, taskId, window).length === 0)
    .toSorted((a, b) => points(b) - points(a) || load(a) - load(b) || (a < b ? -1 : 1));
};

/** What makes two requests the same to an idempotency key. */
export const printOf = ({ action }: Request): string => JSON.stringify(action);

/** What the contract says to a request in a world: `ok`, `replay`, or the code of the refusal. */
export const predict = (world: World, request: Request): string => {
  const receipt = request.key === undefined ? undefined : world.receipts.get(request.key);
  if (receipt !== undefined) return receipt.print === printOf(request) ? 'replay' : 'idempotency_key_reused';
  const { action } = request;
  switch (action.kind) {
    case 'create':
      return draftRefusal(action.draft) ?? 'ok';
    case 'batch':
      if (action.drafts.some(({ name }) => name === '')) return 'validation_failed';
      return action.drafts.map(draftRefusal).find((code) => code !== undefined) ?? 'ok';
    case 'activate':
      return world.users.has(action.user) ? 'ok' : 'user_not_found';
    case 'user':
      return [...world.users.values()].some(({ name }) => name === action.name) ? 'duplicate' : 'ok';
    case 'asset':
      return [...world.assets.values()].some(({ code }) => code === action.code) ? 'duplicate' : 'ok';
    case 'availability':
      return world.assets.has(action.asset) ? 'ok' : 'asset_not_found';
    default: {
      const task = world.tasks.get(action.task);
      if (task === undefined) return 'task_not_found';
      if (request.ifMatch !== undefined && request.ifMatch !== task.version) return 'precondition_failed';
      return taskRefusal(world, task, action) ?? 'ok';
    }
  }
};

const draftRefusal = ({ type }: Draft): string | undefined => {
  if (type === TYPE.unknown) return 'task_type_not_found';
  return type === TYPE.inactive ? 'inactive_task_type' : undefined;
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
      return task.assigned_to === action.user ? 'already_assigned' : assignmentRefusal(world, task, action);
    case 'unassign':
      if (!isHeld(task)) return 'not_assigned';
      return task.state === 'DISPATCHED' ? undefined : 'illegal_transition';
    case 'reschedule':
      if (['ACCEPTED', 'ARCHIVED', 'CANCELED'].includes(task.state)) return 'task_closed';
      return assignmentRefusal(world, task, action);
    case 'dispatch':
    case 'auto':
      if (task.state === 'DRAFT' && task.requires_approval) return 'approval_required';
      if (!leadsTo('DISPATCHED')) return 'illegal_transition';
      return assignmentRefusal(world, task, action);
  }
};

const DECIDED = { APPROVE: 'APPROVED', REJECT: 'REJECTED' } as const;

/** What there is against the one whose time is wanted, or against all candidates of an auto-dispatch. */
export const assignmentRefusal = (world: World, task: ModelTask, action: Action): string | undefined => {
  if (action.kind === 'auto') return candidateRefusal(world, action.task, action.candidates);
  const wanted = wantedBy(task, action);
  if (wanted === undefined || !('task' in action)) return undefined;
  const user = world.users.get(wanted.user);
  if (user === undefined) return 'user_not_found';
  if (!user.is_active) return 'inactive_user';
  return inTheWay(world, wanted.user, action.task, wanted.window).length > 0 ? 'schedule_conflict' : undefined;
};

/** Whose time an action takes, and which window; nobody's when it takes none. */
export const wantedBy = (
  task: ModelTask,
  action: Action,
): { readonly user: string; readonly window: Window | null } | undefined => {
  if (action.kind === 'dispatch' || action.kind === 'reassign') return { user: action.user, window: task.window };
  const isMoved = action.kind === 'reschedule' && isHeld(task) && task.assigned_to !== null;
  return isMoved ? { user: task.assigned_to, window: action.window } : undefined;
};

const candidateRefusal = (world: World, taskId: string, named: readonly string[]): string | undefined => {
  if (candidatesOf(world, named).length === 0) return 'no_candidates';
  return freeCandidates(world, taskId, named).length === 0 ? 'no_conflict_free_candidate' : undefined;
};

/** The world after a request that succeeded. The answer says which ids were given and whom an auto-dispatch chose. */
export const apply = (world: World, request: Request, answer: Answer): World => {
  const next = applyAction(world, request.action, answer);
  if (request.key === undefined) return next;
  const receipt = { print: printOf(request), body: answer.body as unknown };
  return { ...next, receipts: new Map([...next.receipts, [request.key, receipt]]) };
};

const applyAction = (world: World, action: Action, { body }: Answer): World => {
  switch (action.kind) {
    case 'create':
      return { ...world, tasks: new Map([...world.tasks, [String(body.id), newTask(action.draft)]]) };
    case 'batch': {
      const made = action.drafts.map((draft, at) => [String(body.tasks[at]?.id), newTask(draft)] as const);
      return { ...world, tasks: new Map([...world.tasks, ...made]) };
    }
    case 'user':
      return {
        ...world,
        users: new Map([...world.users, [String(body.id), { name: action.name, is_active: true }]]),
      };
    case 'activate': {
      const user = world.users.get(action.user);
      const changed = { name: user?.name ?? '', is_active: action.is_active };
      return { ...world, users: new Map([...world.users, [action.user, changed]]) };
    }
    case 'asset': {
      const asset = { code: action.code, status: 'AVAILABLE', region: null };
      return { ...world, assets: new Map([...world.assets, [String(body.id), asset]]) };
    }
    case 'availability': {
      const asset = world.assets.get(action.asset);
      const region = action.region ?? asset?.region ?? null;
      const changed = { code: asset?.code ?? '', status: action.status, region };
      return { ...world, assets: new Map([...world.assets, [action.asset, changed]]) };
    }
    default: {
      const task = world.tasks.get(action.task);
      if (task === undefined) return world;
      const changed = { ...task, ...patchOf(task, action, body), version: task.version + 1 };
      return { ...world, tasks: new Map([...world.tasks, [action.task, changed]]) };
    }
  }
};

export const newTask = ({ name, window, requires_approval }: Omit<Draft, 'type'>): ModelTask => ({
  name,
  window,
  requires_approval,
  state: 'DRAFT',
  assigned_to: null,
  risk_level: 3,
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
      return { state: 'DISPATCHED', assigned_to: action.user };
    case 'reassign':
      return { assigned_to: action.user };
    case 'unassign':
      return { state: task.requires_approval ? 'APPROVED' : 'DRAFT', assigned_to: null };
    case 'reschedule':
      return { window: action.window };
    case 'auto':
      return { state: 'DISPATCHED', assigned_to: String(body.selected_user_id) };
    case 'risk':
      return { risk_level: action.level };
    case 'attach':
      return { attachment_count: task.attachment_count + 1 };
    case 'comment':
      return {};
  }
};
