import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { assetSchema, type Asset } from '../../core/assets/asset.ts';
import {
  absenceHoldingSchema,
  absenceSchema,
  calendarSchema,
  taskHoldingSchema,
  type Absence,
  type Calendar,
  type HeldWindow,
  type Holding,
} from '../../core/calendar/calendar.ts';
import {
  orgUnitSchema,
  roleSchema,
  tenantSchema,
  userSchema,
  type OrgUnit,
  type Role,
  type Tenant,
  type User,
} from '../../core/identity/directory.ts';
import { historyEntrySchema, type HistoryEntry } from '../../core/tasks/history.ts';
import {
  attachmentSchema,
  commentSchema,
  taskSchema,
  type Attachment,
  type Comment,
  type Task,
} from '../../core/tasks/task.ts';
import {
  chosenSchema,
  tenantStrategySchema,
  type ChosenStrategies,
  type TenantStrategy,
} from '../../core/scoring/strategies.ts';
import { decisionSchema, type Decision } from '../../core/tasks/decision.ts';
import { templateSchema, type Template } from '../../core/templates/template.ts';
import { instantSchema } from '../../core/time/instant.ts';
import { taskTypeSchema, type TaskType } from '../../core/types/task-type.ts';
import {
  absenceKey,
  assetKey,
  attachmentKey,
  calendarKey,
  chosenKey,
  decisionKey,
  revisionKey,
  strategyKey,
  commentKey,
  historyKey,
  orgUnitKey,
  roleKey,
  taskKey,
  taskTypeKey,
  templateKey,
  tenantKey,
  userKey,
  type Key,
} from './keys.ts';
import { listAttributes, type ListName } from './listing.ts';
import type { Item } from './transaction.ts';

/** How records of one kind are kept. The codecs are marked pure: a bundle carries those that its function uses. */
export interface Codec<T> {
  readonly toItem: (record: T) => Item & Key;
  /** Checks what it reads: an item that does not fit is a bug, and is said to be one. */
  readonly fromItem: (item: Item) => T;
}

/**
 * Opaque JSON is kept as JSON text: it comes back as it came, whatever its numbers, its empty names and its depth, which
 * DynamoDB's own types would change or refuse.
 */
const makeCodec = <T extends Readonly<Record<string, unknown>>>({
  schema,
  key,
  documents = [],
  list,
  tenantOf,
}: {
  readonly schema: z.ZodType<T>;
  readonly key: (record: T) => Key;
  readonly documents?: readonly (keyof T & string)[];
  readonly list?: ListName;
  readonly tenantOf?: (record: T) => string;
}): Codec<T> => ({
  toItem: (record) => {
    const texts = documents.map((name) => [name, JSON.stringify(record[name])] as const);
    const lists = list === undefined || tenantOf === undefined ? {} : listAttributes(list, tenantOf(record), record);
    return { ...record, ...Object.fromEntries(texts), ...lists, ...key(record) };
  },
  fromItem: (item) => {
    const values = documents.map((name) => {
      const kept = item[name];
      return [name, typeof kept === 'string' ? (JSON.parse(kept) as unknown) : kept] as const;
    });
    const result = schema.safeParse({ ...item, ...Object.fromEntries(values) });
    if (result.success) return result.data;
    throw new Error(`An item of the table is malformed: ${z.prettifyError(result.error)}`, { cause: result.error });
  },
});

interface Owned {
  readonly tenant_id: string;
  readonly id: string;
}
const owned =
  (of: (tenantId: string, id: string) => Key) =>
  ({ tenant_id, id }: Owned): Key =>
    of(tenant_id, id);
const tenantOf = ({ tenant_id }: Owned): string => tenant_id;

