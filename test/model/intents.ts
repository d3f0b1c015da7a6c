import fc from 'fast-check';
import { WINDOWS } from './service.ts';
import {
  CODE,
  TEMPLATE,
  TYPE,
  type Action,
  type Amendment,
  type Draft,
  type Overridable,
  type Request,
  type ShownPlan,
  type Validity,
  type Window,
  type WorkingTime,
} from './world.ts';

/** What an actor knows to exist when it sends a request. */
export interface Known {
  readonly users: readonly string[];
  readonly tasks: readonly string[];
  readonly assets: readonly string[];
  readonly absences: readonly { readonly user: string; readonly id: string }[];
  readonly maintained: readonly { readonly asset: string; readonly id: string }[];
  /** Tasks that were held when an actor last heard of them, and by whom. */
  readonly held: readonly { readonly task: string; readonly user: string }[];
  /** What previews of auto-dispatches have shown. */
  readonly plans: readonly ShownPlan[];
  /** Requests with an idempotency key that were sent before. */
  readonly keyed: readonly Request[];
}

/** A request that is still to be aimed: numbers stand for whatever is known when it is sent. */
export type Intent = (known: Known) => Request;

const at = (ids: readonly string[], number: number): string => ids[number % ids.length] ?? 'nobody';

/** Among the tasks that every run begins with, or made since; now and then one that does not exist. */
const task = fc.oneof(
  { arbitrary: fc.nat(5), weight: 8 },
  { arbitrary: fc.nat(12), weight: 3 },
  { arbitrary: fc.constant(-1), weight: 1 },
);
const taskOf = ({ tasks }: Known, number: number): string => (number === -1 ? 'no-task' : at(tasks, number));
/** Two users are enough to compete for; few windows make conflicts likely. */
const user = fc.oneof(
  { arbitrary: fc.nat(1), weight: 8 },
  { arbitrary: fc.nat(4), weight: 3 },
  { arbitrary: fc.constant(-1), weight: 1 },
);
const userOf = ({ users }: Known, number: number): string => (number === -1 ? 'nobody' : at(users, number));

const name = fc.constantFrom('mast', 'roof', 'dam');
const type = fc.oneof(
  { arbitrary: fc.constant(TYPE.active), weight: 10 },
  { arbitrary: fc.constantFrom(TYPE.inactive, TYPE.unknown), weight: 1 },
);
const template = fc.oneof(
  { arbitrary: fc.constant(null), weight: 3 },
  { arbitrary: fc.constant(TEMPLATE.known), weight: 3 },
  { arbitrary: fc.constant(TEMPLATE.unknown), weight: 1 },
);
const draft: fc.Arbitrary<Draft> = fc.record({
  name,
  type,
  template,
  window: fc.constantFrom(null, ...WINDOWS),
  buffer: fc.constant(0),
  requires_approval: fc.oneof(
    { arbitrary: fc.constant(false), weight: 3 },
    { arbitrary: fc.constant(true), weight: 1 },
  ),
});
/** One that breaks the schema, for a batch that must then not happen at all. */
const badDraft = draft.map((good): Draft => ({ ...good, name: '' }));

const sometimes = <T>(one: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ arbitrary: fc.constant(null), weight: one - 1 }, { arbitrary, weight: 1 });
const key = sometimes(4, fc.constantFrom('k1', 'k2', 'k3', 'k4'));
const ifMatch = sometimes(10, fc.integer({ min: 1, max: 4 }));
/** Whether a request is only asked to check. */
const preview = sometimes(6, fc.constant(true as const));

type TaskAction = Extract<Action, { readonly task: string }>;

const without = (action: Action, used: string | null): Request => (used === null ? { action } : { action, key: used });
const aboutTask = (
  make: fc.Arbitrary<(known: Known, id: string) => TaskAction>,
  { keys = key, previews = NEVER }: { keys?: fc.Arbitrary<string | null>; previews?: fc.Arbitrary<true | null> } = {},
): fc.Arbitrary<Intent> =>
  fc.tuple(task, make, keys, ifMatch, previews).map(([number, action, used, version, isPreview]) => (known) => ({
    ...without(action(known, taskOf(known, number)), used),
    ...(version === null ? {} : { ifMatch: version }),
    ...(isPreview === null ? {} : { isPreview }),
  }));
