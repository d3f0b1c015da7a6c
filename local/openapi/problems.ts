import * as z from 'zod';
import { problemKindOf, problemSchema } from '../../adapters/http/problems.ts';
import { isNotFoundCode, MOVED, type Code, type NotFoundCode, type Refusals } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { suggestionsSchema } from '../../core/calendar/suggest.ts';
import { scoreSchema } from '../../core/scoring/score.ts';
import { excludedSchema } from '../../core/dispatch/exclusions.ts';
import { PLAN_STATES } from '../../core/plans/plan.ts';
import { STATES } from '../../core/tasks/lifecycle.ts';
import { planDifferenceSchema } from '../../core/dispatch/plan-token.ts';
import { instantSchema } from '../../core/time/instant.ts';

/** Answers that no refusal leads to: a bug (500, 502 where the gateway saw it), and a function that took too long. */
const PLATFORM = {
  internal_error: { statuses: [500, 502], title: 'Internal error' },
  gateway_timeout: { statuses: [504], title: 'Gateway timeout' },
} as const;

export type ProblemCode = Code | keyof typeof PLATFORM;

/** What each refusal says besides the members that every problem has. A code whose details change does not compile. */
type Details = {
  readonly [C in Exclude<Code, NotFoundCode>]: { readonly [Name in keyof Refusals[C]]-?: z.ZodType<Refusals[C][Name]> };
};

const missing = { id: z.string().meta({ description: 'The id that names nothing' }) };
const tooLarge = (limit: number) => ({
  limit: z
    .number()
    .int()
    .meta({ description: 'Bytes that are allowed', examples: [limit] }),
  size: z.number().int().meta({ description: 'Bytes that it would take' }),
});
// What is in a list of a violation has a name: generators of clients name it by the place else, and find it there twice.
const conflicts = z.array(problemSchema.shape.conflicts.unwrap().element.meta({ id: 'ConflictingTask' })).min(1);

const absences = z
  .array(
    z
      .object({ absence_id: z.string(), start_at: instantSchema, end_at: instantSchema, reason: z.string().nullable() })
      .meta({ id: 'ConflictingAbsence' }),
  )
  .meta({ description: 'The absences that stand in the way' });

/** An asset that was named or is held; where none was, the type of which one was sought. */
const EQUIPMENT = [{ asset_id: z.string() }, { asset_type: z.string() }] as const;

const count = z.number().int();
const violations = z
  .array(
    z
      .union([
        z.object({ rule: z.literal('schedule_conflict'), conflicts }),
        z.object({ rule: z.literal('unavailable'), absences }),
        z.object({
          rule: z.literal('not_qualified'),
          missing: z.array(z.string()).meta({ description: 'Codes that the person has not been granted' }),
          expired: z
            .array(
              z
                .object({
                  code: z.string(),
                  valid_from: instantSchema.nullable(),
                  valid_until: instantSchema.nullable(),
                })
                .meta({ id: 'UncoveringGrant' }),
            )
            .meta({ description: 'Codes whose grants do not cover the whole window: expired, or not yet valid' }),
        }),
        z.object({
          rule: z.literal('outside_working_hours'),
          nearest: z
            .array(z.object({ start_at: instantSchema, end_at: instantSchema }).meta({ id: 'WorkingTime' }))
            .meta({ description: 'The working time that overlaps the window, or is next to it within two weeks' }),
        }),
        ...EQUIPMENT.flatMap((which) => [
          z.object({ ...which, rule: z.literal('asset_conflict'), conflicts }),
          z.object({ ...which, rule: z.literal('asset_unavailable'), needed: count, available: count }),
        ]),
      ])
      .meta({ id: 'Violation' }),
  )
  .min(1)
  .meta({ description: 'Every rule that fails, in the order in which a refusal takes its code from them' });

const counts = z.record(z.string(), z.number().int()).meta({
  description: 'Excluded candidates by reason',
  examples: [{ schedule_conflict: 2, inactive: 1 }],
});

