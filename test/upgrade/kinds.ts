import * as keys from '../../adapters/dynamodb/keys.ts';

/** Every kind of item that the table holds, by how its keys look. */
export const KINDS: Readonly<Record<string, RegExp>> = {
  tenant: /^T#[^#]+ TENANT$/,
  task: /#TASK#[^#]+ TASK$/,
  attachment: / TASK#ATTACH#/,
  comment: / COMMENT#/,
  history: / HIST#/,
  decision: / DECISION#/,
  user: / PROFILE$/,
  calendar: / CALENDAR$/,
  window: / WINDOW#/,
  'open assignment': / OPEN#/,
  absence: / ABSENCE#/,
  'active in the roster': /#ROSTER ACTIVE#/,
  'inactive in the roster': /#ROSTER INACTIVE#/,
  access: / ACCESS$/,
  role: / ROLE#/,
  'identity writers': /#ROLES WRITERS$/,
  'org unit': / ORG_UNIT#/,
  'org tree': /#ORG_UNITS TREE$/,
  'task type': / TYPE#/,
  template: / TEMPLATE#/,
  revision: / REVISION#/,
  asset: / ASSET#/,
  'tally of all': /#AREAS ALL$/,
  'tally of an area': /#AREAS AREA#/,
  strategy: / STRATEGY#/,
  'chosen strategies': / CHOSEN$/,
  'count of a shadow': / SHADOW#[^#]+#COUNT#/,
  'example of a shadow': / SHADOW#[^#]+#EXAMPLE#/,
  claim: / CLAIM$/,
  batch: / BATCH$/,
  receipt: / RECEIPT$/,
  'attempts to sign in': /#SIGN_IN#[^#]+ ADDRESS#/,
  removal: / REMOVED#/,
  'entry of the trail': / ENTRY#/,
};

/** Kinds that came after the first fixture was written: the second holds them. */
export const KINDS_SINCE: Readonly<Record<string, RegExp>> = {
  'calendar of an asset': / ASSET_CALENDAR$/,
  qualification: / QUALIFICATION#/,
  plan: / PLAN#/,
  'part of a plan': /#PLAN#[^# ]+ /,
  feed: / FEED#/,
  'token of a feed': /^FEED_TOKEN#[\w-]+ FEED_TOKEN$/,
};

/** The functions that spell the keys of items: each key that they can make is of one of the kinds. */
export const KEY_MAKERS: readonly string[] = Object.entries(keys)
  .filter(([name, value]) => name.endsWith('Key') && typeof value === 'function')
  .map(([name]) => name);

export interface Kept {
  /** Of the tenant, and of the one who may do everything in it. */
  readonly tenantId: string;
  readonly login: { readonly username: string; readonly password: string };
  /** What each path answered to a GET. */
  readonly answers: Readonly<Record<string, unknown>>;
}