const NEVER = fc.constant(null);
/** A PATCH is repeated without a key: it takes none. */
const noKey = fc.constant(null);

const createOf = (drafts: fc.Arbitrary<Draft>): fc.Arbitrary<Intent> =>
  fc.tuple(drafts, key).map(
    ([made, used]): Intent =>
      () =>
        without({ kind: 'create', draft: made }, used),
  );
const create = createOf(draft);
const createBuffered = createOf(draft.map((made) => ({ ...made, type: TYPE.active, template: null, buffer: 1 })));
const createFromTemplate = createOf(draft.map((made) => ({ ...made, type: TYPE.active, template: TEMPLATE.known })));
const batch = fc
  .tuple(
    fc.array(fc.oneof({ arbitrary: draft, weight: 8 }, { arbitrary: badDraft, weight: 1 }), {
      minLength: 1,
      maxLength: 4,
    }),
    key,
    preview,
  )
  .map(([drafts, used, isPreview]): Intent => () => ({
    ...without({ kind: 'batch', drafts }, used),
    ...(isPreview === null ? {} : { isPreview }),
  }));
const submit = aboutTask(fc.constant((_, id) => ({ kind: 'submit', task: id })));
const approve = aboutTask(
  fc
    .constantFrom('APPROVE', 'APPROVE', 'REJECT')
    .map((decision) => (_: Known, id: string) => ({ kind: 'approve', task: id, decision })),
);
/** Equipment for a task: mostly none; one asset that all compete for, or the other, or both. */
const equipment = fc.oneof(
  { arbitrary: fc.constant<readonly number[]>([]), weight: 4 },
  { arbitrary: fc.constantFrom<readonly number[]>([0], [0], [1], [0, 1], [-1]), weight: 2 },
);
const assetsOf = ({ assets }: Known, numbers: readonly number[]): readonly string[] =>
  numbers.map((number) => (number === -1 ? 'no-asset' : at(assets, number)));
const dispatchWith = (equipped: fc.Arbitrary<readonly number[]>) =>
  fc.tuple(user, equipped).map(([number, numbers]) => (known: Known, id: string) => ({
    ...{ kind: 'dispatch' as const, task: id, user: userOf(known, number) },
    assets: [...new Set(assetsOf(known, numbers))],
  }));
const dispatch = aboutTask(
  user.map((number) => (known: Known, id: string) => ({
    ...{ kind: 'dispatch' as const, task: id, user: userOf(known, number) },
    assets: [],
  })),
  { previews: preview },
);
const dispatchEquipped = aboutTask(dispatchWith(equipment), { previews: preview });
const dispatchOf =
  (number: number, userNumber: number, equipped: readonly number[] = []): Intent =>
  (known) => ({
    action: {
      ...{ kind: 'dispatch', task: taskOf(known, number), user: userOf(known, userNumber) },
      assets: assetsOf(known, equipped),
    },
  });
const autoOf =
  (number: number, userNumbers: readonly number[]): Intent =>
  (known) => ({
    action: {
      kind: 'auto',
      task: taskOf(known, number),
      candidates: userNumbers.map((userNumber) => userOf(known, userNumber)),
    },
  });
const autoAction = fc.array(user, { maxLength: 3 }).map((numbers) => (known: Known, id: string) => ({
  kind: 'auto' as const,
  task: id,
  candidates: numbers.map((number) => userOf(known, number)),
}));
const auto = aboutTask(autoAction);
/** Shows a plan. */
const plan = aboutTask(autoAction, { previews: fc.constant(true) });
/** Commits what was shown: mostly of late, and now and then for another task. */
const commit = fc
  .tuple(fc.nat(2), sometimes(12, task), key, plan)
  .map(([number, other, used, otherwise]): Intent => (known) => {
    const shown = known.plans.at(-1 - (number % Math.max(1, known.plans.length)));
    if (shown === undefined) return otherwise(known);
    const id = other === null ? shown.task : taskOf(known, other);
    return without({ kind: 'commit', task: id, plan: shown }, used);
  });
const moveTo = (target: fc.Arbitrary<string>): fc.Arbitrary<Intent> =>
  aboutTask(target.map((state) => (_: Known, id: string) => ({ kind: 'move', task: id, target: state })));
