import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../../../adapters/http/body.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { refusalOf } from '../../fakes.ts';

const read = (body: string | null, more: { readonly limit?: number; readonly contentEncoding?: string } = {}) =>
  readBody({ body, isBase64Encoded: false, limit: LIMITS.bodyBytes, ...more });
const readBytes = (bytes: Uint8Array) =>
  readBody({ body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true, limit: LIMITS.bodyBytes });

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

const problemsOf = async (body: string) => {
  const { problems } = await refusalOf(() => read(body), 'validation_failed');
  return problems.map(({ pointer, code }) => [pointer, code]);
};

describe('a body', () => {
  it.each([null, '', ' \n\t', '\ufeff'])('that is empty counts as {}: %j', (body) => {
    expect(read(body)).toEqual({});
  });

  it.each(['{', 'name=x', "{'a':1}", '{"a":1,}', 'undefined', 'NaN', '{} {}', '\ufeff\ufeff{}', '{"a":1', '"a', '1.'])(
    'that is not JSON is refused: %s',
    async (body) => {
      await refusalOf(() => read(body), 'malformed_json');
      await refusalOf(() => readBytes(Buffer.from(body)), 'malformed_json');
    },
  );

  it('may begin with a byte order mark', () => {
    expect(read('\ufeff{"a":"\ufeff"}')).toEqual({ a: '\ufeff' });
    expect(readBytes(Buffer.from('\ufeff{"a":"\ufeff"}'))).toEqual({ a: '\ufeff' });
  });

  it('has so many bytes at most, counted in UTF-8, not in characters', async () => {
    const body = (bytes: number) => `"${'é'.repeat((bytes - 2) / 2)}"`;
    expect(read(body(LIMITS.bodyBytes))).toHaveLength(LIMITS.bodyBytes / 2 - 1);
    const { details } = await refusalOf(() => read(body(LIMITS.bodyBytes + 2)), 'body_too_large');
    expect(details).toEqual({ limit: 4_194_304, size: 4_194_306 });
    await refusalOf(() => readBytes(Buffer.from(body(LIMITS.bodyBytes + 2))), 'body_too_large');
    await refusalOf(() => read('{"a":1}', { limit: 6 }), 'body_too_large');
  });

  it.each(['gzip', 'br', 'GZIP', 'identity, deflate', 'x'])(
    'that comes encoded is refused: %s',
    async (contentEncoding) => {
      await refusalOf(() => read('{}', { contentEncoding }), 'unsupported_encoding');
    },
  );

  it.each(['identity', 'Identity', '', 'identity, identity'])(
    'may say that it is not encoded: %j',
    (contentEncoding) => {
      expect(read('{"a":1}', { contentEncoding })).toEqual({ a: 1 });
    },
  );

  it('is nested at most 32 levels', async () => {
    expect(read(nested(LIMITS.jsonDepth))).toBeInstanceOf(Array);
    expect(await problemsOf(nested(LIMITS.jsonDepth + 1))).toEqual([['/0'.repeat(LIMITS.jsonDepth), 'too_deep']]);
    expect(await problemsOf(nested(1_000_000))).toEqual([['/0'.repeat(LIMITS.jsonDepth), 'too_deep']]);
  });

  it('holds at most so many arrays, objects, names and texts, and any number of numbers', async () => {
    const list = (element: string, count: number) => `[${Array.from({ length: count }, () => element).join(',')}]`;
    const most = LIMITS.jsonParts - 1;
    for (const element of ['[]', '{}', '""'])
      expect(await problemsOf(list(element, most + 1)), element).toEqual([['', 'too_many_parts']]);
    expect(read(list('""', most))).toHaveLength(most);
    expect(await problemsOf(list('{"a":0}', most))).toEqual([['', 'too_many_parts']]);
    expect(read(list('0', 4 * most))).toHaveLength(4 * most);
  });
});

describe('bytes that are not UTF-8', () => {
  it.each([
    ['a lone continuation', [0x22, 0x80, 0x22]],
    ['a character that is cut off', [0x22, 0xe2, 0x82, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['half a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x22, 0x00, 0x22, 0x00]],
    ['Latin-1', [0x22, 0xe9, 0x22]],
  ])('are refused: %s', async (_name, bytes) => {
    await refusalOf(() => readBytes(Uint8Array.from(bytes)), 'malformed_json');
  });

  it('are refused whatever they are, and all others are read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 12 }), async (bytes) => {
        const text = Buffer.concat([Buffer.from('"'), bytes, Buffer.from('"')]);
        const isUtf8 = Buffer.from(text.toString('utf8')).equals(text);
        if (!isUtf8) await refusalOf(() => readBytes(text), 'malformed_json');
        else
          expect([...bytes].some((byte) => byte < 0x20 || byte === 0x22 || byte === 0x5c) || readBytes(text)).toBe(
            [...bytes].some((byte) => byte < 0x20 || byte === 0x22 || byte === 0x5c) ||
              text.toString('utf8').slice(1, -1),
          );
      }),
      { numRuns: 500 },
    );
  });
});

