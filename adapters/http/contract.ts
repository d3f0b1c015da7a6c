import type * as z from 'zod';
import type { Code } from '../../core/errors.ts';
import { FIELD, type Permission } from '../../core/identity/permission.ts';
import type { Listed } from '../../core/page.ts';
import { LIST_INDEXES, TASK_INDEXES } from '../dynamodb/table.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** What a gateway serves: `HEAD` comes with every `GET`. */
export type ServedMethod = Method | 'HEAD';

/** What a handler does to the table: the grant of its Lambda function, in IAM's words without the prefix. */
export type TableAction =
  'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheckItem';

/**
 * One route: the single source for API Gateway, the local gateway, the OpenAPI document, the permission check and the
 * grants. `path` is the public one; a custom verb follows a colon (`…/{template_id}:clone`).
 */
export interface RouteContract {
  /** Name of the operation, unique: `operationId` in the OpenAPI document, and the id of the Lambda function. */
  readonly operation: string;
  readonly method: Method;
  readonly path: `/${string}`;
  /** The chapter of the OpenAPI document. */
  readonly tag: { readonly name: string; readonly description: string };
  readonly summary: string;
  readonly description?: string;
  /**
   * `public` needs no token; `bootstrap` needs the bootstrap key where one is configured; `signed_in` needs a token,
   * whatever it permits; else the permission needed.
   */
  readonly access: 'public' | 'bootstrap' | 'signed_in' | Permission;
  /** `mission.field` is enough, too, for tasks that are the caller's own: the use case knows which. */
  readonly ownTasks?: true;
  /** File of the handler below `functions/`, without its extension. */
  readonly handler: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Bytes of a body that are read at all; without it `LIMITS.bodyBytes`. */
  readonly bodyBytes?: number;
  /** 202: the work goes on behind the answer, and the resource in it, found by its `id`, tells how far it is. */
  readonly status: 200 | 201 | 202 | 204;
  /** What the answer may hold: enforced on the way out, so that an undeclared field cannot leak. */
  readonly response: z.ZodType;
  /** The answer is no JSON but a text as it is, of one of these media types. */
  readonly mediaTypes?: readonly string[];
  /** The answer is a page of a list: `limit` and `cursor` are read, `Link` is written. */
  readonly paged?: true;
  /** The list of a whole tenant: its function may read the partitions of that kind, and nothing else. */
  readonly list?: Listed;
  /** Indexes of tasks that its function reads without being a list of tasks alone. */
  readonly indexes?: readonly (keyof typeof TASK_INDEXES)[];
  /** The answer is or holds a task or a template: its version becomes the `ETag`. Other reads get a digest. */
  readonly etag?: true;
  /** Where a browser that asks for a page is sent instead. */
  readonly browsersTo?: `/${string}`;
  /** Writes to a task or a template: `If-Match` is honoured. */
  readonly ifMatch?: true;
  /** A POST that writes honours `Idempotency-Key`; this one writes nothing that could be done twice. */
  readonly safe?: true;
  /** The answer shows a secret that is kept nowhere, so no receipt keeps it: `Idempotency-Key` is not honoured. */
  readonly showsSecret?: true;
  /** The refusals of this route, besides those that its shape implies (401, 403, 413, 422, 429, 500, 503). */
  readonly refusals: readonly Code[];
  readonly table: readonly TableAction[];
}

/** Checks a row and keeps its literal types, so that a handler sees its own params, query and body. */
export const route = <const C extends RouteContract>(contract: C): C => contract;

const CUSTOM_VERB = /^(?<resource>.*\/)(?<segment>[^/:]+):(?<verb>[a-z-]+)$/;

/** The custom verb at the end of a path, with the last segment before it; undefined where there is none. */
export const customVerb = (path: string): { parent: string; segment: string; verb: string } | undefined => {
  const match = CUSTOM_VERB.exec(path);
  return match?.groups === undefined
    ? undefined
    : {
        parent: match.groups['resource'] ?? '',
        segment: match.groups['segment'] ?? '',
        verb: match.groups['verb'] ?? '',
      };
};

/**
 * The resource paths at which API Gateway serves a contract.
 * A variable must be a whole path part there, so `{template_id}:clone` is served at `{template_id}` and the pipeline
 * splits the verb off. A literal `tasks:batch-create` is legal, but `tasks%3Abatch-create` does not match it: a
 * variable sibling `{custom_verb}` takes that spelling.
 */
export const gatewayPaths = (contract: Pick<RouteContract, 'path'>): readonly string[] => {
  const custom = customVerb(contract.path);
  if (custom === undefined) return [contract.path];
  return custom.segment.startsWith('{')
    ? [`${custom.parent}${custom.segment}`]
    : [contract.path, `${custom.parent}{custom_verb}`];
};

/** The methods at which a gateway serves a contract: `HEAD` answers as `GET` does, without the body. */
export const methodsOf = ({ method }: Pick<RouteContract, 'method'>): readonly ServedMethod[] =>
  method === 'GET' ? ['GET', 'HEAD'] : [method];

/** The permissions of which one lets a caller with a token in; none where a token is enough. */
export const permissionsFor = ({
  access,
  ownTasks,
}: Pick<RouteContract, 'access' | 'ownTasks'>): readonly Permission[] =>
  access === 'public' || access === 'bootstrap' || access === 'signed_in'
    ? []
    : ownTasks === true
      ? [access, FIELD]
      : [access];

const isOpen = ({ access }: Pick<RouteContract, 'access'>): boolean => access === 'public' || access === 'bootstrap';

/**
 * A POST that writes honours `Idempotency-Key`, where there is a caller whose key it is: of two strangers with the same
 * one the second would get the answer of the first.
 */
export const honoursIdempotencyKey = (
  contract: Pick<RouteContract, 'method' | 'safe' | 'showsSecret' | 'access'>,
): boolean =>
  contract.method === 'POST' && contract.safe !== true && contract.showsSecret !== true && !isOpen(contract);

/** The indexes that the function of a route may query. */
export const indexesOf = ({ list, indexes = [] }: Pick<RouteContract, 'list' | 'indexes'>): readonly string[] =>
  list === 'task' ? LIST_INDEXES.map(({ name }) => name) : indexes.map((index) => TASK_INDEXES[index].name);

/** What the function of a route may do to the table itself: what its row says, and the idempotency record. */
export const grantsOf = (contract: RouteContract): readonly TableAction[] => [
  ...new Set<TableAction>([
    // Tasks are listed from their indexes, and never by a query of the table.
    ...contract.table.filter((action) => action !== 'Query' || contract.list !== 'task'),
    ...(honoursIdempotencyKey(contract) ? (['GetItem', 'PutItem'] as const) : []),
  ]),
];

/**
 * The contracts as they are deployed: a function each. A gateway cannot tell apart the custom verbs of one resource, so
 * contracts that share a handler are one, with the grants of all; the handler finds out which is meant (`serveVerbs`).
 */
export const deployedAs = (contracts: readonly RouteContract[]): readonly RouteContract[] => {
  const byHandler = new Map<string, RouteContract>();
  for (const contract of contracts) {
    const known = byHandler.get(contract.handler);
    byHandler.set(contract.handler, known === undefined ? contract : together(known, contract));
  }
  return [...byHandler.values()];
};

const together = (a: RouteContract, b: RouteContract): RouteContract => ({
  ...a,
  operation: `${a.operation}-${b.operation}`,
  summary: `${a.operation}, ${b.operation}`,
  table: [...new Set([...a.table, ...b.table])],
});