const move = moveTo(
  fc.oneof(
    { arbitrary: fc.constantFrom('CANCELED', 'IN_PROGRESS', 'ACCEPTED'), weight: 5 },
    { arbitrary: fc.constantFrom('DRAFT', 'ARCHIVED', 'DISPATCHED'), weight: 2 },
  ),
);
const reassignOf =
  (number: number, userNumber: number): Intent =>
  (known) => ({ action: { kind: 'reassign', task: taskOf(known, number), user: userOf(known, userNumber) } });
const reassign = aboutTask(
  user.map((number) => (known: Known, id: string) => ({ kind: 'reassign', task: id, user: userOf(known, number) })),
);
const unassign = aboutTask(fc.constant((_: Known, id: string) => ({ kind: 'unassign', task: id })));
const rescheduleOf =
  (number: number, window: Window | null): Intent =>
  (known) => ({ action: { kind: 'reschedule', task: taskOf(known, number), window } });
const reschedule = aboutTask(
  fc
    .constantFrom(null, ...WINDOWS)
    .map((window) => (_: Known, id: string) => ({ kind: 'reschedule', task: id, window })),
  { keys: noKey },
);
/** Of a task that is held, as far as is known: given to another, given back, moved. */
const replanHeld = fc
  .tuple(
    fc.nat(2),
    fc.constantFrom<(known: Known, id: string, holder: string) => TaskAction>(
      ({ users }, id, holder) => ({ kind: 'reassign', task: id, user: users.find((one) => one !== holder) ?? holder }),
      (_, id) => ({ kind: 'unassign', task: id }),
      (_, id) => ({ kind: 'reschedule', task: id, window: WINDOWS[4] }),
      (_, id) => ({ kind: 'reschedule', task: id, window: WINDOWS[1] }),
      (_, id) => ({ kind: 'reschedule', task: id, window: WINDOWS[3] }),
      (_, id) => ({ kind: 'reschedule', task: id, window: null }),
    ),
    dispatch,
  )
  .map(([number, action, otherwise]): Intent => (known) => {
    const held = known.held[number % Math.max(1, known.held.length)];
    return held === undefined ? otherwise(known) : { action: action(known, held.task, held.user) };
  });

/** Of a task that is held, as far as is known: moved or given to another with other equipment. */
const equipHeld = fc
  .tuple(
    fc.nat(2),
    fc.constantFrom<readonly number[]>([0], [1], [0, 1], []),
    fc.constantFrom(...WINDOWS),
    fc.boolean(),
    dispatch,
  )
  .map(([number, numbers, window, isMove, otherwise]): Intent => (known) => {
    const held = known.held[number % Math.max(1, known.held.length)];
    if (held === undefined) return otherwise(known);
    const assets = [...new Set(assetsOf(known, numbers))];
    const other = known.users.find((one) => one !== held.user) ?? held.user;
    return isMove
      ? { action: { kind: 'reschedule', task: held.task, window, assets } }
      : { action: { kind: 'reassign', task: held.task, user: other, assets } };
  });

const risk = aboutTask(
  fc.integer({ min: 1, max: 5 }).map((level) => (_: Known, id: string) => ({ kind: 'risk', task: id, level })),
  { keys: noKey },
);
const material = aboutTask(
  fc.constantFrom('attach', 'comment').map((kind) => (_: Known, id: string) => ({ kind, task: id })),
);
const amend = aboutTask(
  fc
    .constantFrom<Amendment>(
      { name: 'pole' },
      { priority: 9 },
      { requires_approval: true },
      { requires_approval: false },
    )
    .map((patch) => (_: Known, id: string) => ({ kind: 'amend', task: id, patch })),
  { keys: noKey },
);
const absenceOf =
  (number: number, window: Window, used: string | null = null): Intent =>
  (known) =>
    without({ kind: 'absence', user: userOf(known, number), window }, used);
const absence = fc
  .tuple(user, fc.constantFrom(...WINDOWS), key)
  .map(([number, window, used]) => absenceOf(number, window, used));
/** Gives an absence back: one that is known to be, of its own user but for now and then. */
const present = fc
  .tuple(fc.nat(3), sometimes(8, user), absence)
  .map(([number, other, otherwise]): Intent => (known) => {
    const kept = known.absences[number % Math.max(1, known.absences.length)];
    if (kept === undefined) return otherwise(known);
    const whose = other === null ? kept.user : userOf(known, other);
    return { action: { kind: 'present', user: whose, absence: kept.id } };
  });
