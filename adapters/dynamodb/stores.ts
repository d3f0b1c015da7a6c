import type { Assets } from '../../core/assets/asset.ts';
import type { KeptReceipt } from '../../core/call.ts';
import {
  idOf,
  type Calendar,
  type Calendars,
  type Consistency,
  type HeldWindow,
} from '../../core/calendar/calendar.ts';
import { overlaps, type Window } from '../../core/calendar/window.ts';
import { notFound } from '../../core/errors.ts';
import type { Directory } from '../../core/identity/directory.ts';
import type { Page, PageRequest } from '../../core/page.ts';
import type { References } from '../../core/tasks/create.ts';
import { shadowReportView, type Strategies } from '../../core/scoring/strategies.ts';
import type { Decisions } from '../../core/tasks/decision.ts';
import type { Tasks } from '../../core/tasks/tasks.ts';
import type { Templates } from '../../core/templates/template.ts';
import { epochMilliseconds, type Clock } from '../../core/time/instant.ts';
import type { TaskTypes } from '../../core/types/task-type.ts';
import * as z from 'zod';
import * as items from './items.ts';
import {
  ABSENCE_PREFIX,
  absenceKey,
  ACTIVE_PREFIX,
  chosenKey,
  DECISION_PREFIX,
  decisionKey,
  REVISION_PREFIX,
  revisionKey,
  shadowCountPrefix,
  shadowExamplePrefix,
  STRATEGY_PREFIX,
  strategyKey,
  ATTACHMENT_PREFIX,
  calendarKey,
  claimKey,
  COMMENT_PREFIX,
  commentKey,
  historyKey,
  orgUnitKey,
  receiptKey,
  roleKey,
  rosterKey,
  assetKey,
  tallyKey,
  taskKey,
  taskTypeKey,
  templateKey,
  tenantKey,
  userKey,
  WINDOWS_BEGIN,
  windowsFrom,
  type Key,
} from './keys.ts';
import { indexFor, LISTS, type ListName } from './listing.ts';
import { sizeOf } from './size.ts';
import type { TableReader } from './table-reader.ts';
import { KEY } from './table.ts';
import type { Item } from './transaction.ts';

/** Sorts after every text that begins with a prefix. */
const END = '\uffff';
/** The next sort key after one is the one with the lowest character behind it. */
const behind = ({ SK }: Key): string => `${SK}\u0000`;

interface Reads {
  readonly reader: TableReader;
}

/**
 * One page of a list, newest first. It reads one item more than the page, which tells whether another page follows. A
 * page of large items ends early, at about 1 MB: its answer has to fit into what Lambda sends.
 */
const listPage = async <T extends { readonly id: string }>(
  { reader }: Reads,
  list: ListName,
  codec: items.Codec<T>,
  tenantId: string,
  filters: Readonly<Record<string, unknown>>,
  { limit, after }: PageRequest,
): Promise<Page<T>> => {
  const { index, partition } = indexFor(list, tenantId, filters);
  const { items: found, last: stopped } = await reader.indexPage({
    index: index.name,
    attribute: index.partition,
    partition,
    limit: limit + 1,
    after:
      after === undefined ? undefined : { [index.partition]: partition, ...positionSchema.parse(JSON.parse(after)) },
  });
  const asked = found.slice(0, limit);
  const whole = index.projection === 'ALL' ? asked : await wholeItems(reader, asked, list, filters);
  const sent = firstOf(whole, sizeOf);
  const isCut = sent.length < whole.length;
  const last = isCut ? sent.at(-1) : asked.at(-1);
  const records = sent.map(codec.fromItem);
  return (isCut || found.length > limit || stopped !== undefined) && last !== undefined
    ? { items: records, next: JSON.stringify(positionSchema.parse(last)) }
    : { items: records };
};

const PAGE_BYTES = 1024 * 1024;

/** As many of the items as a page of 1 MB holds, and one at least. */
const firstOf = <T>(whole: readonly T[], bytesOf: (one: T) => number): readonly T[] => {
  let bytes = 0;
  const end = whole.findIndex((one, at) => {
    bytes += bytesOf(one);
    return bytes > PAGE_BYTES && at > 0;
  });
  return end === -1 ? whole : whole.slice(0, end);
};

