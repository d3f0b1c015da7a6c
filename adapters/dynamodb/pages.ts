import * as z from 'zod';
import type { Key } from './keys.ts';
import { KEY } from './table.ts';

/** Sorts after every text that begins with a prefix. */
export const END = '\uffff';
/** The next sort key after one is the one with the lowest character behind it. */
export const behind = ({ SK }: Key): string => `${SK}\u0000`;

const PAGE_BYTES = 1024 * 1024;

/** As many of the items as a page of 1 MB holds, and one at least. */
export const firstOf = <T>(whole: readonly T[], bytesOf: (one: T) => number): readonly T[] => {
  let bytes = 0;
  const end = whole.findIndex((one, at) => {
    bytes += bytesOf(one);
    return bytes > PAGE_BYTES && at > 0;
  });
  return end === -1 ? whole : whole.slice(0, end);
};

export const keySchema = z.object({ [KEY.partition]: z.string(), [KEY.sort]: z.string() });
