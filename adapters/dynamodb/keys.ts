import { createHash } from 'node:crypto';
import type { Resource } from '../../core/calendar/resource.ts';
import type { Listed } from '../../core/page.ts';
import type { Instant } from '../../core/time/instant.ts';

export interface Key {
  readonly PK: string;
  readonly SK: string;
}

/** Sort keys: one whole key, or all that begin alike; of a directory kind also the partition that holds all of a tenant. */
export type SortKeys = { readonly is: string } | { readonly begins: string; readonly partition?: string };
/** The sort keys by which items are told apart. Of a resource that is alone in its partition, the key is its kind. */
export const SORT_KEYS = {
  task: { is: 'TASK' },
  tenant: { is: 'TENANT' },
  user: { is: 'PROFILE' },
  calendar: { is: 'CALENDAR' },
  asset_calendar: { is: 'ASSET_CALENDAR' },
  chosen_strategies: { is: 'CHOSEN' },
  strategy: { begins: 'STRATEGY#' },
  absence: { begins: 'ABSENCE#' },
  feed: { begins: 'FEED#' },
  batch: { is: 'BATCH' },
  access: { is: 'ACCESS' },
  role: { begins: 'ROLE#', partition: 'ROLES' },
  org_unit: { begins: 'ORG_UNIT#', partition: 'ORG_UNITS' },
  template: { begins: 'TEMPLATE#', partition: 'TEMPLATES' },
  task_type: { begins: 'TYPE#', partition: 'TYPES' },
  asset: { begins: 'ASSET#', partition: 'ASSETS' },
  plan: { begins: 'PLAN#', partition: 'PLANS' },
  qualification: { begins: 'QUALIFICATION#', partition: 'QUALIFICATIONS' },
  /** What an item that is gone leaves behind for a while: who removed it. */
  removal: { begins: 'REMOVED#' },
} as const satisfies Readonly<Record<string, SortKeys>>;
export const isAmong = (keys: SortKeys, sortKey: string): boolean =>
  'is' in keys ? sortKey === keys.is : sortKey.startsWith(keys.begins);

type Kinds = typeof SORT_KEYS;
type With<Shape> = { [Item in keyof Kinds]: Kinds[Item] extends Shape ? Item : never }[keyof Kinds];
/** Items with a sort key of their own. */
type Single = With<{ readonly is: string }>;
/** Kinds of which a tenant has few: they are listed from the table itself. */
type Directory = With<{ readonly partition: string }>;

/**
 * Every key of the table. Each partition begins with its tenant, but that of the token of a feed. Variable parts are percent-encoded: none can hold
 * the `#` that separates them, so no id or code reaches into another's key. DynamoDB holds a partition key to 2,048
 * bytes and a sort key to 1,024, so a long part is digested; no encoded text begins with `%%`.
 */
const part = (value: string): string => {
  const encoded = encodeURIComponent(value);
  return encoded.length <= LONGEST_PART ? encoded : `%%${createHash('sha256').update(value).digest('base64url')}`;
};
const LONGEST_PART = 512;
const tenant = (tenantId: string): string => `T#${part(tenantId)}`;
const taskPartition = (tenantId: string, taskId: string): string => `${tenant(tenantId)}#TASK#${part(taskId)}`;
const userPartition = (tenantId: string, userId: string): string => `${tenant(tenantId)}#USER#${part(userId)}`;
/** The partition of all that a resource holds. */
const holderPartition = (tenantId: string, { kind, id }: Resource): string =>
  kind === 'user' ? userPartition(tenantId, id) : `${tenant(tenantId)}#ASSET#${part(id)}`;
/** The key of a resource that is alone in its partition. */
export const singleKey =
  (item: Single) =>
  (tenantId: string, id: string): Key => {
    const kind = SORT_KEYS[item].is;
    return { PK: `${tenant(tenantId)}#${kind}#${part(id)}`, SK: kind };
  };

/** The key in a directory: all of a kind in one partition, in the order of their ids, so that a list is one range. */
export const directoryKey =
  (item: Directory) =>
  (tenantId: string, id: string): Key => {
    const { begins, partition } = SORT_KEYS[item];
    return { PK: `${tenant(tenantId)}#${partition}`, SK: `${begins}${part(id)}` };
  };

/** Beside the org units and the roles, in their partitions: one item of each tenant. */
export const orgTreeKey = (tenantId: string): Key => ({ PK: `${tenant(tenantId)}#ORG_UNITS`, SK: 'TREE' });
export const identityWritersKey = (tenantId: string): Key => ({ PK: `${tenant(tenantId)}#ROLES`, SK: 'WRITERS' });

/** The attempts to sign in with a name from an address. */
export const signInKey = (trying: {
  readonly tenant_id: string;
  readonly username: string;
  readonly address: string;
}): Key => ({
  PK: `${tenant(trying.tenant_id)}#SIGN_IN#${part(trying.username)}`,
  SK: `ADDRESS#${part(trying.address)}`,
});

