import * as z from 'zod';
import {
  isDomainError,
  isNotFoundCode,
  isRefusal,
  missingOf,
  type Code,
  type DomainError,
  type NotFoundCode,
} from '../../core/errors.ts';
import { RETRY } from '../../core/limits.ts';
import { instantSchema } from '../../core/time/instant.ts';

interface Kind {
  readonly status: number;
  readonly title: string;
}

const missing = (what: string): Kind => ({ status: 404, title: `No such ${what}` });
const conflict = (title: string): Kind => ({ status: 409, title });

/** The status and title of every refusal but those that name a missing resource. A code without a row does not compile. */
export const PROBLEMS = {
  malformed_json: { status: 400, title: 'The body is not JSON' },
  malformed_header: { status: 400, title: 'A header is malformed' },
  malformed_cursor: { status: 400, title: 'The cursor is malformed' },
  unauthenticated: { status: 401, title: 'Not authenticated' },
  permission_denied: { status: 403, title: 'Permission missing' },
  route_not_found: missing('route'),
  schedule_conflict: conflict('Overlapping assignment'),
  unavailable: conflict('The user is absent'),
  not_qualified: conflict('Not qualified'),
  outside_working_hours: conflict('Outside working hours'),
  asset_conflict: conflict('Equipment is held by another task'),
  asset_unavailable: conflict('Equipment is not to be had'),
  already_assigned: conflict('Already assigned'),
  already_dispatched: conflict('Already dispatched'),
  engine_changed: conflict('Decided by another engine'),
  strategy_active: conflict('The strategy is active'),
  strategy_retired: conflict('The strategy is retired'),
  plan_stale: conflict('The plan is stale'),
  malformed_plan: { status: 422, title: 'The plan token is malformed' },
  not_assigned: conflict('Not assigned'),
  illegal_transition: conflict('Illegal transition'),
  dedicated_endpoint: conflict('This state has an endpoint of its own'),
  approval_required: conflict('Approval required'),
  approval_not_required: conflict('Approval not required'),
  task_closed: conflict('The task is closed'),
  inactive_task_type: conflict('Inactive task type'),
  inactive_template: conflict('Inactive template'),
  inactive_org_unit: conflict('Inactive org unit'),
  inactive_qualification: conflict('Inactive qualification'),
  inactive_user: conflict('Inactive user'),
  template_type_mismatch: conflict('The template belongs to another task type'),
  duplicate: conflict('Already taken'),
  limit_reached: conflict('Limit reached'),
  tenant_has_users: conflict('The tenant has users'),
  role_in_use: conflict('The role is in use'),
  last_administrator: conflict('The last administrator'),
  org_unit_circle: conflict('A circle of org units'),
  wrong_password: conflict('The password is wrong'),
  no_candidates: conflict('No candidates'),
  too_many_candidates: conflict('Too many candidates'),
  too_many_tasks: conflict('Too many tasks'),
  plan_state: conflict('Not in this state of the plan'),
  no_conflict_free_candidate: conflict('No conflict-free candidate'),
  precondition_failed: { status: 412, title: 'Precondition failed' },
  body_too_large: { status: 413, title: 'The body is too large' },
  item_too_large: { status: 413, title: 'One item is too large' },
  kept_answer_too_large: { status: 413, title: 'The answer is too large to be kept for a replay' },
  transaction_too_large: { status: 413, title: 'The transaction is too large' },
  unsupported_encoding: { status: 415, title: 'The body is encoded' },
  validation_failed: { status: 422, title: 'The request breaks a rule' },
  idempotency_key_reused: { status: 422, title: 'Idempotency-Key reused' },
  throttled: { status: 429, title: 'Throttled' },
  too_many_attempts: { status: 429, title: 'Too many attempts' },
  busy: { status: 503, title: 'Busy' },
  // The next two are retried inside; should one ever come through, it claims nothing about the data.
  stale_read: { status: 503, title: 'Busy' },
  twin_committed: { status: 503, title: 'Busy' },
  table_unavailable: { status: 503, title: 'Unavailable' },
  outcome_unknown: { status: 503, title: 'Outcome unknown' },
} as const satisfies Record<Exclude<Code, NotFoundCode>, Kind>;

export const problemKindOf = (code: Code): Kind => (isNotFoundCode(code) ? missing(missingOf(code)) : PROBLEMS[code]);

const fieldProblemSchema = z.object({
  pointer: z.string().meta({ description: 'JSON pointer into the body, or ?name for a query parameter' }),
  index: z.number().int().optional().meta({ description: 'Position in a batch, counted from 0' }),
  code: z.string(),
  message: z.string(),
});

/** RFC 9457, with members of our own: `code`, `request_id`, and what the code carries. */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  errors: z.array(fieldProblemSchema).optional(),
  conflicts: z
    .array(
      z.object({
        task_id: z.string(),
        name: z.string(),
        planned_start_at: instantSchema,
        planned_end_at: instantSchema,
      }),
    )
    .optional(),
});
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  readonly [member: string]: unknown;
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

export const problemType = (code: string): string => `urn:task-center:problem:${code}`;

const INTERNAL = { status: 500, title: 'Internal error', code: 'internal_error' } as const;

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer to a refusal, or to a bug: of a bug it tells nothing but the id of the request. */
export const problemOf = (error: unknown, requestId: string): ProblemAnswer => {
  if (!isDomainError(error)) {
    const { status, title, code } = INTERNAL;
    const detail = 'Something went wrong on our side.';
    return { problem: { type: problemType(code), title, status, detail, code, request_id: requestId }, headers: {} };
  }
  const { status, title } = problemKindOf(error.code);
  const problem: Problem = {
    type: problemType(error.code),
    title,
    status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
    ...error.details,
    ...(error.problems.length === 0 ? {} : { errors: error.problems.map((one) => ({ ...one })) }),
  };
  return { problem, headers: headersOf(error) };
};

/** `instanceof` alone would leave the code of the error untyped. */

const headersOf = (error: DomainError): Readonly<Record<string, string>> => {
  const { status } = problemKindOf(error.code);
  // No `WWW-Authenticate`: API Gateway would give a function's another name. Its own 401 has one (lib/gateway-responses.ts).
  if (isRefusal(error, 'too_many_attempts')) return { 'Retry-After': String(error.details.retry_after_seconds) };
  return status === 429 || status === 503 ? { 'Retry-After': String(RETRY.retryAfterSeconds) } : {};
};
