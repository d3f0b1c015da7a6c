import type { Asset, VersionedTally, Tally } from './assets/asset.ts';
import type { Call } from './call.ts';
import type { Absence, Calendar, Holding, TaskHolding } from './calendar/calendar.ts';
import type { OrgUnit, Role, Tenant, User } from './identity/directory.ts';
import type { Attachment, Comment, Task } from './tasks/task.ts';
import type { ChosenStrategies, ShadowComparison, TenantStrategy } from './scoring/strategies.ts';
import type { Decision } from './tasks/decision.ts';
import type { TaskChange } from './tasks/history.ts';
import type { Instant } from './time/instant.ts';
import type { TaskType } from './types/task-type.ts';
import type { Template } from './templates/template.ts';

/** One thing that a write does, in domain words. A change from `before` holds only if nothing came in between. */
export type Change =
  | { readonly kind: 'tenant_created'; readonly tenant: Tenant }
  | { readonly kind: 'tenant_bootstrapped'; readonly tenant: Tenant }
  | { readonly kind: 'user_created'; readonly user: User; readonly calendar: Calendar }
  | { readonly kind: 'user_changed'; readonly before: User; readonly after: User }
  | { readonly kind: 'calendar_changed'; readonly before: Calendar; readonly after: Calendar }
  | { readonly kind: 'role_created'; readonly role: Role }
  | { readonly kind: 'role_changed'; readonly before: Role; readonly after: Role }
  | { readonly kind: 'org_unit_created'; readonly orgUnit: OrgUnit }
  | { readonly kind: 'asset_created'; readonly asset: Asset }
  | { readonly kind: 'asset_changed'; readonly before: Asset; readonly after: Asset }
  | {
      readonly kind: 'tally_corrected';
      readonly tenantId: string;
      readonly before: VersionedTally;
      readonly after: Tally;
    }
  | { readonly kind: 'task_type_created'; readonly taskType: TaskType }
  | ({ readonly kind: 'task_type_changed'; readonly before: TaskType; readonly after: TaskType } & Edit)
  | { readonly kind: 'template_created'; readonly template: Template }
  | ({ readonly kind: 'template_changed'; readonly before: Template; readonly after: Template } & Edit)
  | { readonly kind: 'decision_made'; readonly decision: Decision }
  | { readonly kind: 'strategy_created'; readonly strategy: TenantStrategy }
  | {
      readonly kind: 'strategies_chosen';
      readonly before: ChosenStrategies;
      readonly after: ChosenStrategies;
      /** What its event tells; absent where the choice only moves its version. */
      readonly choice?: Choice;
    }
  | ({ readonly kind: 'strategy_retired'; readonly before: TenantStrategy; readonly after: TenantStrategy } & DatedEdit)
  | { readonly kind: 'shadow_compared'; readonly comparison: ShadowComparison }
  | { readonly kind: 'task_created'; readonly task: Task }
  | { readonly kind: 'batch_created'; readonly batch: BatchRecord }
  | ({ readonly kind: 'task_changed' } & TaskChange)
  | { readonly kind: 'absence_added'; readonly tenantId: string; readonly absence: Absence }
  | ({ readonly kind: 'absence_removed'; readonly tenantId: string; readonly absence: Absence } & DatedEdit)
  | { readonly kind: 'attachment_added'; readonly task: Task; readonly attachment: Attachment }
  | { readonly kind: 'comment_added'; readonly task: Task; readonly comment: Comment };

/** Who changed something that has no history, and under which id: what its event says. */
export interface Edit {
  readonly editId: string;
  readonly actorId: string;
}

/** The same of something that does not say itself when it was changed. */
export interface DatedEdit extends Edit {
  readonly at: Instant;
}

/** Which strategy was given which part, by whom. */
export interface Choice extends DatedEdit {
  readonly action: 'activated' | 'shadow_started' | 'shadow_stopped';
  readonly strategyId: string;
  readonly strategyVersion: string;
}

/** The audit entry of a batch. */
export interface BatchRecord {
  readonly id: string;
  readonly tenant_id: string;
  readonly task_ids: readonly string[];
  readonly created_by: string;
  readonly created_at: string;
}

/** A user takes a holding, at the version of the calendar at which the windows were found free. */
export interface Taking {
  readonly calendar: Calendar;
  readonly holding: Holding;
}

/** A user gives a holding back. This needs no version: it can only make room. */
export interface Release {
  readonly userId: string;
  readonly holding: Holding;
}

/** Moves of holdings. Only the guard writes them (`calendar/guard.ts`), and a test holds it to that. */
export interface Bookings {
  readonly take?: Taking;
  readonly release?: Release;
  /** A holding that stays where it is and whose task has moved on. */
  readonly refresh?: { readonly userId: string; readonly holding: TaskHolding };
}

export interface Ledger {
  /**
   * Commits all of it or nothing, in one transaction, with the receipt of the call when it has one.
   *
   * `answer` is what the use case is about to return: the receipt keeps it.
   * Refuses with the error that a failed change means (`duplicate`, …), with `stale_read` when something changed since
   * it was read, with `item_too_large` or `transaction_too_large`, `throttled`, or `outcome_unknown` when no answer
   * came in time: then it may have been committed.
   */
  readonly commit: (call: Call, changes: readonly Change[], answer: unknown, bookings?: Bookings) => Promise<void>;
}