const revision = fc.constantFrom(
  { priority: 7 },
  { priority: 2 },
  { is_active: false },
  { is_active: true },
  {
    priority: 8,
    is_active: true,
  },
);
const revise = fc
  .tuple(revision, sometimes(10, fc.constant(TEMPLATE.unknown)))
  .map(([patch, unknown]): Intent => () => ({
    action: { kind: 'revise', template: unknown ?? TEMPLATE.known, patch },
  }));
const activateOf =
  (number: number, is_active: boolean): Intent =>
  (known) => ({ action: { kind: 'activate', user: userOf(known, number), is_active } });
const activate = fc.tuple(user, fc.boolean()).map(([number, is_active]) => activateOf(number, is_active));
const hoursOf =
  (number: number, hours: WorkingTime | null): Intent =>
  (known) => ({ action: { kind: 'hours', user: userOf(known, number), hours } });
/** All day, the morning, its later part. */
const someHours = fc.constantFrom<WorkingTime | null>(null, [8, 12], [9, 13]);
const hours = fc.tuple(user, someHours).map(([number, wanted]) => hoursOf(number, wanted));
/** An asset that all compete for, and the other; now and then one that does not exist. */
const asset = fc.oneof({ arbitrary: fc.constantFrom(0, 0, 1), weight: 9 }, { arbitrary: fc.constant(-1), weight: 1 });
const assetOf = (known: Known, number: number): string => assetsOf(known, [number])[0] ?? '';
const operationOf =
  (number: number, hours: WorkingTime | null): Intent =>
  (known) => ({ action: { kind: 'operation', asset: assetOf(known, number), hours } });
const operation = fc.tuple(asset, someHours).map(([number, wanted]) => operationOf(number, wanted));
const maintenanceOf =
  (number: number, window: Window, used: string | null = null): Intent =>
  (known) =>
    without({ kind: 'maintenance', asset: assetOf(known, number), window }, used);
const maintenance = fc
  .tuple(asset, fc.constantFrom(...WINDOWS), key)
  .map(([number, window, used]) => maintenanceOf(number, window, used));
/** Gives the time of a maintenance back: one that is known to be, of its own asset but for now and then. */
const maintained = fc
  .tuple(fc.nat(3), sometimes(8, asset), maintenance)
  .map(([number, other, otherwise]): Intent => (known) => {
    const kept = known.maintained[number % Math.max(1, known.maintained.length)];
    if (kept === undefined) return otherwise(known);
    const whose = other === null ? kept.asset : assetOf(known, other);
    return { action: { kind: 'maintained', asset: whose, absence: kept.id } };
  });
const newUser = fc.tuple(fc.constantFrom('fourth', 'fifth'), key).map(
  ([username, used]): Intent =>
    () =>
      without({ kind: 'user', name: username }, used),
);
const newAsset = fc.tuple(fc.constantFrom('one', 'two', 'three'), key).map(
  ([code, used]): Intent =>
    () =>
      without({ kind: 'asset', code }, used),
);
const availability = fc
  .tuple(fc.nat(3), fc.constantFrom('AVAILABLE', 'IN_USE'), fc.constantFrom(null, 'north', 'south'), key)
  .map(
    ([number, status, region, used]): Intent =>
      (known) =>
        without({ kind: 'availability', asset: at(known.assets, number), status, region }, used),
  );
/** A client that did not hear the answer sends the same again. */
const again = fc.tuple(fc.nat(5), create).map(
  ([number, otherwise]): Intent =>
    (known) =>
      known.keyed.at(-1 - (number % Math.max(1, known.keyed.length))) ?? otherwise(known),
);

/** Always, until the end of the first or the second window, from the start of the third on, long ago. */
const validity = fc.constantFrom<Validity>(
  { from: null, until: null },
  { from: null, until: WINDOWS[0].end },
  { from: null, until: WINDOWS[1].end },
  { from: WINDOWS[2].start, until: null },
  { from: null, until: '2025-01-01T00:00:00.000Z' },
);
const code = fc.oneof(
  { arbitrary: fc.constantFrom(CODE.fly, CODE.fly, CODE.lift), weight: 10 },
  { arbitrary: fc.constant(CODE.unknown), weight: 1 },
);
const grantOf =
  (number: number, granted: string, holds: Validity): Intent =>
  (known) => ({ action: { kind: 'grant', user: userOf(known, number), code: granted, validity: holds } });