const positionSchema = z.object({ id: z.string(), [KEY.partition]: z.string(), [KEY.sort]: z.string() });
const keySchema = z.object({ [KEY.partition]: z.string(), [KEY.sort]: z.string() });

/** The items behind a page of keys, in its order, less those that an index lagging behind still lists. */
const wholeItems = async (
  reader: TableReader,
  page: readonly Item[],
  list: ListName,
  filters: Readonly<Record<string, unknown>>,
): Promise<readonly Item[]> => {
  const whole = await reader.getMany(
    page.map((item) => keySchema.parse(item)),
    'eventual',
  );
  const byId = new Map(whole.map((item) => [item['id'], item]));
  const fields: readonly string[] = LISTS[list];
  return page
    .map(({ id }) => byId.get(id))
    .filter((item) => item !== undefined)
    .filter((item) => fields.every((field) => filters[field] === undefined || item[field] === filters[field]));
};

const find = async <T>({ reader }: Reads, codec: items.Codec<T>, key: Key): Promise<T | undefined> => {
  const item = await reader.get(key);
  return item === undefined ? undefined : codec.fromItem(item);
};

export const makeTasks = (reads: Reads): Tasks => ({
  get: async (tenantId, taskId) => {
    const key = taskKey(tenantId, taskId);
    const [first, ...rest] = await reads.reader.range({
      partition: key.PK,
      from: key.SK,
      to: `${ATTACHMENT_PREFIX}${END}`,
    });
    if (first === undefined) throw notFound('task', taskId);
    const task = items.tasks.fromItem(first);
    return { task, later: rest.map(items.attachmentsOf(task).fromItem) };
  },
  list: (tenantId, filters, page) => listPage(reads, 'tasks', items.tasks, tenantId, filters, page),
  comments: async (tenantId, taskId, { limit, after }) => {
    const { PK: partition } = taskKey(tenantId, taskId);
    const from = after === undefined ? COMMENT_PREFIX : behind(commentKey(tenantId, taskId, after));
    const to = `${COMMENT_PREFIX}${END}`;
    const { items: found, last: stopped } = await reads.reader.rangePage({ partition, from, to, limit: limit + 1 });
    const comments = found.slice(0, limit).map(items.commentsOf({ tenant_id: tenantId, id: taskId }).fromItem);
    const last = comments.at(-1);
    return (found.length > limit || stopped !== undefined) && last !== undefined
      ? { items: comments, next: last.id }
      : { items: comments };
  },
  entriesAfter: async (tenantId, taskId, version, limit) => {
    const from = historyKey(tenantId, taskId, version + 1);
    const to = historyKey(tenantId, taskId, 9_999_999_999);
    const { items: found } = await reads.reader.rangePage({ partition: from.PK, from: from.SK, to: to.SK, limit });
    return found.map(items.historyEntries.fromItem);
  },
});

export const makeTaskTypes = (reads: Reads): TaskTypes => ({
  find: (tenantId, id) => find(reads, items.taskTypes, taskTypeKey(tenantId, id)),
  list: (tenantId, filters, page) => listPage(reads, 'task_types', items.taskTypes, tenantId, filters, page),
});

export const makeTemplates = (reads: Reads): Templates => ({
  get: async (tenantId, id) => {
    const template = await find(reads, items.templates, templateKey(tenantId, id));
    if (template === undefined) throw notFound('template', id);
    return template;
  },
  list: (tenantId, filters, page) => listPage(reads, 'templates', items.templates, tenantId, filters, page),
  revisions: async (tenantId, id, { limit, after }) => {
    const newest = templateKey(tenantId, id);
    const from = after === undefined ? REVISION_PREFIX : behind(revisionKey(tenantId, id, Number(after)));
    const read = await reads.reader.rangePage({ partition: newest.PK, from, to: newest.SK, limit: limit + 1 });
    if (read.items.length === 0) throw notFound('template', id);
    const sent = firstOf(read.items.slice(0, limit), sizeOf);
    const page = sent.map(items.templates.fromItem);
    const last = page.at(-1);
    const isLast = sent.length === read.items.length && read.last === undefined;
    return isLast || last === undefined ? { items: page } : { items: page, next: String(last.revision) };
  },
});

