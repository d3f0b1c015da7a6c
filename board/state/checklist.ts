/** An entry of a checklist is a text, or an object of the client's own: the board reads `item` and `done`, and keeps all else. */
export type Entry = string | Readonly<Record<string, unknown>>;

export const entryText = (entry: Entry): string => {
  if (typeof entry === 'string') return entry;
  const { item, name, title } = entry;
  const named = [item, name, title].find((one) => typeof one === 'string');
  return named ?? JSON.stringify(entry);
};

export const isDone = (entry: Entry): boolean => typeof entry !== 'string' && entry['done'] === true;

/** The list with one entry ticked or not. A text becomes an object: it has no room for a tick. */
export const withTick = (list: readonly Entry[], position: number, done: boolean): Entry[] =>
  list.map((entry, index) => {
    if (index !== position) return entry;
    return typeof entry === 'string' ? { item: entry, done } : { ...entry, done };
  });
