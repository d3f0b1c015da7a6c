/** A problem of one field of the request. `pointer` is a JSON pointer into the body, or `?name` for a query parameter. */
export interface FieldProblem {
  readonly pointer: string;
  /** Position in a batch, counted from 0. */
  readonly index?: number;
  readonly code: string;
  readonly message: string;
}

/** A window already held that stands in the way of a wanted one. */
export interface Conflict {
  readonly task_id: string;
  readonly name: string;
  readonly planned_start_at: string;
  readonly planned_end_at: string;
}

/** A time of absence that stands in the way. */
export interface AbsenceConflict {
  readonly absence_id: string;
  readonly start_at: string;
  readonly end_at: string;
  readonly reason: string | null;
}

/** A rule that a window breaks, with what would be needed to see why. Of equipment it names the asset, or the type where none was named. */
export type Violation =
  | { readonly rule: 'schedule_conflict'; readonly conflicts: readonly Conflict[] }
  | { readonly rule: 'unavailable'; readonly absences: readonly AbsenceConflict[] }
  | {
      readonly rule: 'not_qualified';
      readonly missing: readonly string[];
      readonly expired: readonly {
        readonly code: string;
        readonly valid_from: string | null;
        readonly valid_until: string | null;
      }[];
    }
  | { readonly rule: 'outside_working_hours'; readonly nearest: readonly { start_at: string; end_at: string }[] }
  | ({ readonly rule: 'asset_conflict'; readonly conflicts: readonly Conflict[] } & AssetOrType)
  | ({ readonly rule: 'asset_unavailable'; readonly needed: number; readonly available: number } & AssetOrType);
export type EquipmentViolation = Extract<Violation, { readonly rule: `asset_${string}` }>;
export type PersonViolation = Exclude<Violation, EquipmentViolation>;
type AssetOrType = { readonly asset_id: string } | { readonly asset_type: string };

/** What a refusal may say is missing: a name here is a code `<name>_not_found`, with its title and its OpenAPI entry. */
export const RESOURCES = [
  'tenant',
  'user',
  'role',
  'permission',
  'org_unit',
  'asset',
  'task_type',
  'template',
  'task',
  'absence',
  'decision',
  'strategy',
  'plan',
  'qualification',
  'feed',
] as const;
export type Resource = (typeof RESOURCES)[number];
export type NotFoundCode = `${Resource}_not_found`;

/** What changed between a read and the commit that was decided from it. Where more did, it is the first of these. */
export const MOVED = ['task', 'calendar', 'asset', 'candidates', 'other'] as const;
export type Moved = (typeof MOVED)[number];

interface TooLarge {
  readonly limit: number;
  readonly size: number;
}

/** The closed list of refusals: each code with the details that its answer needs. */
export type Refusals = Readonly<
  Record<NotFoundCode, { readonly id: string }> & {
    malformed_json: object;
    unsupported_encoding: object;
    malformed_header: { readonly header: string };
    malformed_cursor: object;
    unauthenticated: object;
    permission_denied: { readonly permission: string };
    route_not_found: object;
    schedule_conflict: {
      readonly conflicts: readonly Conflict[];
      readonly absences?: readonly AbsenceConflict[];
      readonly violations: readonly Violation[];
      readonly suggestions?: object;
    };
    unavailable: {
      readonly absences: readonly AbsenceConflict[];
      readonly violations: readonly Violation[];
      readonly suggestions?: object;
    };
    not_qualified: { readonly violations: readonly Violation[]; readonly suggestions?: object };
    outside_working_hours: { readonly violations: readonly Violation[]; readonly suggestions?: object };
    asset_conflict: {
      readonly conflicts: readonly Conflict[];
      readonly violations: readonly Violation[];
      readonly suggestions?: object;
    };
    asset_unavailable: { readonly violations: readonly Violation[]; readonly suggestions?: object };
    already_assigned: object;
    already_dispatched: { readonly state: string };
    strategy_active: object;
    engine_changed: object;
    strategy_retired: object;
    plan_stale: { readonly differences: readonly object[] };
    malformed_plan: object;
    not_assigned: { readonly state: string };
    illegal_transition: { readonly from: string; readonly to: string };
    dedicated_endpoint: { readonly target: string };
    approval_required: object;
    approval_not_required: object;
    task_closed: { readonly state: string };
    inactive_task_type: object;
    inactive_template: object;
    inactive_org_unit: object;
    inactive_qualification: object;
    inactive_user: object;
    template_type_mismatch: object;
    duplicate: { readonly field: string };
    limit_reached: { readonly limit: number };
    tenant_has_users: object;
    role_in_use: { readonly holders: number };
    last_administrator: object;
    org_unit_circle: object;
    wrong_password: object;
    too_many_attempts: { readonly retry_after_seconds: number };
    no_candidates: { readonly excluded: readonly object[]; readonly counts: Readonly<Record<string, number>> };
    too_many_candidates: { readonly limit: number };
    too_many_tasks: { readonly limit: number };
    plan_state: { readonly state: string };
    no_conflict_free_candidate: {
      readonly excluded: readonly object[];
      readonly counts: Readonly<Record<string, number>>;
      readonly scores: readonly object[];
      readonly suggestions?: object;
    };
    stale_read: { readonly moved: Moved };
    precondition_failed: { readonly version: number };
    body_too_large: TooLarge;
    item_too_large: TooLarge;
    kept_answer_too_large: TooLarge;
    transaction_too_large: TooLarge;
    validation_failed: object;
    idempotency_key_reused: object;
    throttled: object;
    busy: object;
    outcome_unknown: object;
    table_unavailable: object;
    twin_committed: object;
  }
>;
export type Code = keyof Refusals;

/** `task_type` as a person reads it. */
const wordsOf = (resource: Resource): string => resource.replaceAll('_', ' ');

const NOT_FOUND: ReadonlyMap<string, string> = new Map(
  RESOURCES.map((resource) => [`${resource}_not_found`, wordsOf(resource)]),
);
export const isNotFoundCode = (code: Code): code is NotFoundCode => NOT_FOUND.has(code);
/** What a code says is missing, as a person reads it. */
export const missingOf = (code: NotFoundCode): string => NOT_FOUND.get(code) ?? code;

/** What a refusal may carry besides its code, a sentence for a person and its details. */
interface Further {
  readonly problems?: readonly FieldProblem[];
  readonly cause?: unknown;
}

/** The one error class: a refusal that the caller is told about. Anything else that is thrown is a bug. */
export class DomainError<C extends Code = Code> extends Error {
  override readonly name = 'DomainError';
  readonly code: C;
  readonly details: Refusals[C];
  readonly problems: readonly FieldProblem[];

  constructor(code: C, message: string, details: Refusals[C], { problems = [], cause }: Further = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
    this.problems = problems;
  }
}

export const isDomainError = (error: unknown): error is DomainError => error instanceof DomainError;

export const isRefusal = <C extends Code>(error: unknown, code: C): error is DomainError<C> =>
  error instanceof DomainError && error.code === code;

export const notFound = (resource: Resource, id: string): DomainError =>
  new DomainError(`${resource}_not_found`, `There is no ${wordsOf(resource)} "${id}".`, { id });

/** Faults of the table, which pass: they say nothing about what was asked for. */
const PASSING: readonly Code[] = ['throttled', 'table_unavailable', 'outcome_unknown'];
export const isPassing = (error: unknown): boolean => PASSING.some((code) => isRefusal(error, code));
