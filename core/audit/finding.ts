import type { TenantSnapshot } from './snapshot.ts';

export const INVARIANTS = {
  windows_disjoint: 'No user and no asset holds two overlapping windows.',
  holding_of_task:
    'A window or an open assignment is held exactly for each task that is DISPATCHED or IN_PROGRESS, by its user and each of its assets.',
  holding_of_absence: 'The time of each absence is held, and no other time as an absence.',
  active_count: 'The active count of a calendar is the number of assignments held.',
  history_gapless: 'The history of a task counts its versions without a gap.',
  history_legal: 'The history of a task is an unbroken chain of legal changes that ends in the state of the task.',
  decision_kept: 'The decision behind each auto-dispatch is kept, and no other.',
  revisions_gapless: 'The revisions of a template count from 1 without a gap, and each is kept once.',
  revision_of_task: 'The revision of a template that a task was made from is kept.',
  attachment_count: 'The attachment count of a task is the number of its attachments.',
  tally_of_assets: 'The tallies count the assets.',
  roster_of_users: 'The roster lists each user once, as active or not.',
  calendar_of_users: 'Each user has a calendar, which knows whether the user is active.',
  roles_of_users: 'Each role of a user exists, and counts who has it and who of them is active.',
  permissions_of_roles: 'A role permits what the catalogue names, each once.',
  identity_writers: 'Who can write identities is counted, and somebody active can where anybody ever could.',
  access_of_users: 'Tokens are checked by what each user is: active or not, the epoch, the roles.',
  memberships_of_users: 'Each membership is of an org unit that exists, once, and at most one of a user is primary.',
  grants_of_users: 'Each granted qualification exists, and is granted once.',
  org_tree: 'What an org unit lies below exists and is not below that unit.',
  unique_values: 'Each unique name, code or key is claimed by the one that has it, and by no other.',
  batch_whole: 'All tasks of a batch exist.',
} as const;
export type Invariant = keyof typeof INVARIANTS;

/** One breach of an invariant. `subject` is a path-like name (`task/…`, `user/…`, `area/…`, `batch/…`). */
export interface Finding {
  readonly invariant: Invariant;
  readonly subject: string;
  readonly detail: string;
}

/** Looks for the breaches of one invariant or of some that belong together. */
export type Check = (snapshot: TenantSnapshot) => readonly Finding[];

export const groupBy = <T>(records: readonly T[], keyOf: (record: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const record of records) {
    const key = keyOf(record);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return groups;
};
