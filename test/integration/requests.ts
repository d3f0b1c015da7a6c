import fc from 'fast-check';
import document from '../../docs/openapi.json' with { type: 'json' };

/** A request as it goes over the wire: `path` is raw, and so is a body. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What requests can be made of: ids by the name of their parameter, tokens, and cursors that lists gave out. */
export interface Material {
  readonly ours: Readonly<Record<string, readonly string[]>>;
  readonly theirs: Readonly<Record<string, readonly string[]>>;
  readonly token: string;
  /** Valid ones with too few permissions, or of another tenant. */
  readonly otherTokens: readonly string[];
  readonly cursors: readonly string[];
  /** Ids for the paths of operations that need certain ones, by operation: a decision with its task, a held task. */
  readonly together: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly examples?: readonly unknown[];
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const follow = <T extends object>(value: T | { readonly $ref: string }): T => {
  if (!('$ref' in value) || typeof value.$ref !== 'string') return value as T;
  const found = value.$ref
    .split('/')
    .slice(1)
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document);
  return follow(found as T);
};

const UNKNOWN_ID = '0199c0de-0000-7000-8000-000000000000';
const long = (length: number): string => 'x'.repeat(length);
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  '\t\n',
  '\ud800',
  'a\udc00b',
  '💥',
  '\u202eabc',
  '\ufeff',
  'ÅÅ',
  '__proto__',
  'constructor',
  '#',
  'TASK#1',
  'T#t#TASK#1',
  '../..',
  "'; DROP TABLE tasks; --",
  '${jndi:ldap://x}',
  '{{7*7}}',
  long(65),
  long(300),
  long(70_000),
  'https://example.com/\ud800',
  'javascript:alert(1)',
  '2026-02-30T00:00:00Z',
  '2026-03-01T24:00:00Z',
  '2026-03-01 08:00:00',
  '0000-01-01T00:00:00+23:59',
  '9999-12-31T23:59:59.999-23:59',
  '2026-03-01T08:00:00.123456789Z',
  '2026-12-31T23:59:60Z',
] as const;

const oddText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  oddText,
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1.5, 1e-320, 1e308, 2 ** 53, -(2 ** 63), [], {}, [[]], [null]),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant({ big: long(410_000) }),
  fc.constantFrom(5, 40).map((depth) => JSON.parse(nested(depth)) as unknown),
);

const INSTANTS = [8, 9, 10, 11, 12].map((hour) => `2027-03-01T${String(hour).padStart(2, '0')}:00:00Z`);

const hourOf = (hours: number): string => new Date(Date.UTC(2028, 0, 1, hours)).toISOString();
/** Points have three decimals. */
const pointsBetween = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 1_000, max: max * 1_000 }).map((thousandths) => thousandths / 1_000);

/** Whom a login often names. */
export const ADMIN = { username: 'admin', password: 'secret-1' } as const;

/** Fields that a text of the schema would seldom get right. */
const knownField = (name: string, { ours }: Material): fc.Arbitrary<unknown> | undefined => {
  const refersTo: Readonly<Record<string, string>> = { assigned_to: 'user_id', parent_id: 'org_unit_id' };
  const ids = ours[refersTo[name] ?? name];
  if (ids !== undefined) return fc.constantFrom(...ids);
  if (name === 'candidate_user_ids')
    return fc.array(fc.constantFrom(...(ours['user_id'] ?? [UNKNOWN_ID])), { maxLength: 4 });
  if (name === 'username' || name === 'password')
    return fc.oneof(
      fc.constant(ADMIN[name]),
      fc.string().map((text) => `user ${text}`),
    );
  // Only a rule says that one is before the other, or not above it.
  if (name === 'from') return fc.constantFrom('2027-02-01T00:00:00Z', '2027-03-01T00:00:00+01:00');
  if (name === 'to') return fc.constantFrom('2027-03-01T10:00:00Z', '2027-03-02T00:00:00-01:00');
  if (name === 'start_at') return fc.nat(2_000).map((hours) => hourOf(hours));
  if (name === 'end_at') return fc.nat(2_000).map((hours) => hourOf(hours + 1));
  if (name === 'duration_minutes') return fc.constantFrom('1', '30', '600');
  if (name === 'user_ids')
    return fc.array(fc.constantFrom(...(ours['user_id'] ?? [UNKNOWN_ID])), { minLength: 1, maxLength: 4 }).map(String);
  if (name === 'workload_min' || name === 'resource_none') return pointsBetween(0, 8);
  if (name === 'workload_max' || name === 'resource_max') return pointsBetween(9, 40);
  if (name === 'org_match') return pointsBetween(1, 40);
  if (name === 'planned_start_at') return fc.constantFrom(...INSTANTS.slice(0, 3));
  if (name === 'planned_end_at') return fc.constantFrom(...INSTANTS.slice(2));
  if (name === 'target_state') return fc.constantFrom('IN_PROGRESS', 'ACCEPTED', 'ARCHIVED', 'CANCELED', 'DRAFT');
  return undefined;
};