const tallySchema = z.object({ total: z.number().int(), available: z.number().int() });

export const makeAssets = (reads: Reads): Assets => ({
  get: async (tenantId, id) => {
    const asset = await find(reads, items.assets, assetKey(tenantId, id));
    if (asset === undefined) throw notFound('asset', id);
    return asset;
  },
  list: (tenantId, filters, page) => listPage(reads, 'assets', items.assets, tenantId, filters, page),
  tally: async (tenantId, areaCode) => {
    const item = await reads.reader.get(tallyKey(tenantId, areaCode));
    return item === undefined ? { total: 0, available: 0 } : tallySchema.parse(item);
  },
});

export const makeReferences = ({ reader }: Reads): References => ({
  read: async (tenantId, { taskTypes, templates, orgUnits }) => {
    const typeKeys = [...taskTypes].map((id) => taskTypeKey(tenantId, id));
    const templateKeys = [...templates].map((id) => templateKey(tenantId, id));
    const orgUnitKeys = [...orgUnits].map((id) => orgUnitKey(tenantId, id));
    const found = await reader.getMany([...typeKeys, ...templateKeys, ...orgUnitKeys]);
    const byKey = new Map(found.map((item) => [item[KEY.partition], item]));
    const pick = <T extends { readonly id: string }>(
      keys: readonly Key[],
      codec: items.Codec<T>,
    ): ReadonlyMap<string, T> =>
      new Map(
        keys.flatMap(({ PK }) => {
          const item = byKey.get(PK);
          if (item === undefined) return [];
          const record = codec.fromItem(item);
          return [[record.id, record] as const];
        }),
      );
    return {
      taskTypes: pick(typeKeys, items.taskTypes),
      templates: pick(templateKeys, items.templates),
      orgUnits: pick(orgUnitKeys, items.orgUnits),
    };
  },
});

const ownerSchema = z.object({ owner_id: z.string() });
const rosterSchema = z.object({ user_id: z.string() });

export const makeDirectory = (reads: Reads): Directory => ({
  findTenant: (tenantId) => find(reads, items.tenants, tenantKey(tenantId)),
  hasUsers: async (tenantId) => {
    const { PK: partition } = rosterKey(tenantId, '', true);
    return (await reads.reader.range({ partition, from: ' ', to: END, limit: 1 })).length > 0;
  },
  findUser: (tenantId, id) => find(reads, items.users, userKey(tenantId, id)),
  findUserByName: async (tenantId, username) => {
    const claim = await reads.reader.get(claimKey(tenantId, 'USERNAME', username));
    return claim === undefined
      ? undefined
      : find(reads, items.users, userKey(tenantId, ownerSchema.parse(claim).owner_id));
  },
  listUsers: (tenantId, page) => listPage(reads, 'users', items.users, tenantId, {}, page),
  findRoles: async (tenantId, ids) => {
    const found = await reads.reader.getMany(ids.map((id) => roleKey(tenantId, id)));
    return found.map(items.roles.fromItem);
  },
  listRoles: (tenantId, page) => listPage(reads, 'roles', items.roles, tenantId, {}, page),
  findOrgUnit: (tenantId, id) => find(reads, items.orgUnits, orgUnitKey(tenantId, id)),
  listOrgUnits: (tenantId, page) => listPage(reads, 'org_units', items.orgUnits, tenantId, {}, page),
});