/** JSON with the names and numbers that go wrong elsewhere. */
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  '',
  '0',
  'a',
  'b',
  '\u0000',
  '💥',
];
const member = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary', maxLength: 6 }));
const { tree: json } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom<unknown>(null, true, false),
      fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.maxSafeInteger(),
    ),
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.array(fc.tuple(member, tie('tree')), { maxLength: 5 }).map((fields) => {
      const wellFormed = fields.map(([name, value]) => [name.toWellFormed(), value] as const);
      return Object.fromEntries(wellFormed);
    }),
  ),
}));

/** Every character written as an escape where it may be: another spelling of the same JSON. */
const escaped = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, (one) => {
    const plain = JSON.parse(one) as string;
    const units = Array.from({ length: plain.length }, (_, at) => plain.charCodeAt(at));
    return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
  });

describe('JSON', () => {
  it('comes back as it went in, whatever its names, its escapes and its form', () => {
    fc.assert(
      fc.property(json, fc.boolean(), fc.constantFrom(0, 1, 2, 3), (value, isBase64, form) => {
        const text = JSON.stringify(value);
        const spellings = [text, JSON.stringify(value, null, 2), escaped(text), `\ufeff\n ${text}\t`];
        const spelled = spellings[form] ?? text;
        const back = isBase64 ? readBytes(Buffer.from(spelled)) : read(spelled);
        expect(JSON.stringify(back)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is no JSON when a member is given twice, however its name is spelled', async () => {
    await fc.assert(
      fc.asyncProperty(json, member, fc.boolean(), fc.nat(3), async (value, given, isEscaped, depth) => {
        const name = JSON.stringify(given.toWellFormed());
        const again = isEscaped ? escaped(name) : name;
        const inner = `{${name}:${JSON.stringify(value)},"between":0,${again}:1}`;
        fc.pre(name !== '"between"');
        const body = `${'{"in":['.repeat(depth)}${inner}${']}'.repeat(depth)}`;
        const { problems } = await refusalOf(() => read(body), 'malformed_json');
        const at = `/in/0`.repeat(depth);
        const pointer = `${at}/${given.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`;
        expect(problems).toMatchObject([{ code: 'duplicate_member', pointer }]);
      }),
      { numRuns: 500 },
    );
  });

  it('may give the same name in different objects', () => {
    const text = '[{"a":{"a":[{"a":1},{"a":2}]}},{"a":3},{"A":1,"a":2}]';
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it('has no half characters: in values and in names', async () => {
    expect(await problemsOf('{"a":{"b":"\\ud800"}}')).toEqual([['/a/b', 'wrong_format']]);
    expect(await problemsOf('{"\\udc00":1}')).toEqual([['/\udc00', 'wrong_format']]);
    for (const half of ['\\ud83d', '\\ud83d\\u0041', '\\ude42\\ud83d', '\\ud83d\\n', '\\ud83dx'])
      expect(await problemsOf(`["${half}"]`), half).toEqual([['/0', 'wrong_format']]);
    expect(read('"\\ud83d\\ude42\\\\ud800"')).toBe('🙂\\ud800');
    await refusalOf(() => read('"\ud800"'), 'malformed_json');
  });

  it('has its problems listed all at once', async () => {
    expect(await problemsOf(`{"a":"\\ud800","b":["\\ud800",1e400],"c":${nested(40)},"d":1e400}`)).toEqual([
      ['/a', 'wrong_format'],
      ['/b/0', 'wrong_format'],
      ['/b/1', 'number_not_exact'],
      [`/c${'/0'.repeat(31)}`, 'too_deep'],
    ]);
  });

  it('cannot make the answer larger than itself', async () => {
    const long = 'x'.repeat(100_000);
    const { problems } = await refusalOf(
      () => read(`{"${long}":[${'"\\ud800",'.repeat(10_000)}1]}`),
      'validation_failed',
    );
    expect(JSON.stringify(problems).length).toBeLessThan(50_000);
    expect(problems.at(-1)).toMatchObject({ code: 'more_problems' });
  });
});
