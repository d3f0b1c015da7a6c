import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import document from '../../docs/openapi.json' with { type: 'json' };

/** What went over the wire. `path` may carry a query; `text` is the body as it came. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly text: string;
}

interface Header {
  readonly required?: boolean;
  readonly schema: AnySchema;
}
interface Response {
  readonly headers?: Readonly<Record<string, Header | Reference>>;
  readonly content?: Readonly<Record<string, unknown>>;
}
interface Reference {
  readonly $ref: string;
}
type Paths = Readonly<
  Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response | Reference>> }>>>
>;

const PROBLEM = 'application/problem+json';
const BASE = 'openapi.json';

const ajv = new Ajv2020({ strict: false, validateSchema: false, multipleOfPrecision: 6 });
addFormats(ajv);
ajv.addSchema(document, BASE);

/** Each schema is compiled when an answer first needs it, and kept. */
const validators = new Map<string, ValidateFunction>();
const validatorAt = (pointer: string): ValidateFunction => {
  const validate = validators.get(pointer) ?? ajv.compile({ $ref: `${BASE}#${pointer}` });
  validators.set(pointer, validate);
  return validate;
};

const token = (name: string): string => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));

/** A place of the document with what is there; a reference is followed. */
const follow = <T extends object>(pointer: string, value: T | Reference): { pointer: string; value: T } => {
  if (!('$ref' in value)) return { pointer, value };
  const path = value.$ref.slice(1);
  const found = path
    .split('/')
    .slice(1)
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document);
  return { pointer: path, value: found as T };
};

/** Every path of the document, literal ones before those with variables. */
const routes = Object.entries(document.paths as Paths)
  .map(([path, methods]) => ({
    path,
    methods,
    variables: path.split('{').length - 1,
    pattern: new RegExp(`^${path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
  }))
  .sort((a, b) => a.variables - b.variables || b.path.length - a.path.length);

/** The operation that a request reaches: `HEAD` is that of `GET`, and `%3A` counts as the colon before a custom verb. */
const operationOf = (method: string, path: string) => {
  const [bare = ''] = path.split('?');
  const plain = bare.replaceAll(/%3a/gi, ':');
  const name = method === 'HEAD' ? 'get' : method.toLowerCase();
  const route = routes.find(({ pattern, methods }) => pattern.test(plain) && Object.hasOwn(methods, name));
  const operation = route?.methods[name];
  return route === undefined || operation === undefined
    ? undefined
    : { pointer: `/paths/${token(route.path)}/${name}`, operation };
};

/** What an answer breaks of the OpenAPI document: one sentence each; empty when it keeps to it. */
export const nonconformities = (exchange: Exchange): readonly string[] => {
  const { method, path, status } = exchange;
  const found = operationOf(method, path);
  if (found === undefined) return unknownRoute(exchange);
  const { responses } = found.operation;
  const declared = responses[String(status)];
  if (declared === undefined) return [`status ${status} is none of ${Object.keys(responses).join(', ')}`];
  const { pointer, value } = follow(`${found.pointer}/responses/${status}`, declared);
  return [...headerProblems(exchange, pointer, value), ...bodyProblems(exchange, pointer, value)];
};

/** Throws when an answer breaks the OpenAPI document. */
export const requireConformance = (exchange: Exchange): void => {
  const problems = nonconformities(exchange);
  if (problems.length === 0) return;
  const { method, path, status, text } = exchange;
  throw new Error(
    `${method} ${path} answered ${status} outside the OpenAPI document:\n  ${problems.join('\n  ')}\n${text.slice(0, 1_000)}`,
  );
};

const mediaTypeOf = ({ headers }: Exchange): string => headers.get('content-type')?.split(';')[0]?.trim() ?? '';

const headerProblems = ({ headers }: Exchange, pointer: string, { headers: declared = {} }: Response): string[] =>
  Object.entries(declared).flatMap(([name, header]) => {
    const at = follow(`${pointer}/headers/${token(name)}`, header);
    const value = headers.get(name);
    if (value === null) return at.value.required === true ? [`the header ${name} is missing`] : [];
    return check(`${at.pointer}/schema`, value, `the header ${name}`);
  });

const bodyProblems = (exchange: Exchange, pointer: string, { content }: Response): string[] => {
  const { method, text } = exchange;
  if (content === undefined) return text === '' ? [] : ['there is a body where none is declared'];
  const type = mediaTypeOf(exchange);
  if (!Object.hasOwn(content, type))
    return [`the content type "${type}" is none of ${Object.keys(content).join(', ')}`];
  return method === 'HEAD' ? [] : check(`${pointer}/content/${token(type)}/schema`, contentOf(type, text), 'the body');
};

/** A page or a script is a text, and no JSON. */
const contentOf = (type: string, text: string): unknown => (type.endsWith('json') ? parsed(text) : text);

/** What no route serves is refused with a problem of the document: by the gateway, or by the handler next to it. */
const UNSERVED = [401, 403, 404, 413];

const unknownRoute = (exchange: Exchange): readonly string[] => {
  const { method, status, text } = exchange;
  const type = mediaTypeOf(exchange);
  if (!UNSERVED.includes(status)) return [`status ${status} for a route that the document does not have`];
  if (type !== PROBLEM) return [`the content type "${type}" is not ${PROBLEM}`];
  if (method === 'HEAD') return [];
  const body = parsed(text);
  const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
  const schema = `${code.replaceAll(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase())}Problem`;
  return Object.hasOwn(document.components.schemas, schema)
    ? check(`/components/schemas/${schema}`, body, 'the body')
    : [`the code "${code}" is not in the document`];
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const check = (pointer: string, value: unknown, what: string): string[] => {
  const validate = validatorAt(pointer);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${what}${instancePath}: ${message ?? ''} ${JSON.stringify(params)}`,
  );
};
