import { epochMilliseconds, instantAt, type Instant } from '../time/instant.ts';
import type { Window } from './window.ts';

/** The parts of a range that no held window covers, in order. `held` is in the order of the starts. */
export const gapsIn = (range: Window, held: readonly Window[]): readonly Window[] => {
  const gaps: Window[] = [];
  let start = range.start;
  for (const window of held) {
    if (window.end <= start) continue;
    if (window.start >= range.end) break;
    if (window.start > start) gaps.push({ start, end: window.start });
    start = window.end;
  }
  if (start < range.end) gaps.push({ start, end: range.end });
  return gaps;
};

/** Length in milliseconds. */
export const lengthOf = ({ start, end }: Window): number => epochMilliseconds(end) - epochMilliseconds(start);

const later = (at: Instant, milliseconds: number): Instant | undefined =>
  instantAt(epochMilliseconds(at) + milliseconds);

/** The first `count` slots of a length that fit into the gaps, back to back where a gap has room for several. */
export const slotsIn = (gaps: readonly Window[], length: number, count: number): readonly Window[] => {
  const slots: Window[] = [];
  for (const gap of gaps) {
    let start = gap.start;
    while (slots.length < count) {
      const end = later(start, length);
      if (end === undefined || end > gap.end) break;
      slots.push({ start, end });
      start = end;
    }
  }
  return slots;
};