/** A value that a schema takes, or nearly: rules that no schema can state are left to chance. */
const valueOf = (given: Schema, material: Material): fc.Arbitrary<unknown> => {
  const schema = follow<Schema>(given);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => valueOf(one, material)));
  const [type] = [schema.type].flat();
  switch (type) {
    case 'string': {
      if (schema.format === 'uri') return fc.webUrl();
      const minLength = Math.max(schema.minLength ?? 0, 1);
      const maxLength = Math.max(minLength, Math.min(schema.maxLength ?? 60, 60) - 1);
      return fc
        .string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.floor(maxLength / 8)) })
        .map((text) => `x${text}`);
    }
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1_000, 1_000_000) });
    case 'number':
      return pointsBetween(schema.minimum ?? 0, Math.min(schema.maximum ?? 40, 40));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, material), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'object': {
      if (schema.properties === undefined)
        return fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
      const fields = Object.entries(schema.properties).map(
        ([name, field]) => [name, knownField(name, material) ?? valueOf(field, material)] as const,
      );
      return fc.record(Object.fromEntries(fields), { requiredKeys: [...(schema.required ?? [])] });
    }
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
};

type Tree = unknown[] | Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** Every array and object within a value. */
const treesIn = (value: unknown): readonly Tree[] =>
  isTree(value) ? [value, ...Object.values(value).flatMap(treesIn)] : [];

interface Mutation {
  readonly where: number;
  readonly which: number;
  readonly how: 'replace' | 'remove' | 'add' | 'repeat';
  readonly value: unknown;
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  where: fc.nat(100),
  which: fc.nat(100),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'repeat'),
  value: oddValue,
});

/** As a field of its own, whatever its name: assigning to `__proto__` would do something else. */
const put = (tree: Tree, key: string, value: unknown): void => {
  Object.defineProperty(tree, key, { value, writable: true, enumerable: true, configurable: true });
};

const mutate = (value: unknown, mutations: readonly Mutation[]): unknown => {
  const root = structuredClone({ value });
  for (const { where, which, how, value: shared } of mutations) {
    const odd = structuredClone(shared);
    const trees = treesIn(root.value);
    const tree = trees[where % Math.max(1, trees.length)];
    if (tree === undefined) {
      root.value = odd;
      continue;
    }
    const keys = Object.keys(tree);
    const key = keys[which % Math.max(1, keys.length)] ?? 'x';
    if (how === 'remove') Reflect.deleteProperty(tree, key);
    else if (how === 'replace') put(tree, key, odd);
    // An array has no names: one of its own, such as `constructor`, would break it here and not be sent.
    else if (how === 'add' && Array.isArray(tree)) tree.push(odd);
    else if (how === 'add') put(tree, typeof odd === 'string' && odd !== '' ? odd.slice(0, 100) : 'unknown', odd);
    else if (Array.isArray(tree)) tree.push(...structuredClone(tree.slice(0, 120)));
  }
  return root.value;
};

/** Texts that are no JSON, or JSON that no body may be. */
const ODD_BODIES: readonly string[] = [
  '',
  '   ',
  'null',
  '[]',
  '""',
  '0',
  'true',
  '{',
  '{}}',
  '{"a":1,}',
  "{'a':1}",
  '{"name":"a","name":"b"}',
  '{"__proto__":{"is_active":true}}',
  '{"constructor":{"prototype":{}}}',
  '{"name":"\\ud800"}',
  '{"\\udc00":1}',
  '{"name":1e400}',
  '\ufeff{}',
  '{"name":"a\u0000b"}',
  '<task/>',
  'name=a&code=b',
  `{"name":${nested(31)}}`,
  `{"name":${nested(33)}}`,
  nested(20_000),
  `{${Array.from({ length: 3_000 }, (_, at) => `"f${at}":${at}`).join(',')}}`,
  `{"note":"${long(400_000)}"}`,
  ' '.repeat(4 * 1024 * 1024 + 1),
];