export const makeCalendars = ({ reader }: Reads): Calendars => {
  const windows = async (
    partition: string,
    range: { from: string; to: string; limit?: number },
    consistency: Consistency,
  ) => (await reader.range({ partition, descending: true, consistency, ...range })).map(items.heldWindowFrom);

  /**
   * Windows of one user never overlap each other, so they are sorted by their ends too: of those that start before the
   * wanted end, only the latest can be the first to overlap, and only one can begin before the wanted start and reach
   * into it. That makes (overlaps + 1) items, whatever the size of the calendar; one request where nothing overlaps.
   */
  const overlapping = async (
    tenantId: string,
    userId: string,
    wanted: Window,
    consistency: Consistency,
  ): Promise<readonly HeldWindow[]> => {
    const { PK: partition } = calendarKey(tenantId, userId);
    const [latest] = await windows(
      partition,
      { from: WINDOWS_BEGIN, to: windowsFrom(wanted.end), limit: 1 },
      consistency,
    );
    if (latest === undefined || !overlaps(latest.window, wanted)) return [];
    if (latest.window.start <= wanted.start) return [latest];
    const [within, before] = await Promise.all([
      windows(partition, { from: windowsFrom(wanted.start), to: windowsFrom(latest.window.start) }, consistency),
      windows(partition, { from: WINDOWS_BEGIN, to: windowsFrom(wanted.start), limit: 1 }, consistency),
    ]);
    const found = [latest, ...within, ...before.filter(({ window }) => overlaps(window, wanted))];
    // One that was moved between the two reads is in both of them; it counts once.
    return [...new Map(found.map((held) => [idOf(held), held])).values()];
  };

  const findMany = async (
    tenantId: string,
    userIds: readonly string[],
    consistency: Consistency,
  ): Promise<readonly Calendar[]> =>
    (
      await reader.getMany(
        userIds.map((userId) => calendarKey(tenantId, userId)),
        consistency,
      )
    ).map(items.calendars.fromItem);

  return {
    find: async (tenantId, userId) => {
      const item = await reader.get(calendarKey(tenantId, userId));
      return item === undefined ? undefined : items.calendars.fromItem(item);
    },
    overlapping: ({ tenant_id, user_id }, wanted) => overlapping(tenant_id, user_id, wanted, 'strong'),
    survey: async (tenantId, userIds, wanted, consistency) => {
      const held = (userId: string) =>
        wanted === undefined ? Promise.resolve([]) : overlapping(tenantId, userId, wanted, consistency);
      if (consistency === 'strong') {
        const calendars = await findMany(tenantId, userIds, 'strong');
        return Promise.all(
          calendars.map(async (calendar) => ({ calendar, overlapping: await held(calendar.user_id) })),
        );
      }
      // Nothing is decided from an eventual survey, so both reads may run together.
      const [calendars, windowsOf] = await Promise.all([
        findMany(tenantId, userIds, 'eventual'),
        Promise.all(userIds.map(async (userId) => [userId, await held(userId)] as const)),
      ]);
      const byUser = new Map(windowsOf);
      return calendars.map((calendar) => ({ calendar, overlapping: byUser.get(calendar.user_id) ?? [] }));
    },
    held: async (tenantId, userId, range, limit) => {
      const { PK: partition } = calendarKey(tenantId, userId);
      const show = { partition, consistency: 'eventual' as const };
      const [before, within] = await Promise.all([
        reader.range({ ...show, from: WINDOWS_BEGIN, to: windowsFrom(range.start), descending: true, limit: 1 }),
        reader.range({ ...show, from: windowsFrom(range.start), to: windowsFrom(range.end), limit }),
      ]);
      const [earlier, later] = [before, within].map((found) => found.map(items.heldWindowFrom));
      // One that was moved between the two reads is in both of them; it shows where it is now.
      const now = new Set(later?.map(idOf));
      return [...(earlier ?? []).filter((held) => !now.has(idOf(held))), ...(later ?? [])]
        .filter(({ window }) => overlaps(window, range))
        .slice(0, limit);
    },
    absences: async (tenantId, userId, { limit, after }) => {
      const { PK: partition } = calendarKey(tenantId, userId);
      const found: Item[] = [];
      let from = after === undefined ? ABSENCE_PREFIX : behind(absenceKey(tenantId, userId, after));
      for (;;) {
        const read = await reader.rangePage({ partition, from, to: `${ABSENCE_PREFIX}${END}`, limit: limit + 1 });
        found.push(...read.items.filter((item) => !items.isRemoved(item)));
        if (read.last === undefined || found.length > limit) break;
        from = behind(keySchema.parse(read.last));
      }
      const page = found.slice(0, limit).map(items.absencesOf(tenantId).fromItem);
      const last = page.at(-1);
      return found.length > limit && last !== undefined ? { items: page, next: last.id } : { items: page };
    },
    findAbsence: async (tenantId, userId, id) => {
      const item = await reader.get(absenceKey(tenantId, userId, id));
      return item === undefined || items.isRemoved(item) ? undefined : items.absencesOf(tenantId).fromItem(item);
    },
    activeUserIds: async (tenantId, limit) => {
      const { PK: partition } = rosterKey(tenantId, '', true);
      const entries = await reader.range({ partition, from: ACTIVE_PREFIX, to: `${ACTIVE_PREFIX}${END}`, limit });
      return entries.map((entry) => rosterSchema.parse(entry).user_id);
    },
  };
};