const grant = fc.tuple(user, code, validity).map(([number, granted, holds]) => grantOf(number, granted, holds));
const withdrawOf =
  (number: number, taken: string): Intent =>
  (known) => ({ action: { kind: 'withdraw', user: userOf(known, number), code: taken } });
const withdraw = fc.tuple(user, code).map(([number, taken]) => withdrawOf(number, taken));
const createDemanding = createOf(
  fc.tuple(draft, code).map(([made, demanded]) => ({
    ...{ ...made, type: TYPE.active, template: null, requires_approval: false },
    required_qualifications: [demanded],
  })),
);
const amendDemand = aboutTask(
  fc
    .constantFrom<readonly string[]>([], [CODE.fly], [CODE.lift])
    .map((required_qualifications) => (_: Known, id: string) => ({
      ...{ kind: 'amend', task: id, patch: { required_qualifications } },
    })),
  { keys: noKey },
);
const override = fc.constantFrom<readonly Overridable[]>(
  ['not_qualified'],
  ['outside_working_hours'],
  ['not_qualified', 'outside_working_hours'],
);
const dispatchOverriding = aboutTask(
  fc.tuple(user, override).map(([number, rules]) => (known: Known, id: string) => ({
    ...{ kind: 'dispatch', task: id, user: userOf(known, number), assets: [], override: rules },
  })),
  { previews: preview },
);
/** Of a task that is held, as far as is known: moved or given to another, whatever some rules say. */
const overrideHeld = fc
  .tuple(fc.nat(2), override, fc.constantFrom(...WINDOWS), fc.boolean(), dispatch)
  .map(([number, rules, window, isMove, otherwise]): Intent => (known) => {
    const held = known.held[number % Math.max(1, known.held.length)];
    if (held === undefined) return otherwise(known);
    const other = known.users.find((one) => one !== held.user) ?? held.user;
    return isMove
      ? { action: { kind: 'reschedule', task: held.task, window, override: rules } }
      : { action: { kind: 'reassign', task: held.task, user: other, override: rules } };
  });

const weighted = (weights: readonly (readonly [number, fc.Arbitrary<Intent>])[]): fc.Arbitrary<Intent> =>
  fc.oneof(...weights.map(([weight, arbitrary]) => ({ weight, arbitrary })));

/** Everything that a client can do, dispatches more often than the rest. */
export const anyIntent = weighted([
  [2, create],
  [1, createBuffered],
  [2, batch],
  [2, submit],
  [2, approve],
  [5, dispatch],
  [3, dispatchEquipped],
  [4, auto],
  [6, move],
  [3, reassign],
  [2, unassign],
  [3, reschedule],
  [3, replanHeld],
  [2, amend],
  [3, plan],
  [3, commit],
  [3, absence],
  [2, present],
  [2, revise],
  [1, risk],
  [2, material],
  [3, activate],
  [2, hours],
  [2, equipHeld],
  [2, operation],
  [2, maintenance],
  [1, maintained],
  [2, grant],
  [1, withdraw],
  [1, createDemanding],
  [1, amendDemand],
  [2, dispatchOverriding],
  [1, overrideHeld],
  [1, newUser],
  [1, newAsset],
  [3, availability],
  [3, again],
]);

/** The one task of the first world that needs approval, on its way: new material takes the approval back. */
const approvable = fc
  .constantFrom<(id: string) => TaskAction>(
    (id) => ({ kind: 'submit', task: id }),
    (id) => ({ kind: 'approve', task: id, decision: 'APPROVE' }),
    (id) => ({ kind: 'amend', task: id, patch: { priority: 9 } }),
  )
  .map((action): Intent => (known) => ({ action: action(taskOf(known, 5)) }));

/** Something small comes in between a plan and its commit: the chosen one is away at an hour that few tasks want. */
const disturb = plan.map((otherwise): Intent => (known) => {
  const shown = known.plans.at(-1);
  if (shown === undefined) return otherwise(known);
  return { action: { kind: 'absence', user: shown.chosen, window: WINDOWS[4] } };
});

/** What a board of calendars is for: held tasks are moved, given to others and taken back, and people are away. */
export const replanIntent = weighted([
  [1, create],
  [7, dispatch],
  [14, replanHeld],
  [1, reschedule],
  [2, moveTo(fc.constantFrom('CANCELED', 'IN_PROGRESS'))],
  [4, absence],
  [4, present],
]);

