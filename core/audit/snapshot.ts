import type { Asset, Tally } from '../assets/asset.ts';
import type { Absence, Holding, ResourceCalendar } from '../calendar/calendar.ts';
import type { Resource } from '../calendar/resource.ts';
import type { Access } from '../identity/access.ts';
import type { OrgUnit, Role, User } from '../identity/directory.ts';
import type { Qualification } from '../qualifications/qualification.ts';
import type { HistoryEntry } from '../tasks/history.ts';
import type { Task } from '../tasks/task.ts';

/** What a resource holds, as it is kept. */
export type KeptHolding = Holding & { readonly resource: Resource };

/** An entry of the roster. A user has exactly one, under what the user is: active or not. */
export interface RosterEntry {
  readonly user_id: string;
  readonly is_active: boolean;
}

/** The tally of an area, or of the whole tenant (`area_code` null). */
export interface KeptTally extends Tally {
  readonly area_code: string | null;
}

export interface UniqueValue {
  /** The name of the claim: the same for values that are compared as the same. */
  readonly claim: string;
  /** What has it: `user`, `role`, … */
  readonly owner: string;
  readonly owner_id: string;
}

/** Everything that a tenant's invariants speak of. Lists are in no particular order. */
export interface TenantSnapshot {
  readonly tasks: readonly Task[];
  /** As recorded: without the first entry of a task, which is derived. */
  readonly history: readonly HistoryEntry[];
  /** Attachments that are items of their own, by the task they belong to. */
  readonly later_attachments: readonly { readonly task_id: string; readonly id: string }[];
  /** Decisions of auto-dispatches, by the task they were made for. */
  readonly decisions: readonly { readonly task_id: string; readonly id: string }[];
  /** Every revision of every template: the newest, and those before it. */
  readonly revisions: readonly { readonly template_id: string; readonly revision: number }[];
  readonly users: readonly User[];
  readonly roster: readonly RosterEntry[];
  readonly roles: readonly Role[];
  /** The count of who may write identities; none where nobody ever could. */
  readonly identity_writers: readonly number[];
  /** What is kept beside each user for whoever checks a token. */
  readonly access: readonly Access[];
  readonly org_units: readonly Pick<OrgUnit, 'id' | 'parent_id'>[];
  readonly qualifications: readonly Pick<Qualification, 'id' | 'code'>[];
  /** Names, codes and keys that only one of a kind may have, by the names under which they are claimed. */
  readonly unique_values: readonly UniqueValue[];
  readonly claims: readonly Pick<UniqueValue, 'claim' | 'owner_id'>[];
  readonly calendars: readonly ResourceCalendar[];
  readonly holdings: readonly KeptHolding[];
  readonly absences: readonly Absence[];
  readonly assets: readonly Asset[];
  readonly tallies: readonly KeptTally[];
  /** Those that were read; a snapshot may hold none of them, because nothing lists them. */
  readonly batches: readonly { readonly id: string; readonly task_ids: readonly string[] }[];
}
