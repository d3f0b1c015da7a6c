import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../../../adapters/http/body.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { refusalOf } from '../../fakes.ts';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const problemsOf = async (body: string) => {
  const { problems } = await refusalOf(() => readBody(body, false), 'validation_failed');
  return problems.map(({ pointer, code }) => [pointer, code]);
};

describe('a body', () => {
  it.each([null, '', ' \n\t'])('that is empty counts as {}: %j', (body) => {
    expect(readBody(body, false)).toEqual({});
  });

  it('is read as JSON, in base64 too', () => {
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (text, isBase64) => {
        fc.pre(!text.includes('__proto__'));
        expect(readBody(isBase64 ? base64(text) : text, isBase64)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each(['{', 'name=x', "{'a':1}", '{"a":1,}', 'undefined', 'NaN', '{} {}', '\ufeff{}'])(
    'that is not JSON is refused: %s',
    async (body) => {
      await refusalOf(() => readBody(body, false), 'malformed_json');
      await refusalOf(() => readBody(base64(body), true), 'malformed_json');
    },
  );

  it('has at most 4 MB, counted in bytes of UTF-8, not in characters', async () => {
    const body = (bytes: number) => `"${'é'.repeat((bytes - 2) / 2)}"`;
    expect(readBody(body(LIMITS.bodyBytes), false)).toHaveLength(LIMITS.bodyBytes / 2 - 1);
    const { details } = await refusalOf(() => readBody(body(LIMITS.bodyBytes + 2), false), 'body_too_large');
    expect(details).toEqual({ limit: 4_194_304, size: 4_194_306 });
    await refusalOf(() => readBody(base64(body(LIMITS.bodyBytes + 2)), true), 'body_too_large');
  });

  it('is nested at most 32 levels', async () => {
    expect(readBody(nested(LIMITS.jsonDepth), false)).toBeInstanceOf(Array);
    expect(await problemsOf(nested(LIMITS.jsonDepth + 1))).toEqual([['/0'.repeat(LIMITS.jsonDepth), 'too_deep']]);
  });

  it('nested a million levels deep is refused, not a crash', async () => {
    expect(await problemsOf(nested(1_000_000))).toEqual([['/0'.repeat(LIMITS.jsonDepth), 'too_deep']]);
  });

  it('has no field __proto__, at any depth', async () => {
    expect(await problemsOf('{"a":[{"__proto__":{"isAdmin":true}}]}')).toEqual([['/a/0', 'unknown_field']]);
    expect(readBody('{"constructor":1,"proto":2}', false)).toEqual({ constructor: 1, proto: 2 });
  });

  it('is well-formed Unicode: values and names', async () => {
    expect(await problemsOf('{"a":{"b":"\\ud800"}}')).toEqual([['/a/b', 'wrong_format']]);
    expect(await problemsOf('{"\\udc00":1}')).toEqual([['', 'unknown_field']]);
    expect(readBody('"\\ud83d\\ude42"', false)).toBe('🙂');
  });

  it('has its problems listed all at once', async () => {
    const problems = await problemsOf(`{"a":"\\ud800","b":["\\ud800"],"__proto__":1,"c":${nested(40)}}`);
    expect(problems.toSorted()).toEqual(
      [
        ['/a', 'wrong_format'],
        ['/b/0', 'wrong_format'],
        ['', 'unknown_field'],
        [`/c${'/0'.repeat(31)}`, 'too_deep'],
      ].toSorted(),
    );
  });

  it('cannot make the answer larger than itself', async () => {
    const long = 'x'.repeat(100_000);
    const { problems } = await refusalOf(
      () => readBody(`{"${long}":[${'"\\ud800",'.repeat(10_000)}1]}`, false),
      'validation_failed',
    );
    expect(JSON.stringify(problems).length).toBeLessThan(50_000);
  });
});
