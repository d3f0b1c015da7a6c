import * as z from 'zod';
import type { KeptHolding, TenantSnapshot, UniqueValue } from '../../core/audit/snapshot.ts';
import { claimedCode } from '../../core/assets/asset.ts';
import { assetResource, userResource, type Resource } from '../../core/calendar/resource.ts';
import { comparedName } from '../../core/identity/directory.ts';
import {
  ABSENCE_PREFIX,
  ACTIVE_PREFIX,
  ATTACHMENT_PREFIX,
  calendarKey,
  claimIn,
  claimKey,
  DECISION_PREFIX,
  historyKey,
  identityWritersKey,
  INACTIVE_PREFIX,
  openAssignmentKey,
  receiptKey,
  REVISION_PREFIX,
  SORT_KEYS,
  STRATEGY_PREFIX,
  tallyKey,
  taskKey,
  userKey,
  WINDOWS_BEGIN,
  type Claim,
  type Key,
} from './keys.ts';
import { absenceCodec, isRemoved } from './resources/absences.ts';
import { accessCodec } from './resources/access.ts';
import { assetCodec } from './resources/assets.ts';
import { assetCalendarCodec, calendarCodec, holdingFrom } from './resources/calendars.ts';
import { orgUnitCodec } from './resources/org-units.ts';
import { qualificationCodec } from './resources/qualifications.ts';
import { roleCodec } from './resources/roles.ts';
import { strategyCodec } from './resources/strategies.ts';
import { taskTypeCodec } from './resources/task-types.ts';
import { historyCodec, taskCodec } from './resources/tasks.ts';
import { templateCodec } from './resources/templates.ts';
import { userCodec } from './resources/users.ts';
import { KEY } from './table.ts';
import type { Item } from './transaction.ts';

const keySchema = z.object({ [KEY.partition]: z.string(), [KEY.sort]: z.string() });
const idSchema = z.object({ id: z.string() });
const revisionSchema = z.object({ id: z.string(), revision: z.number().default(1) });
const rosterSchema = z.object({ user_id: z.string() });
const tallySchema = z.object({ total: z.number(), available: z.number() });
const batchSchema = z.object({ id: z.string(), task_ids: z.array(z.string()) });
const receiptSchema = z.object({ batch: batchSchema.optional() });
const writersSchema = z.object({ writers: z.number() });
const claimSchema = z.object({ owner_id: z.string() });

/** What an item is, by its sort key. */
const SORT = {
  task: SORT_KEYS.task.is,
  template: SORT_KEYS.template.begins,
  asset: SORT_KEYS.asset.begins,
  history: historyKey('', '', 0).SK.slice(0, -10),
  user: userKey('', '').SK,
  calendar: calendarKey('', userResource('')).SK,
  open: openAssignmentKey('', userResource(''), '').SK,
  batch: SORT_KEYS.batch.is,
  receipt: receiptKey('', '').SK,
  writers: identityWritersKey('').SK,
  claim: claimKey('', 'USERNAME', '').SK,
} as const;

const beginsWith =
  (...prefixes: readonly string[]) =>
  (item: Item): boolean => {
    const { SK } = keySchema.parse(item);
    return prefixes.some((prefix) => SK.startsWith(prefix));
  };
export const isHolding = beginsWith(WINDOWS_BEGIN, SORT.open);
export const isRosterEntry = beginsWith(ACTIVE_PREFIX, INACTIVE_PREFIX);
export const isTemplate = beginsWith(SORT.template);
export const isAsset = beginsWith(SORT.asset);

/** What the items of a tenant say, in whatever order they were read. */
export const snapshotOf = (tenantId: string, items: readonly Item[]): TenantSnapshot => {
  const keyed = items.map((item) => ({ ...keySchema.parse(item), item }));
  const sorted = (is: (SK: string) => boolean): readonly Item[] =>
    keyed.filter(({ SK }) => is(SK)).map(({ item }) => item);
  const assets = sorted((SK) => SK.startsWith(SORT.asset)).map(assetCodec.fromItem);
  const areaOf = areaNames(tenantId, assets);
  return {
    tasks: sorted((SK) => SK === SORT.task).map(taskCodec.fromItem),
    history: sorted((SK) => SK.startsWith(SORT.history)).map(historyCodec.fromItem),
    later_attachments: keyed
      .filter(({ SK }) => SK.startsWith(ATTACHMENT_PREFIX))
      .map(({ PK, item }) => ({ task_id: idBehind(taskKey(tenantId, '').PK, PK), id: idSchema.parse(item).id })),
    decisions: keyed
      .filter(({ SK }) => SK.startsWith(DECISION_PREFIX))
      .map(({ PK, SK }) => ({
        task_id: idBehind(taskKey(tenantId, '').PK, PK),
        id: idBehind(DECISION_PREFIX, SK),
      })),
    revisions: items.filter(beginsWith(SORT.template, REVISION_PREFIX)).map((item) => {
      const { id: template_id, revision } = revisionSchema.parse(item);
      return { template_id, revision };
    }),
    users: sorted((SK) => SK === SORT.user).map(userCodec.fromItem),
    roles: sorted((SK) => SK.startsWith(SORT_KEYS.role.begins)).map(roleCodec.fromItem),
    identity_writers: sorted((SK) => SK === SORT.writers).map((item) => writersSchema.parse(item).writers),
    access: sorted((SK) => SK === SORT_KEYS.access.is).map(accessCodec.fromItem),
    org_units: sorted((SK) => SK.startsWith(SORT_KEYS.org_unit.begins)).map(orgUnitCodec.fromItem),
    qualifications: sorted((SK) => SK.startsWith(SORT_KEYS.qualification.begins)).map(qualificationCodec.fromItem),
    unique_values: uniqueValuesOf(tenantId, items),
    claims: keyed
      .filter(({ SK }) => SK === SORT.claim)
      .map(({ PK, item }) => ({ claim: claimIn(tenantId, PK), owner_id: claimSchema.parse(item).owner_id })),
    roster: items.filter(isRosterEntry).map((item) => ({
      user_id: rosterSchema.parse(item).user_id,
      is_active: beginsWith(ACTIVE_PREFIX)(item),
    })),
    calendars: [
      ...sorted((SK) => SK === SORT.calendar).map(calendarCodec.fromItem),
      ...sorted((SK) => SK === SORT_KEYS.asset_calendar.is).map(assetCalendarCodec.fromItem),
    ],
    holdings: keyed
      .filter(({ item }) => isHolding(item))
      .map(({ PK, item }): KeptHolding => ({
        resource: holderNamed(tenantId, PK),
        ...holdingFrom(item),
      })),
    absences: sorted((SK) => SK.startsWith(ABSENCE_PREFIX))
      .filter((item) => !isRemoved(item))
      .map(absenceCodec(tenantId).fromItem),
    assets,
    tallies: keyed
      .filter(({ PK }) => PK === tallyKey(tenantId, null).PK)
      .map(({ SK, item }) => ({ area_code: areaOf(SK), ...tallySchema.parse(item) })),
    batches: [
      ...sorted((SK) => SK === SORT.batch).map((item) => batchSchema.parse(item)),
      ...sorted((SK) => SK === SORT.receipt).flatMap((item) => receiptSchema.parse(item).batch ?? []),
    ],
  };
};