export const tenantKey = (tenantId: string): Key => ({ PK: tenant(tenantId), SK: SORT_KEYS.tenant.is });

/** Task and later attachments are neighbours: one query reads both. */
export const taskKey = (tenantId: string, taskId: string): Key => ({
  PK: taskPartition(tenantId, taskId),
  SK: SORT_KEYS.task.is,
});
export const ATTACHMENT_PREFIX = `${SORT_KEYS.task.is}#ATTACH#`;
export const attachmentKey = (tenantId: string, taskId: string, id: string): Key => ({
  PK: taskPartition(tenantId, taskId),
  SK: `${ATTACHMENT_PREFIX}${part(id)}`,
});
export const COMMENT_PREFIX = 'COMMENT#';
export const commentKey = (tenantId: string, taskId: string, id: string): Key => ({
  PK: taskPartition(tenantId, taskId),
  SK: `${COMMENT_PREFIX}${part(id)}`,
});
/** Ten digits keep the entries in the order of their versions. */
export const historyKey = (tenantId: string, taskId: string, version: number): Key => ({
  PK: taskPartition(tenantId, taskId),
  SK: `HIST#${String(version).padStart(10, '0')}`,
});
export const LAST_VERSION = 9_999_999_999;

export const userKey = (tenantId: string, userId: string): Key => ({
  PK: userPartition(tenantId, userId),
  SK: SORT_KEYS.user.is,
});
export const calendarKey = (tenantId: string, resource: Resource): Key => ({
  PK: holderPartition(tenantId, resource),
  SK: resource.kind === 'user' ? SORT_KEYS.calendar.is : SORT_KEYS.asset_calendar.is,
});
export const openAssignmentKey = (tenantId: string, resource: Resource, taskId: string): Key => ({
  PK: holderPartition(tenantId, resource),
  SK: `${OPEN_PREFIX}${part(taskId)}`,
});
export const OPEN_PREFIX = 'OPEN#';
export const windowKey = (tenantId: string, resource: Resource, start: Instant, taskId: string): Key => ({
  PK: holderPartition(tenantId, resource),
  SK: `${windowsFrom(start)}#${part(taskId)}`,
});
/** Before every window that starts at the instant or later, and after every earlier one. */
export const windowsFrom = (start: Instant): string => `WINDOW#${start}`;
export const WINDOWS_BEGIN = 'WINDOW#';

export const ABSENCE_PREFIX = SORT_KEYS.absence.begins;
export const absenceKey = (tenantId: string, resource: Resource, id: string): Key => ({
  PK: holderPartition(tenantId, resource),
  SK: `${ABSENCE_PREFIX}${part(id)}`,
});

export const FEED_PREFIX = SORT_KEYS.feed.begins;
export const feedKey = (tenantId: string, userId: string, slot: number): Key => ({
  PK: userPartition(tenantId, userId),
  SK: `${FEED_PREFIX}${slot}`,
});
/** By the first half of the hash of its token, for whoever names no tenant; the whole of it is what is compared. */
export const feedTokenKey = (hash: string): Key => ({ PK: `FEED_TOKEN#${hash.slice(0, 22)}`, SK: 'FEED_TOKEN' });

/** The active users of a tenant in one partition: a roster to read strongly when no candidates are named. */
export const rosterKey = (tenantId: string, userId: string, isActive: boolean): Key => ({
  PK: `${tenant(tenantId)}#ROSTER`,
  SK: `${isActive ? ACTIVE_PREFIX : INACTIVE_PREFIX}${part(userId)}`,
});
export const ACTIVE_PREFIX = 'ACTIVE#';
export const INACTIVE_PREFIX = 'INACTIVE#';

/** The earlier revisions of a template, in a partition of their own: no list of templates reads them. */
export const revisionKey = (tenantId: string, id: string, revision: number): Key => ({
  PK: `${tenant(tenantId)}#TEMPLATE#${part(id)}`,
  SK: `${REVISION_PREFIX}${String(revision).padStart(10, '0')}`,
});
export const REVISION_PREFIX = 'REVISION#';

/** What belongs to a plan, in a partition of its own: no list of plans reads it, and no write to it wakes anybody. */
export const planPartKey = (tenantId: string, planId: string, SK: string): Key => ({
  PK: `${tenant(tenantId)}#PLAN#${part(planId)}`,
  SK,
});
export const PLAN_ASKED = 'ASKED';
export const PLAN_ANSWER = 'ANSWER#';
export const PLAN_STEP = 'STEP#';

/** A value that only one resource of the tenant may have: claimed by an item of its own. */
export type Claim =
  'USERNAME' | 'STRATEGY_VERSION' | `${KindOf<Kinds[Directory]['begins']>}_${'NAME' | 'CODE' | 'KEY'}`;
