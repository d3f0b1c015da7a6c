import * as z from 'zod';
import { LIMITS } from './limits.ts';
import { parseInstant, RFC_3339 } from './time/instant.ts';

/** Fields that the schemas of the resources share. */

/** No name is so long: what is longer is refused for its length, and costs no more than that. */
const LONGEST_TIDIED = 10_000;

/** A byte order mark counts as white space in JavaScript; here it stays, and is refused. */
export const tidied = (value: string): string =>
  value.length > LONGEST_TIDIED || value.includes('\ufeff') ? value : value.normalize('NFC').trim();

/**
 * Controls, formats (zero-width, bidirectional, tags), line and paragraph separators, fillers and variation selectors;
 * white space other than the blank and the ideographic one, which look like a blank; and the Braille pattern without dots.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?![ \u3000])\p{Zs}/u;

const WRONG_FORMAT = { code: 'invalid_format' };
const INVISIBLE_REFUSED = {
  error: 'must not hold control, zero-width, bidirectional or other invisible characters',
  params: WRONG_FORMAT,
};

const isVisible = (value: string): boolean => !INVISIBLE.test(value);

/**
 * A name, a code or a key: NFC, without white space around it, and nothing in it that cannot be seen, so that no blank
 * and no twin of another can be made. It is kept, answered and compared in this form.
 */
export const text = (max: number) =>
  z.string().overwrite(tidied).max(max).regex(/\S/, 'must not be blank').refine(isVisible, INVISIBLE_REFUSED);

/** A name, a code or a key to look for: in the form in which it is kept. */
export const sought = () => z.string().overwrite(tidied);

/** A text of many words: kept as it came, and not blank. */
export const prose = (max: number) => z.string().max(max).regex(/\S/, 'must not be blank');

export const freeText = (max: number) => z.string().max(max);

/** What stands before the first of `/`, `?` and `#` holds a colon: a scheme, or what a browser could take for one. */
const SCHEME = /^[^/?#]*:/;

/**
 * The address of a file: `http`, `https`, or relative, without a scheme. What could hide a scheme from a reader and not
 * from a browser (tabs, line feeds, controls) is refused wherever it stands.
 */
export const addressSchema = z
  .string()
  .overwrite(tidied)
  .min(1)
  .max(LIMITS.url)
  .refine(isVisible, INVISIBLE_REFUSED)
  .refine((value) => !SCHEME.test(value) || isWebAddress(value), {
    error: 'must be an http or https address, or a relative one',
    params: WRONG_FORMAT,
  })
  .meta({ description: 'An `http` or `https` address, or a relative one', format: 'uri-reference' });

const isWebAddress = (value: string): boolean => /^https?:\/\/[^/?#]/i.test(value) && URL.canParse(value);

/** An id as the service gives them out: a UUIDv7. */
export const idSchema = z
  .string()
  .meta({ id: 'Id', description: 'A UUIDv7', examples: ['0199c0de-0000-7000-8000-000000000000'] });

/** An id that a request refers to. Only its length is checked: one that names nothing is a 404, whatever its form. */
export const referenceSchema = z
  .string()
  .min(1)
  .max(64)
  .meta({ examples: ['0199c0de-0000-7000-8000-000000000000'] });

/** An optional field of a request: null means the same as leaving it out. */
export const optional = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();

/** A date-time of a request: any offset, none means UTC; read into an instant. */
export const instantInput = z
  .string()
  .meta({
    description: 'RFC 3339 date-time; without an offset it is read as UTC',
    pattern: RFC_3339.source,
    examples: ['2026-03-01T08:00:00Z'],
  })
  .transform((value, context) => {
    const instant = parseInstant(value);
    if (instant !== undefined) return instant;
    context.issues.push({
      code: 'custom',
      input: value,
      message: 'must be an RFC 3339 date-time of a day that exists',
    });
    return z.NEVER;
  });

/** A flag of a query. */
export const flagInput = z.stringbool({ truthy: ['true'], falsy: ['false'] }).meta({ override: { type: 'boolean' } });

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An opaque JSON object: kept as it came, by reference. `z.record` would copy it, name by name, and leave out the name
 * `__proto__`, which is data like any other.
 */
export const jsonObject = z
  .custom<JsonObject>(isJsonObject, { error: 'must be an object', params: { code: 'invalid_type' } })
  .meta({
    id: 'JsonObject',
    description: 'Any JSON object: kept as it came',
    override: { type: 'object', additionalProperties: {} },
  });
export type JsonObject = Record<string, unknown>;

/**
 * A list of at most `max` elements. Its length is checked before they are: what is wrong with a million of them would
 * take far more memory than the body that they came in.
 */
export const listOf = <T extends z.ZodType>(element: T, max: number) =>
  z.preprocess((value, context) => {
    if (!Array.isArray(value) || value.length <= max) return value;
    context.issues.push({ code: 'too_big', origin: 'array', maximum: max, inclusive: true, input: value });
    return z.NEVER;
  }, z.array(element).max(max));

/** The same of a list in which doubles count once, for its length too. */
export const distinctListOf = <T extends z.ZodType>(element: T, max: number) =>
  z.preprocess((value) => (Array.isArray(value) ? [...new Set<unknown>(value)] : value), listOf(element, max));

/** Entries of a checklist are the client's own: texts or objects. */
export const checklistSchema = listOf(
  z.union([z.string().max(LIMITS.description), jsonObject]),
  LIMITS.checklistEntries,
).meta({ id: 'Checklist', examples: [['Batteries charged', { item: 'Airspace clear', done: true }]] });

/** A geometry: WKT as text or GeoJSON as an object. */
export const geometrySchema = z
  .union([z.string().max(LIMITS.geometryText), jsonObject])
  .meta({ id: 'Geometry', description: 'WKT as a text, or GeoJSON as an object', examples: ['POINT(16.37 48.21)'] });

export const prioritySchema = z
  .number()
  .int()
  .min(1)
  .max(10)
  .meta({ id: 'Priority', description: '10 is the most urgent', examples: [6] });
export const riskLevelSchema = z
  .number()
  .int()
  .min(1)
  .max(5)
  .meta({ id: 'RiskLevel', description: '5 is the most dangerous', examples: [3] });