/** Whose partition it is. */
const holderNamed = (tenantId: string, PK: string): Resource => {
  const ofAssets = calendarKey(tenantId, assetResource('')).PK;
  return PK.startsWith(ofAssets)
    ? assetResource(idBehind(ofAssets, PK))
    : userResource(idBehind(userKey(tenantId, '').PK, PK));
};

/** The id at the end of a key. */
const idBehind = (prefix: string, key: string): string => decodeURIComponent(key.slice(prefix.length));

/** The areas by their sort keys. A long code is not in its key, but the assets there know it; else its key names it. */
const areaNames = (tenantId: string, assets: TenantSnapshot['assets']) => {
  const codes = assets.flatMap(({ region_code }) => region_code ?? []);
  const codeOf = new Map(codes.map((code) => [tallyKey(tenantId, code).SK, code]));
  const prefix = tallyKey(tenantId, '').SK;
  return (SK: string): string | null => {
    if (SK === tallyKey(tenantId, null).SK) return null;
    const encoded = SK.slice(prefix.length);
    return codeOf.get(SK) ?? (encoded.startsWith('%%') ? encoded : decodeURIComponent(encoded));
  };
};

interface Claimant {
  readonly id: string;
  readonly claim: Claim;
  /** The value as it is claimed. */
  readonly value: string;
}

/** What claims a value, by the beginning of its sort key. */
const CLAIMANTS: readonly (readonly [owner: string, begins: string, of: (item: Item) => Claimant])[] = [
  [
    'user',
    SORT.user,
    (item) => {
      const { id, username } = userCodec.fromItem(item);
      return { id, claim: 'USERNAME', value: comparedName(username) };
    },
  ],
  [
    'role',
    SORT_KEYS.role.begins,
    (item) => {
      const { id, name } = roleCodec.fromItem(item);
      return { id, claim: 'ROLE_NAME', value: name };
    },
  ],
  [
    'org_unit',
    SORT_KEYS.org_unit.begins,
    (item) => {
      const { id, code } = orgUnitCodec.fromItem(item);
      return { id, claim: 'ORG_UNIT_CODE', value: code };
    },
  ],
  [
    'qualification',
    SORT_KEYS.qualification.begins,
    (item) => {
      const { id, code } = qualificationCodec.fromItem(item);
      return { id, claim: 'QUALIFICATION_CODE', value: code };
    },
  ],
  [
    'asset',
    SORT.asset,
    (item) => {
      const asset = assetCodec.fromItem(item);
      return { id: asset.id, claim: 'ASSET_CODE', value: claimedCode(asset) };
    },
  ],
  [
    'task_type',
    SORT_KEYS.task_type.begins,
    (item) => {
      const { id, code } = taskTypeCodec.fromItem(item);
      return { id, claim: 'TYPE_CODE', value: code };
    },
  ],
  [
    'template',
    SORT.template,
    (item) => {
      const { id, template_key } = templateCodec.fromItem(item);
      return { id, claim: 'TEMPLATE_KEY', value: template_key };
    },
  ],
  [
    'strategy',
    STRATEGY_PREFIX,
    (item) => {
      const { id, version } = strategyCodec.fromItem(item);
      return { id, claim: 'STRATEGY_VERSION', value: version };
    },
  ],
];

const claimantsAmong = (items: readonly Item[]): readonly (Claimant & { readonly owner: string })[] =>
  CLAIMANTS.flatMap(([owner, begins, of]) => items.filter(beginsWith(begins)).map((item) => ({ owner, ...of(item) })));

const uniqueValuesOf = (tenantId: string, items: readonly Item[]): readonly UniqueValue[] =>
  claimantsAmong(items).map(({ owner, id, claim, value }) => ({
    claim: claimIn(tenantId, claimKey(tenantId, claim, value).PK),
    owner,
    owner_id: id,
  }));

/** The keys of the claims that the items of a tenant have to have. */
export const claimKeysOf = (tenantId: string, items: readonly Item[]): readonly Key[] =>
  claimantsAmong(items).map(({ claim, value }) => claimKey(tenantId, claim, value));