export const tenants: Codec<Tenant> = /* @__PURE__ */ makeCodec({
  schema: tenantSchema,
  key: ({ id }) => tenantKey(id),
});
export const users: Codec<User> = /* @__PURE__ */ makeCodec({
  schema: userSchema,
  key: owned(userKey),
  list: 'users',
  tenantOf,
});
export const roles: Codec<Role> = /* @__PURE__ */ makeCodec({
  schema: roleSchema,
  key: owned(roleKey),
  list: 'roles',
  tenantOf,
});
export const orgUnits: Codec<OrgUnit> = /* @__PURE__ */ makeCodec({
  schema: orgUnitSchema,
  key: owned(orgUnitKey),
  list: 'org_units',
  tenantOf,
});
export const assets: Codec<Asset> = /* @__PURE__ */ makeCodec({
  schema: assetSchema,
  key: owned(assetKey),
  documents: ['detail'],
  list: 'assets',
  tenantOf,
});
export const taskTypes: Codec<TaskType> = /* @__PURE__ */ makeCodec({
  schema: taskTypeSchema,
  key: owned(taskTypeKey),
  list: 'task_types',
  tenantOf,
});
export const templates: Codec<Template> = /* @__PURE__ */ makeCodec({
  schema: templateSchema,
  key: owned(templateKey),
  documents: ['default_checklist', 'route_template', 'payload_template', 'default_payload'],
  list: 'templates',
  tenantOf,
});
export const tasks: Codec<Task> = /* @__PURE__ */ makeCodec({
  schema: taskSchema,
  key: owned(taskKey),
  documents: ['checklist', 'area_geom', 'first_attachments', 'route_template', 'payload_template', 'payload'],
  list: 'tasks',
  tenantOf,
});
export const calendars: Codec<Calendar> = /* @__PURE__ */ makeCodec({
  schema: calendarSchema,
  key: ({ tenant_id, user_id }) => calendarKey(tenant_id, user_id),
});
export const historyEntries: Codec<HistoryEntry> = /* @__PURE__ */ makeCodec({
  schema: historyEntrySchema,
  key: ({ tenant_id, task_id, version }) => historyKey(tenant_id, task_id, version),
  documents: ['detail'],
});

/** Comments and attachments belong to a task, which their own fields do not name. */
export const commentsOf = (task: Owned): Codec<Comment> =>
  makeCodec({ schema: commentSchema, key: ({ id }) => commentKey(task.tenant_id, task.id, id) });
export const attachmentsOf = (task: Owned): Codec<Attachment> =>
  makeCodec({ schema: attachmentSchema, key: ({ id }) => attachmentKey(task.tenant_id, task.id, id) });

const heldWindowSchema = z.union([
  absenceHoldingSchema,
  taskHoldingSchema.extend({ window: z.object({ start: instantSchema, end: instantSchema }) }),
]);
const holdingSchema = z.union([absenceHoldingSchema, taskHoldingSchema]);
/** Anything that a user holds: a window, or an open assignment. */
export const holdingFrom = (item: Item): Holding => holdingSchema.parse(item);
export const heldWindowFrom = (item: Item): HeldWindow => heldWindowSchema.parse(item);

export const absencesOf = (tenantId: string): Codec<Absence> =>
  makeCodec({ schema: absenceSchema, key: ({ user_id, id }) => absenceKey(tenantId, user_id, id) });

/** An absence that was removed carries this until its expiry: it is there for its event only. */
export const REMOVAL = 'removal';
export const isRemoved = (item: Item): boolean => item[REMOVAL] !== undefined;

/** A decision holds the facts of up to a thousand candidates: it is kept compressed. */
export const decisions: Codec<Decision> = {
  toItem: (decision) => ({
    ...decisionKey(decision.tenant_id, decision.task_id, decision.id),
    compressed: gzipSync(JSON.stringify(decision)),
  }),
  fromItem: ({ compressed }) =>
    decisionSchema.parse(JSON.parse(gunzipSync(z.instanceof(Uint8Array).parse(compressed)).toString('utf8'))),
};
export const strategies: Codec<TenantStrategy> = makeCodec({ schema: tenantStrategySchema, key: owned(strategyKey) });
export const chosenStrategies: Codec<ChosenStrategies> = makeCodec({
  schema: chosenSchema,
  key: ({ tenant_id }) => chosenKey(tenant_id),
});

/** An earlier revision of a template: kept as it was, and in no list. */
export const templateRevisions: Codec<Template> = {
  toItem: (template) => {
    const item = templates.toItem(template);
    const lists = Object.keys(listAttributes('templates', template.tenant_id, template));
    const rest = Object.fromEntries(Object.entries(item).filter(([name]) => !lists.includes(name)));
    return { ...rest, ...revisionKey(template.tenant_id, template.id, template.revision) };
  },
  fromItem: templates.fromItem,
};
