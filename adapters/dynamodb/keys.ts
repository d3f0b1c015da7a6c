import { createHash } from 'node:crypto';
import type { Instant } from '../../core/time/instant.ts';

export interface Key {
  readonly PK: string;
  readonly SK: string;
}

/** Sort keys: one whole key, or all that begin alike. */
export type SortKeys = { readonly is: string } | { readonly begins: string };
/** The items whose writes are events: the filter between the table's stream and the publisher lets only these through. */
export const EVENTFUL = {
  task: { is: 'TASK' },
  template: { is: 'TEMPLATE' },
  taskType: { is: 'TYPE' },
  chosenStrategies: { is: 'CHOSEN' },
  strategy: { begins: 'STRATEGY#' },
  absence: { begins: 'ABSENCE#' },
} as const satisfies Readonly<Record<string, SortKeys>>;

/**
 * Every key of the table. Each partition begins with its tenant. Variable parts are percent-encoded: none can hold
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
const single = (tenantId: string, kind: string, id: string): Key => ({
  PK: `${tenant(tenantId)}#${kind}#${part(id)}`,
  SK: kind,
});

export const tenantKey = (tenantId: string): Key => ({ PK: tenant(tenantId), SK: 'TENANT' });

/** Task and later attachments are neighbours: one query reads both. */
export const taskKey = (tenantId: string, taskId: string): Key => ({
  PK: taskPartition(tenantId, taskId),
  SK: EVENTFUL.task.is,
});
export const ATTACHMENT_PREFIX = `${EVENTFUL.task.is}#ATTACH#`;
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
  SK: 'PROFILE',
});
export const calendarKey = (tenantId: string, userId: string): Key => ({
  PK: userPartition(tenantId, userId),
  SK: 'CALENDAR',
});
export const openAssignmentKey = (tenantId: string, userId: string, taskId: string): Key => ({
  PK: userPartition(tenantId, userId),
  SK: `OPEN#${part(taskId)}`,
});
export const windowKey = (tenantId: string, userId: string, start: Instant, taskId: string): Key => ({
  PK: userPartition(tenantId, userId),
  SK: `${windowsFrom(start)}#${part(taskId)}`,
});
/** Before every window that starts at the instant or later, and after every earlier one. */
export const windowsFrom = (start: Instant): string => `WINDOW#${start}`;
export const WINDOWS_BEGIN = 'WINDOW#';

export const ABSENCE_PREFIX = EVENTFUL.absence.begins;
export const absenceKey = (tenantId: string, userId: string, id: string): Key => ({
  PK: userPartition(tenantId, userId),
  SK: `${ABSENCE_PREFIX}${part(id)}`,
});

/** The active users of a tenant in one partition: a roster to read strongly when no candidates are named. */
export const rosterKey = (tenantId: string, userId: string, isActive: boolean): Key => ({
  PK: `${tenant(tenantId)}#ROSTER`,
  SK: `${isActive ? ACTIVE_PREFIX : 'INACTIVE#'}${part(userId)}`,
});
export const ACTIVE_PREFIX = 'ACTIVE#';

export const roleKey = (tenantId: string, id: string): Key => single(tenantId, 'ROLE', id);
export const orgUnitKey = (tenantId: string, id: string): Key => single(tenantId, 'ORG_UNIT', id);
export const taskTypeKey = (tenantId: string, id: string): Key => single(tenantId, EVENTFUL.taskType.is, id);
export const templateKey = (tenantId: string, id: string): Key => single(tenantId, EVENTFUL.template.is, id);
/** A template and its earlier revisions are neighbours: `REVISION#…` sorts before `TEMPLATE`, which is the newest. */
export const revisionKey = (tenantId: string, id: string, revision: number): Key => ({
  PK: templateKey(tenantId, id).PK,
  SK: `${REVISION_PREFIX}${String(revision).padStart(10, '0')}`,
});
export const REVISION_PREFIX = 'REVISION#';
export const assetKey = (tenantId: string, id: string): Key => single(tenantId, 'ASSET', id);
export const batchKey = (tenantId: string, id: string): Key => single(tenantId, 'BATCH', id);

/** A value that only one resource of the tenant may have: claimed by an item of its own. */
export type Claim =
  'STRATEGY_VERSION' | 'USERNAME' | 'ROLE_NAME' | 'ORG_UNIT_CODE' | 'TYPE_CODE' | 'TEMPLATE_KEY' | 'ASSET_CODE';
export const claimKey = (tenantId: string, claim: Claim, value: string): Key => ({
  PK: `${tenant(tenantId)}#CLAIM#${claim}#${part(value)}`,
  SK: 'CLAIM',
});

/** The tally of an area, or of the whole tenant (null). */
export const tallyKey = (tenantId: string, areaCode: string | null): Key => ({
  PK: `${tenant(tenantId)}#AREAS`,
  SK: areaCode === null ? 'TENANT' : `AREA#${part(areaCode)}`,
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
export const STRATEGY_PREFIX = EVENTFUL.strategy.begins;
export const strategyKey = (tenantId: string, id: string): Key => ({
  PK: strategyPartition(tenantId),
  SK: `${STRATEGY_PREFIX}${part(id)}`,
});
export const chosenKey = (tenantId: string): Key => ({
  PK: strategyPartition(tenantId),
  SK: EVENTFUL.chosenStrategies.is,
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

/** Partition of a list index: a kind of resource, and the values of the filters of the index's set. */
export const listPartition = (tenantId: string, list: string, filters: string): string =>
  `${tenant(tenantId)}#${list}${filters === '' ? '' : `#${filters}`}`;

export const encodePart = part;
