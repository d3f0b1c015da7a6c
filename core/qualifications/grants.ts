import * as z from 'zod';
import type { Window } from '../calendar/window.ts';
import { idSchema } from '../fields.ts';
import { instantSchema, type Instant } from '../time/instant.ts';

/** A qualification that a person has. It holds from `valid_from` on and ends at `valid_until`; null is no end. */
export const grantSchema = z.object({
  qualification_id: idSchema,
  /** Codes never change: what a task demands is compared without a read of the directory. */
  code: z.string(),
  valid_from: instantSchema.nullable(),
  valid_until: instantSchema.nullable(),
  reference: z.string().nullable(),
  granted_at: instantSchema,
});
export type Grant = z.infer<typeof grantSchema>;

/** What a person lacks: qualifications not granted, and granted ones that do not hold for all of the time. */
export interface Lack {
  readonly missing: readonly string[];
  readonly expired: readonly Pick<Grant, 'code' | 'valid_from' | 'valid_until'>[];
}

const BEGINNING = instantSchema.parse('0000-01-01T00:00:00.000Z');
const END = instantSchema.parse('9999-12-31T23:59:59.999Z');
/** From when until when a grant holds. */
const spanOf = ({ valid_from, valid_until }: Grant): Window => ({
  start: valid_from ?? BEGINNING,
  end: valid_until ?? END,
});

/** What is lacking of the codes for a window, or at one moment; undefined when nothing is. */
export const lackOf = (
  grants: readonly Grant[],
  codes: readonly string[],
  time: Window | Instant,
): Lack | undefined => {
  const held = new Map(grants.map((grant) => [grant.code, grant]));
  const missing = codes.filter((code) => !held.has(code));
  const expired = codes.flatMap((code) => {
    const grant = held.get(code);
    if (grant === undefined || isValid(grant, time)) return [];
    return [{ code, valid_from: grant.valid_from, valid_until: grant.valid_until }];
  });
  return missing.length + expired.length === 0 ? undefined : { missing, expired };
};

const isValid = (grant: Grant, time: Window | Instant): boolean => {
  const { start, end } = spanOf(grant);
  return typeof time === 'string' ? start <= time && time < end : start <= time.start && time.end <= end;
};

/** The time in which all of the codes hold; undefined when one is missing or they never hold together. */
export const validityOf = (grants: readonly Grant[], codes: readonly string[]): Window | undefined => {
  let [start, end] = [BEGINNING, END];
  for (const code of codes) {
    const grant = grants.find((one) => one.code === code);
    if (grant === undefined) return undefined;
    const span = spanOf(grant);
    if (span.start > start) start = span.start;
    if (span.end < end) end = span.end;
  }
  return start < end ? { start, end } : undefined;
};