const DETAILS: Details = {
  malformed_json: {},
  unsupported_encoding: {},
  malformed_header: { header: z.string().meta({ examples: ['If-Match'] }) },
  malformed_cursor: {},
  unauthenticated: {},
  permission_denied: { permission: z.string().meta({ examples: ['mission.write'] }) },
  route_not_found: {},
  schedule_conflict: {
    conflicts: conflicts.meta({ description: 'The windows that stand in the way' }),
    absences: absences.optional(),
    violations,
    suggestions: suggestionsSchema.optional(),
  },
  unavailable: { absences, violations, suggestions: suggestionsSchema.optional() },
  not_qualified: { violations, suggestions: suggestionsSchema.optional() },
  outside_working_hours: { violations, suggestions: suggestionsSchema.optional() },
  asset_conflict: { conflicts, violations, suggestions: suggestionsSchema.optional() },
  asset_unavailable: { violations, suggestions: suggestionsSchema.optional() },
  already_assigned: {},
  already_dispatched: { state: z.enum(STATES) },
  not_assigned: { state: z.enum(STATES) },
  strategy_active: {},
  strategy_retired: {},
  engine_changed: {},
  plan_stale: { differences: z.array(planDifferenceSchema) },
  malformed_plan: {},
  illegal_transition: { from: z.enum(STATES), to: z.enum(STATES) },
  dedicated_endpoint: { target: z.enum(STATES) },
  approval_required: {},
  approval_not_required: {},
  task_closed: { state: z.enum(STATES) },
  inactive_task_type: {},
  inactive_template: {},
  inactive_org_unit: {},
  inactive_qualification: {},
  inactive_user: {},
  template_type_mismatch: {},
  duplicate: { field: z.string().meta({ description: 'The field whose value is taken', examples: ['code'] }) },
  limit_reached: { limit: z.number().int() },
  tenant_has_users: {},
  role_in_use: { holders: z.number().int().meta({ description: 'Users who have the role' }) },
  last_administrator: {},
  org_unit_circle: {},
  wrong_password: {},
  too_many_attempts: {
    retry_after_seconds: z
      .number()
      .int()
      .meta({ description: 'As in Retry-After', examples: [120] }),
  },
  no_candidates: { excluded: z.array(excludedSchema), counts },
  too_many_candidates: {
    limit: z
      .number()
      .int()
      .meta({ examples: [LIMITS.candidates] }),
  },
  too_many_tasks: {
    limit: z
      .number()
      .int()
      .meta({ examples: [LIMITS.planTasks] }),
  },
  plan_state: { state: z.enum(PLAN_STATES) },
  no_conflict_free_candidate: {
    excluded: z.array(excludedSchema),
    counts,
    scores: z.array(scoreSchema).meta({ description: 'The best, conflicts and all' }),
    suggestions: suggestionsSchema
      .extend({ user_id: z.string() })
      .optional()
      .meta({ description: 'When the best candidate is free' }),
  },
  precondition_failed: { version: z.number().int().meta({ description: 'The version that the task is at' }) },
  body_too_large: tooLarge(LIMITS.bodyBytes),
  item_too_large: tooLarge(LIMITS.itemBytes),
  kept_answer_too_large: tooLarge(LIMITS.keptAnswerBytes),
  transaction_too_large: tooLarge(LIMITS.transactionBytes),
  validation_failed: {},
  idempotency_key_reused: {},
  throttled: {},
  busy: {},
  stale_read: { moved: z.enum(MOVED) },
  twin_committed: {},
  table_unavailable: {},
  outcome_unknown: {},
};

const detailsOf = (code: ProblemCode): z.ZodRawShape => {
  if (isPlatformCode(code)) return {};
  return isNotFoundCode(code) ? missing : DETAILS[code];
};

const isPlatformCode = (code: ProblemCode): code is keyof typeof PLATFORM => code in PLATFORM;

export const statusesOf = (code: ProblemCode): readonly number[] =>
  isPlatformCode(code) ? PLATFORM[code].statuses : [problemKindOf(code).status];

export const titleOf = (code: ProblemCode): string =>
  isPlatformCode(code) ? PLATFORM[code].title : problemKindOf(code).title;

/** `task_not_found` → `TaskNotFound`. */
export const pascal = (code: string): string =>
  code.replaceAll(/(?:^|_)(?<letter>[a-z])/g, (_match, letter: string) => letter.toUpperCase());

const problemName = (code: ProblemCode): string => `${pascal(code)}Problem`;

const base = problemSchema.shape;

/** The schema of the answer with a code: a component of its own. */
const schemaOf = (code: ProblemCode): z.ZodObject => {
  const statuses = statusesOf(code);
  return z
    .object({
      type: z.literal(`urn:task-center:problem:${code}`),
      title: z.literal(titleOf(code)),
      status: z.literal([...statuses]),
      detail: base.detail,
      code: z.literal(code),
      request_id: base.request_id,
      ...detailsOf(code),
      ...(code === 'validation_failed' ? { errors: base.errors.unwrap().min(1) } : {}),
      ...(MAY_NAME_FIELDS.has(code) ? { errors: base.errors } : {}),
    })
    .meta({ id: problemName(code) });
};

/** Refusals that name the fields they are about. */
const MAY_NAME_FIELDS = new Set<ProblemCode>([
  'malformed_json',
  'duplicate',
  'task_type_not_found',
  'template_not_found',
  'org_unit_not_found',
  'inactive_task_type',
  'inactive_template',
  'inactive_org_unit',
  'qualification_not_found',
  'inactive_qualification',
  'permission_denied',
  'template_type_mismatch',
  'malformed_plan',
]);

const schemas = new Map<ProblemCode, z.ZodObject>();

/** The schema of the answer with a code, the same one each time. */
export const problemSchemaOf = (code: ProblemCode): z.ZodObject => {
  const schema = schemas.get(code) ?? schemaOf(code);
  schemas.set(code, schema);
  return schema;
};