type KindOf<Prefix> = Prefix extends `${infer Kind}#` ? Kind : never;
export const claimKey = (tenantId: string, claim: Claim, value: string): Key => ({
  PK: `${claims(tenantId)}${claim}#${part(value)}`,
  SK: 'CLAIM',
});
/** A claim by its partition, without the tenant: the kind, and the value as keys spell it. */
export const claimIn = (tenantId: string, partition: string): string => partition.slice(claims(tenantId).length);
const claims = (tenantId: string): string => `${tenant(tenantId)}#CLAIM#`;

/** The tally of an area, or of the whole tenant (null). */
export const tallyKey = (tenantId: string, areaCode: string | null): Key => ({
  PK: `${tenant(tenantId)}#AREAS`,
  SK: areaCode === null ? 'ALL' : `AREA#${part(areaCode)}`,
});

export const receiptKey = (tenantId: string, key: string): Key => ({
  PK: `${tenant(tenantId)}#RECEIPT#${part(key)}`,
  SK: 'RECEIPT',
});

export const DECISION_PREFIX = 'DECISION#';
export const decisionKey = (tenantId: string, taskId: string, id: string): Key => ({
  PK: taskPartition(tenantId, taskId),
  SK: `${DECISION_PREFIX}${part(id)}`,
});

const strategyPartition = (tenantId: string): string => `${tenant(tenantId)}#STRATEGIES`;
export const STRATEGY_PREFIX = SORT_KEYS.strategy.begins;
export const strategyKey = (tenantId: string, id: string): Key => ({
  PK: strategyPartition(tenantId),
  SK: `${STRATEGY_PREFIX}${part(id)}`,
});
export const chosenKey = (tenantId: string): Key => ({
  PK: strategyPartition(tenantId),
  SK: SORT_KEYS.chosen_strategies.is,
});
/** The count of a shadow is spread over shards, so that decisions do not queue for one item. */
export const SHADOW_SHARDS = 8;
export const shadowCountPrefix = (id: string): string => `SHADOW#${part(id)}#COUNT#`;
export const shadowCountKey = (tenantId: string, id: string, shard: number): Key => ({
  PK: strategyPartition(tenantId),
  SK: `${shadowCountPrefix(id)}${shard}`,
});
export const shadowExamplePrefix = (id: string): string => `SHADOW#${part(id)}#EXAMPLE#`;
export const shadowExampleKey = (tenantId: string, id: string, decisionId: string): Key => ({
  PK: strategyPartition(tenantId),
  SK: `${shadowExamplePrefix(id)}${part(decisionId)}`,
});

export const removalKey = (tenantId: string, id: string): Key => ({
  PK: `${tenant(tenantId)}#REMOVED`,
  SK: `${SORT_KEYS.removal.begins}${part(id)}`,
});

/** The audit trail, a month in a partition: in the order of time, and what happens at one instant told apart by its id. */
export const trailPartition = (tenantId: string, month: string): string => `${tenant(tenantId)}#AUDIT#${month}`;
export const trailKey = (tenantId: string, at: Instant, id: string): Key => ({
  PK: trailPartition(tenantId, at.slice(0, 'yyyy-mm'.length)),
  SK: `${trailFrom(at)}#${part(id)}`,
});
/** Before every entry of the instant or later, and after every earlier one. */
export const trailFrom = (at: Instant): string => `ENTRY#${at}`;

/** A partition of an index of tasks: the values that all of its entries share. */
export const listPartition = (tenantId: string, ...values: readonly string[]): string =>
  [tenant(tenantId), ...values.map(part)].join('#');
/** Sorts the tasks of an index by start; the id tells apart those that start together. */
export const planOrder = (start: Instant, taskId: string): string => `${start}#${part(taskId)}`;

/**
 * The partitions of the table from which a list is read, of every tenant, as a pattern of IAM's: the function of a list
 * may read no others. A claim of a code such as `ROLES` looks alike; it holds nothing but an id.
 */
export const leadingKeys = (listed: Listed): string => {
  if (listed === 'audit_entry') return TRAIL_PARTITIONS;
  if (listed === 'task') return taskPartition('*', '*');
  if (listed === 'user') return rosterKey('*', '', true).PK;
  const kinds: Readonly<Record<string, SortKeys>> = SORT_KEYS;
  const kind = kinds[listed];
  if (kind === undefined || !('partition' in kind)) throw new Error(`There is no partition that lists each ${listed}.`);
  return `${tenant('*')}#${kind.partition}`;
};

/** The partitions of the trail, of every tenant, as a pattern of IAM's: all that the publisher may write. */
export const TRAIL_PARTITIONS = trailPartition('*', '*');

/** The partitions of plans and of what belongs to them, of every tenant: all that the planner may write. */
export const PLAN_PARTITIONS: readonly string[] = [directoryKey('plan')('*', '').PK, planPartKey('*', '*', '').PK];

/** The partitions that the authorizer may read, as patterns of IAM's: who is active with which roles, and the roles. */
export const AUTHORIZER_PARTITIONS: readonly string[] = [
  singleKey('access')('*', '*').PK,
  directoryKey('role')('*', '').PK,
];