const bodyOf = (schema: Schema, material: Material): fc.Arbitrary<string> => {
  const valid = valueOf(schema, material);
  return fc.oneof(
    { weight: 18, arbitrary: valid.map((value) => JSON.stringify(value)) },
    {
      weight: 14,
      arbitrary: fc
        .tuple(valid, fc.array(mutation, { minLength: 1, maxLength: 3 }))
        .map(([value, mutations]) => JSON.stringify(mutate(value, mutations))),
    },
    { weight: 3, arbitrary: fc.constantFrom(...ODD_BODIES) },
    {
      weight: 1,
      arbitrary: fc.tuple(valid, fc.nat(200)).map(([value, at]) => JSON.stringify(value).slice(0, at)),
    },
  );
};

/** All of it ASCII, as HTTP has it: anything else does not get past the parser of the server. */
const ODD_SEGMENTS = [
  UNKNOWN_ID,
  '-',
  '.',
  '..',
  '%2e%2e',
  '%00',
  '%zz',
  '%',
  '%2F',
  '%23',
  '%25252F',
  '%F0%9F%92%A5',
  '%ED%A0%80',
  '*',
  'null',
  'undefined',
  '__proto__',
  "'",
  '{id}',
  ':',
  '%3A',
  'x:clone',
  'x%3Aclone',
  'a b'.replace(' ', '+'),
  long(64),
  long(65),
  long(4_000),
] as const;

const segment = (name: string, { ours, theirs }: Material): fc.Arbitrary<string> => {
  const ids = ours[name] ?? [UNKNOWN_ID];
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...ids) },
    { weight: 2, arbitrary: fc.constantFrom(...(theirs[name] ?? [UNKNOWN_ID])) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.values(ours).flat()) },
    { weight: 3, arbitrary: fc.constantFrom(...ODD_SEGMENTS) },
  );
};

const pathOf = (template: string, operation: string, material: Material): fc.Arbitrary<string> => {
  const parts = template.split(/(\{\w+\})/);
  const apart = fc
    .tuple(...parts.map((part) => (part.startsWith('{') ? segment(part.slice(1, -1), material) : fc.constant(part))))
    .map((texts) => texts.join(''));
  const whole = (material.together[operation] ?? []).map((ids) =>
    parts.map((part) => ids[part.slice(1, -1)] ?? part).join(''),
  );
  const written =
    whole.length === 0
      ? apart
      : fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...whole) }, { weight: 1, arbitrary: apart });
  return fc.oneof(
    { weight: 30, arbitrary: written },
    { weight: 1, arbitrary: written.map((path) => `${path}/`) },
    { weight: 1, arbitrary: written.map((path) => path.replaceAll(':', '%3A')) },
    { weight: 1, arbitrary: written.map((path) => `${path}:nonsense`) },
    { weight: 1, arbitrary: written.map((path) => path.replace('/', '//')) },
    { weight: 1, arbitrary: written.map((path) => path.toUpperCase()) },
  );
};

const queryOf = (parameters: readonly Parameter[], material: Material): fc.Arbitrary<string> => {
  const odd = fc.oneof(
    fc.constantFrom(
      '%00',
      '%zz',
      '+',
      '%F0%9F%92%A5',
      '%ED%A0%80',
      long(3_000),
      '-1',
      '0',
      '1.5',
      '1e3',
      '99999999999999999999',
      'TRUE',
      'true&',
    ),
    fc.constantFrom(...material.cursors),
    fc.constantFrom(...Object.values(material.ours).flat()),
  );
  const pairs = parameters.map(({ name, schema, required = false }) => {
    const known = name === 'cursor' ? fc.constantFrom(...material.cursors) : knownField(name, material);
    const value = (known ?? valueOf(schema, material)).map((one) => encodeURIComponent(String(one).toWellFormed()));
    const text = fc.oneof({ weight: required ? 12 : 3, arbitrary: value }, { weight: 1, arbitrary: odd });
    return fc.option(
      text.map((one) => `${name}=${one}`),
      { freq: required ? 12 : 2, nil: undefined },
    );
  });
  const stray = fc.constantFrom(
    'unknown=1',
    'limit=5',
    'cursor=a.b',
    '=',
    '&&',
    'limit=1&limit=2',
    '__proto__=1',
    'a%5Bb%5D=1',
  );
  return fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(stray, { maxLength: 2 }) }),
      ...pairs,
    )
    .map(([strays, ...texts]) => [...texts.filter((text) => text !== undefined), ...strays].join('&'))
    .map((query) => (query === '' ? '' : `?${query}`));
};