/** What comes before a dispatch: templates change, material is amended and approved, plans are shown and committed. */
export const planIntent = weighted([
  [6, createFromTemplate],
  [6, revise],
  [9, approvable],
  [1, amend],
  [2, dispatch],
  [4, plan],
  [3, disturb],
  [6, commit],
  [1, availability],
]);

/** What rivals do: mostly the same things, to the same few. */
export const contestedIntent = weighted([
  [1, create],
  [2, batch],
  [8, dispatch],
  [4, auto],
  [6, moveTo(fc.constantFrom('CANCELED', 'IN_PROGRESS'))],
  [2, reassign],
  [2, unassign],
  [3, reschedule],
  [1, material],
  [2, activate],
  [2, availability],
]);

/** What equipment, buffers and hours are for: few drones for many tasks, people with few hours. */
export const equippedIntent = weighted([
  [2, createBuffered],
  [12, aboutTask(dispatchWith(fc.constantFrom<readonly number[]>([0], [0], [1], [0, 1])))],
  [8, equipHeld],
  [6, replanHeld],
  [4, moveTo(fc.constantFrom('CANCELED', 'IN_PROGRESS'))],
  [4, hours],
  [2, auto],
  [4, availability],
]);

/** What hours and maintenance of equipment are for: one drone that is often not to be had, and tasks that want it. */
export const operatedIntent = weighted([
  [1, createBuffered],
  [12, aboutTask(dispatchWith(fc.constantFrom<readonly number[]>([0], [0], [0], [1], [0, 1])))],
  [6, equipHeld],
  [6, replanHeld],
  [4, moveTo(fc.constantFrom('CANCELED', 'IN_PROGRESS'))],
  [5, operation],
  [5, maintenance],
  [3, maintained],
  [2, availability],
]);

/** What qualifications are for: people who may do some of it, for some time, and who is sent all the same. */
export const qualifiedIntent = weighted([
  [1, createDemanding],
  [1, amendDemand],
  [6, dispatch],
  [9, dispatchOverriding],
  // One who may take it from its hour on, so that a move takes it out of reach.
  [3, fc.constant(dispatchOf(2, 1))],
  [8, replanHeld],
  [5, overrideHeld],
  [3, auto],
  [4, moveTo(fc.constantFrom('CANCELED', 'IN_PROGRESS'))],
  [5, grant],
  [3, withdraw],
  [4, hours],
]);

/** The tasks of the first world whose windows overlap. */
const rivalTask = fc.constantFrom(0, 1, 2, 4);

/** Two or three who want the same user or the same task, or disagree about a user, at the same time. */
export const rush: fc.Arbitrary<readonly Intent[]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.nat(1), fc.uniqueArray(rivalTask, { minLength: 2, maxLength: 3 }))
      .map(([userNumber, numbers]) => numbers.map((number) => dispatchOf(number, userNumber))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(rivalTask, fc.array(fc.nat(1), { minLength: 2, maxLength: 3 }))
      .map(([number, userNumbers]) => userNumbers.map((userNumber) => dispatchOf(number, userNumber))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(rivalTask, fc.nat(1), fc.array(fc.constantFrom(...WINDOWS), { minLength: 1, maxLength: 2 }))
      .map(([number, userNumber, windows]) => [
        reassignOf(number, userNumber),
        ...windows.map((window) => rescheduleOf(number, window)),
      ]),
  },
  {
    weight: 2,
    arbitrary: fc
      .uniqueArray(rivalTask, { minLength: 2, maxLength: 3 })
      .map((numbers) => numbers.map((number) => autoOf(number, [0, 1]))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(1), fc.array(fc.boolean(), { minLength: 2, maxLength: 3 }))
      .map(([number, states]) => states.map((is_active) => activateOf(number, is_active))),
  },
);

/** What is wanted of the same user at the same time, and one of it is that nothing is. */
export const replanRush: fc.Arbitrary<readonly Intent[]> = fc.oneof(
  fc
    .tuple(rivalTask, fc.nat(1), fc.constantFrom(...WINDOWS), fc.constantFrom(...WINDOWS))
    .map(([number, userNumber, window, other]) => [
      dispatchOf(number, userNumber),
      absenceOf(userNumber, window),
      absenceOf(userNumber, other),
    ]),
  fc
    .tuple(replanHeld, replanHeld, fc.nat(1), fc.constantFrom(...WINDOWS))
    .map(([one, other, userNumber, window]) => [one, other, absenceOf(userNumber, window)]),
);

