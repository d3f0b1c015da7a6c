import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import { DomainError, notFound, RESOURCES, type FieldProblem } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import type { PageRequest } from '../../core/page.ts';
import { check } from '../../core/problems.ts';
import { customVerb, type RouteContract } from './contract.ts';
import { openCursor, type CursorScope } from './cursor.ts';

type Output<S, Otherwise> = S extends z.ZodType ? z.output<S> : Otherwise;

/** The params or the query of a contract that declares none. */
type NoFields = Readonly<Record<string, never>>;

/** What a handler gets of a request, typed by its contract. */
export interface Input<C extends RouteContract> {
  readonly params: Output<C['params'], NoFields>;
  readonly query: Output<C['query'], NoFields>;
  readonly body: Output<C['body'], undefined>;
  readonly page: PageRequest;
}

const ID = /^[\w-]{1,64}$/;
/** A file has an extension, too. What a name names is looked up in a list, never in a folder. */
const FILE_NAME = /^[\w.-]{1,64}$/;

/**
 * The path parameters. REST passes them percent-encoded: they are decoded once, the custom verb is split off, and an id
 * that could never be one names nothing.
 */
export const readParams = (
  contract: RouteContract,
  given: APIGatewayProxyEvent['pathParameters'],
): Record<string, string> => {
  const custom = customVerb(contract.path);
  const params = Object.entries(given ?? {}).map(([name, raw]) => [name, decoded(raw)] as const);
  const ids: Record<string, string> = {};
  for (const [name, value] of params) {
    if (name === 'custom_verb') {
      if (value !== `${custom?.segment}:${custom?.verb}`) throw noRoute();
      continue;
    }
    const id = custom?.segment === `{${name}}` ? withoutVerb(value, custom.verb) : value;
    if (!(contract.mediaTypes === undefined ? ID : FILE_NAME).test(id)) throw nothingNamed(name, id);
    ids[name] = id;
  }
  return ids;
};

const decoded = (raw: string | undefined): string => {
  try {
    return decodeURIComponent(raw ?? '');
  } catch {
    throw noRoute();
  }
};

/** The id before the last colon; any other verb behind it is no route. */
const withoutVerb = (value: string, verb: string): string => {
  const colon = value.lastIndexOf(':');
  if (value.slice(colon + 1) !== verb || colon === -1) throw noRoute();
  return value.slice(0, colon);
};

const noRoute = (): DomainError => new DomainError('route_not_found', 'There is no such route.', {});

const nothingNamed = (parameter: string, id: string): DomainError => {
  const resource = RESOURCES.find((name) => `${name}_id` === parameter);
  return resource === undefined ? noRoute() : notFound(resource, id.slice(0, 64));
};

/** Refuses with `validation_failed`, naming every problem. */
export const readWith = <S extends z.ZodType>(schema: S, value: unknown, place: 'body' | 'query'): z.output<S> => {
  const checked = check(schema, value);
  if (checked.ok) return checked.data;
  const problems = place === 'body' ? checked.problems : checked.problems.map(inQuery);
  const [first] = problems;
  const more = problems.length > 1 ? ` More problems are in errors.` : '';
  const message = `The ${place} breaks a rule: ${first?.pointer === '' ? 'the whole of it' : first?.pointer}: ${first?.message}${more}`;
  throw new DomainError('validation_failed', message, {}, { problems });
};

const inQuery = ({ pointer, ...rest }: FieldProblem): FieldProblem => ({ ...rest, pointer: `?${pointer.slice(1)}` });

const pagingSchema = {
  limit: z
    .string()
    .regex(/^[1-9]\d*$/, 'limit is a number from 1')
    .transform(Number)
    .optional(),
  cursor: z.string().optional(),
};

const querySchemas = new WeakMap<RouteContract, z.ZodType<Record<string, unknown>>>();

/** Made once for each contract: zod compiles a schema when it first reads with it. */
const querySchemaOf = (contract: RouteContract): z.ZodType<Record<string, unknown>> => {
  const known = querySchemas.get(contract);
  if (known !== undefined) return known;
  const filters = contract.query ?? z.strictObject({});
  const schema = contract.paged === true ? filters.safeExtend(pagingSchema) : filters;
  querySchemas.set(contract, schema);
  return schema;
};

/** The query: the filters of the contract, and where a list is paged, `limit` (a larger one is lowered) and `cursor`. */
export const readQuery = (
  contract: RouteContract,
  given: APIGatewayProxyEvent['multiValueQueryStringParameters'],
  scopeOf: (filters: Record<string, unknown>) => CursorScope,
): { query: Record<string, unknown>; page: PageRequest } => {
  const values = Object.entries(given ?? {}).map(([name, all]) => [name, all?.length === 1 ? all[0] : all] as const);
  const { limit, cursor, ...query } = readWith(querySchemaOf(contract), Object.fromEntries(values), 'query');
  const page = {
    limit: Math.min(typeof limit === 'number' ? limit : LIMITS.pageDefault, LIMITS.pageMax),
    ...(typeof cursor === 'string' ? { after: openCursor(scopeOf(query), cursor) } : {}),
  };
  return { query, page };
};