const headersOf = ({ token, otherTokens }: Material): fc.Arbitrary<Readonly<Record<string, string>>> => {
  const sometimes = (freq: number, value: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> =>
    fc.option(value, { freq, nil: undefined });
  const oddHeader = fc.constantFrom(
    '',
    ' ',
    '*',
    '"',
    'ü',
    'a b',
    'null',
    '[object Object]',
    long(300),
    long(3_000),
    '\u00ff\u00fe',
    '%0d%0a',
  );
  return fc
    .record({
      Authorization: fc.oneof(
        { weight: 24, arbitrary: fc.constant(`Bearer ${token}`) },
        { weight: 3, arbitrary: fc.constantFrom(...otherTokens).map((other) => `Bearer ${other}`) },
        {
          weight: 2,
          arbitrary: fc.constantFrom(
            undefined,
            '',
            'Bearer',
            'Bearer x',
            'Basic YTpi',
            `bearer   ${token}`,
            `Bearer ${token} x`,
            `Bearer ${token.slice(0, -4)}AAAA`,
            'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwidGVuYW50X2lkIjoiYiIsInBlcm1pc3Npb25zIjpbIioiXX0.',
            `Bearer ${long(6_000)}`,
          ),
        },
      ),
      'Idempotency-Key': sometimes(4, fc.oneof(fc.constantFrom('again', 'and-again'), fc.uuid(), fc.uuid(), oddHeader)),
      'If-Match': sometimes(
        7,
        fc.oneof(
          fc.constantFrom('*', '"1"', '"2"'),
          fc.constantFrom('W/"1"', '"1", "2"', '1', '""', '"x"', '"99999999999999999999"', ','),
          oddHeader,
        ),
      ),
      'Content-Type': fc.oneof(
        { weight: 10, arbitrary: fc.constant('application/json') },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            undefined,
            '',
            'text/plain',
            'application/xml',
            'application/json; charset=utf-16',
            'multipart/form-data',
            'a/b;;;',
          ),
        },
      ),
      Accept: sometimes(12, fc.constantFrom('text/html', 'application/xml;q=0', '*/*', '')),
      'X-Bootstrap-Key': sometimes(8, oddHeader),
      'X-HTTP-Method-Override': sometimes(20, fc.constantFrom('DELETE', 'GET')),
      'X-Request-Id': sometimes(20, oddHeader),
      'Accept-Encoding': sometimes(20, fc.constantFrom('gzip', 'br, *;q=0')),
      'X-Amzn-Trace-Id': sometimes(30, oddHeader),
    })
    .map((all) =>
      Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    );
};

/** OPTIONS is left out: it belongs to CORS, which the document does not describe. */
const OTHER_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'TRACE'] as const;

export interface FuzzedOperation {
  readonly operation: string;
  readonly requests: fc.Arbitrary<RawRequest>;
}

/** For every operation of the document, requests that it takes, and requests that are wrong in one way or several. */
export const fuzzedOperations = (material: Material): readonly FuzzedOperation[] =>
  Object.entries(document.paths as Paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([name, { operationId, parameters = [], requestBody }]) => {
      const query = parameters.map((one) => follow<Parameter>(one)).filter((one) => one.in === 'query');
      const schema = requestBody?.content['application/json'].schema;
      const method = name.toUpperCase();
      const requests = fc
        .record({
          method: fc.oneof(
            { weight: 30, arbitrary: fc.constant(method) },
            { weight: 1, arbitrary: fc.constantFrom(...OTHER_METHODS) },
          ),
          path: fc
            .tuple(pathOf(template, operationId, material), queryOf(query, material))
            .map((parts) => parts.join('')),
          headers: headersOf(material),
          body:
            schema === undefined
              ? fc.option(fc.constantFrom('{}', '{', long(1_000)), { freq: 6, nil: undefined })
              : bodyOf(schema, material),
        })
        .map(({ body, ...request }): RawRequest => ({ ...request, ...(body === undefined ? {} : { body }) }));
      return { operation: operationId, requests };
    }),
  );