/** Two who want one drone, or one of whom takes it out of use, or whose hours change at that moment. */
export const equippedRush: fc.Arbitrary<readonly Intent[]> = fc.oneof(
  fc
    .tuple(fc.uniqueArray(rivalTask, { minLength: 2, maxLength: 2 }), fc.nat(1))
    .map(([numbers, asset]) => numbers.map((number, person) => dispatchOf(number, person, [asset]))),
  fc
    .tuple(rivalTask, fc.nat(1))
    .map(([number, asset]): readonly Intent[] => [
      dispatchOf(number, 0, [asset]),
      (known) => ({ action: { kind: 'availability', asset: at(known.assets, asset), status: 'IN_USE', region: null } }),
    ]),
  fc.tuple(rivalTask, someHours).map(([number, wanted]) => [dispatchOf(number, 0), hoursOf(0, wanted)]),
  fc.tuple(equipHeld, equipHeld).map((intents) => [...intents]),
);

/** A drone is wanted at the moment in which it is taken to the workshop, or its hours change, or both change. */
export const operatedRush: fc.Arbitrary<readonly Intent[]> = fc.oneof(
  fc
    .tuple(rivalTask, fc.constantFrom(...WINDOWS))
    .map(([number, window]) => [dispatchOf(number, 0, [0]), maintenanceOf(0, window)]),
  fc.tuple(rivalTask, someHours).map(([number, wanted]) => [dispatchOf(number, 0, [0]), operationOf(0, wanted)]),
  fc
    .tuple(fc.constantFrom(...WINDOWS), fc.constantFrom(...WINDOWS), someHours)
    .map(([one, other, wanted]) => [maintenanceOf(0, one), maintenanceOf(0, other), operationOf(0, wanted)]),
  fc.tuple(equipHeld, maintenance, operation).map((intents) => [...intents]),
);

/** The tasks of the qualified world that ask for a qualification. */
const demandingTask = fc.constantFrom(1, 2, 3, 4);

/** What a person is qualified for changes twice, or at the moment of a dispatch that asks for it. */
export const qualifiedRush: fc.Arbitrary<readonly Intent[]> = fc.oneof(
  fc
    .tuple(demandingTask, fc.nat(1), validity, fc.boolean())
    .map(([number, person, holds, isTaken]) => [
      dispatchOf(number, person),
      isTaken ? withdrawOf(person, CODE.fly) : grantOf(person, CODE.fly, holds),
    ]),
  fc
    .tuple(fc.nat(1), validity, validity)
    .map(([person, holds, lifts]) => [grantOf(person, CODE.fly, holds), grantOf(person, CODE.lift, lifts)]),
  fc.tuple(dispatchOverriding, dispatchOverriding, overrideHeld).map((intents) => [...intents]),
  fc
    .tuple(demandingTask, validity)
    .map(([number, holds]) => [autoOf(number, [0, 1]), grantOf(0, CODE.fly, holds), withdrawOf(1, CODE.fly)]),
);

/** A plan is committed while its task or its user is wanted, and a template is revised twice while it is used. */
export const planRush: fc.Arbitrary<readonly Intent[]> = fc.oneof(
  fc
    .tuple(commit, rivalTask, fc.nat(1))
    .map(([committed, number, userNumber]) => [committed, dispatchOf(number, userNumber)]),
  fc.tuple(revise, revise, createFromTemplate).map((intents) => [...intents]),
);

/** One user who comes and goes, and is asked for again and again. */
export const fickleIntent = weighted([
  [4, fc.nat(5).map((number) => autoOf(number, [0]))],
  [4, fc.boolean().map((is_active) => activateOf(0, is_active))],
  [1, fc.nat(5).map((number) => dispatchOf(number, 0))],
  [1, moveTo(fc.constant('CANCELED'))],
]);
export const fickleRush: fc.Arbitrary<readonly Intent[]> = fc
  .tuple(fc.boolean(), fc.nat(5))
  .map(([is_active, number]) => [activateOf(0, is_active), autoOf(number, [0])]);

