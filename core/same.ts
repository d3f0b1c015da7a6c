/**
 * Whether a record holds all of some content already: then a write of it changes nothing, and makes no version, no history
 * and no event. Members in another order are another content, because free JSON comes back as it went in.
 */
export const hasAlready = <T extends object>(record: T, content: Partial<T>): boolean =>
  Object.entries(content).every(
    ([field, value]) => JSON.stringify(value) === JSON.stringify(Reflect.get(record, field)),
  );