const receiptSchema = z.object({
  fingerprint: z.string(),
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  body: z.instanceof(Uint8Array),
  [KEY.expiry]: z.number(),
});

export interface Receipts {
  /** The record under a key; one that has expired counts as absent. */
  readonly find: (tenantId: string, key: string) => Promise<KeptReceipt | undefined>;
}

export const makeReceipts = ({ reader, clock }: Reads & { readonly clock: Clock }): Receipts => ({
  find: async (tenantId, key) => {
    const item = await reader.get(receiptKey(tenantId, key));
    if (item === undefined) return undefined;
    const { fingerprint, status, headers, body, ...rest } = receiptSchema.parse(item);
    if (rest[KEY.expiry] * 1_000 <= epochMilliseconds(clock())) return undefined;
    return { fingerprint, answer: { status, headers, compressedBody: body } };
  },
});

export const makeDecisions = (reads: Reads): Decisions => ({
  find: (tenantId, taskId, id) => find(reads, items.decisions, decisionKey(tenantId, taskId, id)),
  list: async (tenantId, taskId, { limit, after }) => {
    const { PK: partition } = taskKey(tenantId, taskId);
    const from = after === undefined ? DECISION_PREFIX : behind(decisionKey(tenantId, taskId, after));
    const to = `${DECISION_PREFIX}${END}`;
    const read = await reads.reader.rangePage({ partition, from, to, limit: limit + 1 });
    // They are kept compressed: what counts is how large they are in the answer.
    const decisions = read.items.slice(0, limit).map(items.decisions.fromItem);
    const page = firstOf(decisions, (decision) => Buffer.byteLength(JSON.stringify(decision)));
    const last = page.at(-1);
    const isLast = page.length === read.items.length && read.last === undefined;
    return isLast || last === undefined ? { items: page } : { items: page, next: last.id };
  },
});

const countSchema = z.object({ decisions: z.number().int(), disagreements: z.number().int() });
const comparisonSchema = shadowReportView.shape.examples.element;
const EXAMPLES_SHOWN = 20;

export const makeStrategies = (reads: Reads): Strategies => ({
  find: (tenantId, id) => find(reads, items.strategies, strategyKey(tenantId, id)),
  all: async (tenantId) => {
    const { PK: partition } = chosenKey(tenantId);
    const found = await reads.reader.range({ partition, from: STRATEGY_PREFIX, to: `${STRATEGY_PREFIX}${END}` });
    return found.map(items.strategies.fromItem);
  },
  chosen: async (tenantId) =>
    (await find(reads, items.chosenStrategies, chosenKey(tenantId))) ?? {
      tenant_id: tenantId,
      active: null,
      shadow: null,
      version: 0,
    },
  shadowReport: async (tenantId, id) => {
    const { PK: partition } = chosenKey(tenantId);
    const [counts, examples] = await Promise.all([
      reads.reader.range({ partition, from: shadowCountPrefix(id), to: `${shadowCountPrefix(id)}${END}` }),
      reads.reader.range({
        partition,
        from: shadowExamplePrefix(id),
        to: `${shadowExamplePrefix(id)}${END}`,
        descending: true,
        limit: EXAMPLES_SHOWN,
      }),
    ]);
    const sums = counts.map((count) => countSchema.parse(count));
    const decisions = sums.reduce((sum, count) => sum + count.decisions, 0);
    const disagreements = sums.reduce((sum, count) => sum + count.disagreements, 0);
    return {
      strategy_id: id,
      decisions,
      disagreements,
      rate: decisions === 0 ? null : disagreements / decisions,
      examples: examples.map((example) => comparisonSchema.parse(example)),
    };
  },
});
