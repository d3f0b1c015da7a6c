/** Runs work that would get into its own way one piece after another: those of one name in turn, others side by side. */
export type Turns = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Turns within this process, in the order in which they were asked for. A turn ends when its work ends, well or not. */
export const makeTurns = (): Turns => {
  const last = new Map<string, Promise<void>>();
  return async (name, work) => {
    const before = last.get(name);
    const { promise: ended, resolve: end } = withResolvers();
    last.set(name, ended);
    try {
      await before;
      return await work();
    } finally {
      end();
      if (last.get(name) === ended) last.delete(name);
    }
  };
};

const withResolvers = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};
