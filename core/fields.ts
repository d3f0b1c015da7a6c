import * as z from 'zod';
import { LIMITS } from './limits.ts';
import { parseInstant } from './time/instant.ts';

/** Fields that the schemas of the resources share. Text that names something must hold more than white space. */
export const text = (max: number) => z.string().max(max).regex(/\S/, 'must not be blank');

export const freeText = (max: number) => z.string().max(max);

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
  .meta({ description: 'RFC 3339 date-time; without an offset it is read as UTC', examples: ['2026-03-01T08:00:00Z'] })
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

/** An opaque JSON object: kept as it came. */
export const jsonObject = z
  .record(z.string(), z.unknown())
  .meta({ id: 'JsonObject', description: 'Any JSON object: kept as it came' });
export type JsonObject = z.infer<typeof jsonObject>;

/** Entries of a checklist are the client's own: texts or objects. */
export const checklistSchema = z
  .array(z.union([z.string().max(LIMITS.description), jsonObject]))
  .max(LIMITS.checklistEntries)
  .meta({ id: 'Checklist', examples: [['Batteries charged', { item: 'Airspace clear', done: true }]] });

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