export const describe = ({ action, key: used, ifMatch: version, isPreview }: Request): string => {
  const terms = [
    ...(isPreview === true ? ['preview'] : []),
    ...(version === undefined ? [] : [`If-Match ${version}`]),
    ...(used === undefined ? [] : [`key ${used}`]),
  ];
  return `${sentence(action)}${terms.length === 0 ? '' : ` (${terms.join(', ')})`}`;
};

const windowText = (window: Window | null): string =>
  window === null ? 'unscheduled' : `${window.start.slice(11, 13)}-${window.end.slice(11, 13)}h`;

const draftText = ({
  name: called,
  type: of,
  template: from,
  window,
  buffer,
  requires_approval,
  required_qualifications: codes,
}: Draft): string =>
  [
    `"${called}"`,
    windowText(window),
    ...(buffer === 0 ? [] : ['and an hour']),
    ...(from === null ? [] : [`from ${from}`]),
    ...(requires_approval ? ['needs approval'] : []),
    ...(codes === undefined ? [] : [`asks for ${codes.join(', ')}`]),
    ...(of === TYPE.active ? [] : [of]),
  ].join(' ');

const withAssets = ({ assets }: { readonly assets?: readonly string[] }): string =>
  assets === undefined ? '' : ` with ${assets.length === 0 ? 'nothing' : assets.join(', ')}`;

const despite = ({ override: rules }: { readonly override?: readonly string[] }): string =>
  rules === undefined ? '' : ` despite ${rules.join(', ')}`;

const validityText = ({ from, until }: Validity): string => `${from ?? 'ever'} to ${until ?? 'ever'}`;

const sentence = (action: Action): string => {
  switch (action.kind) {
    case 'create':
      return `create ${draftText(action.draft)}`;
    case 'batch':
      return `batch of ${action.drafts.map(draftText).join('; ')}`;
    case 'submit':
      return `submit ${action.task}`;
    case 'approve':
      return `${action.decision === 'APPROVE' ? 'approve' : 'reject'} ${action.task}`;
    case 'dispatch':
      return `dispatch ${action.task} to ${action.user}${withAssets(action)}${despite(action)}`;
    case 'auto':
      return `auto-dispatch ${action.task} among ${action.candidates.length === 0 ? 'all' : action.candidates.join(', ')}`;
    case 'move':
      return `move ${action.task} to ${action.target}`;
    case 'reassign':
      return `reassign ${action.task} to ${action.user}${withAssets(action)}${despite(action)}`;
    case 'unassign':
      return `unassign ${action.task}`;
    case 'reschedule':
      return `reschedule ${action.task} to ${windowText(action.window)}${withAssets(action)}${despite(action)}`;
    case 'hours':
      return `hours of ${action.user} ${action.hours === null ? 'always' : action.hours.join('-')}`;
    case 'grant':
      return `grant ${action.code} to ${action.user} from ${validityText(action.validity)}`;
    case 'withdraw':
      return `withdraw ${action.code} from ${action.user}`;
    case 'amend':
      return `amend ${action.task} with ${JSON.stringify(action.patch)}`;
    case 'commit':
      return `commit ${action.task} as shown: ${action.plan.task} to ${action.plan.chosen}`;
    case 'absence':
      return `absence of ${action.user} ${windowText(action.window)}`;
    case 'present':
      return `remove absence ${action.absence} of ${action.user}`;
    case 'operation':
      return `operation of ${action.asset} ${action.hours === null ? 'always' : action.hours.join('-')}`;
    case 'maintenance':
      return `maintenance of ${action.asset} ${windowText(action.window)}`;
    case 'maintained':
      return `remove maintenance ${action.absence} of ${action.asset}`;
    case 'revise':
      return `revise ${action.template} with ${JSON.stringify(action.patch)}`;
    case 'risk':
      return `set risk of ${action.task} to ${action.level}`;
    case 'attach':
      return `attach to ${action.task}`;
    case 'comment':
      return `comment on ${action.task}`;
    case 'activate':
      return `${action.is_active ? 'activate' : 'deactivate'} ${action.user}`;
    case 'user':
      return `create user "${action.name}"`;
    case 'asset':
      return `create asset "${action.code}"`;
    case 'availability':
      return `set ${action.asset} ${action.status}${action.region === null ? '' : ` in ${action.region}`}`;
  }
};
