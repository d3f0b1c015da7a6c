import type { Task } from './task.ts';

type Entry = Task['checklist'][number];

/** What an entry says, whether it is ticked or not. A text has no room for a tick: ticked, it is the `item` of an object. */
const wordsOf = (entry: Entry): string => {
  const { done: _, ...words } = typeof entry === 'string' ? { item: entry, done: false } : { done: false, ...entry };
  return JSON.stringify(words);
};

const isTick = (entry: Entry): boolean => typeof entry !== 'string' && typeof entry['done'] === 'boolean';

/** Whether a checklist is another one with ticks: the same entries in the same order, of which `done` alone may differ. */
export const isTicked = (before: readonly Entry[], after: readonly Entry[]): boolean =>
  before.length === after.length &&
  before.every((entry, position) => {
    const given = after[position] ?? '';
    if (JSON.stringify(entry) === JSON.stringify(given)) return true;
    return isTick(given) && wordsOf(entry) === wordsOf(given);
  });
