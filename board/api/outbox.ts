import { signal, type ReadonlySignal } from '@preact/signals';
import type { Task } from '../state/backlog.ts';
import type { Deed, Errand, Outcome } from '../state/errands.ts';

export interface OutboxPorts {
  readonly load: () => string | null;
  readonly save: (text: string) => void;
  readonly send: (errand: Errand) => Promise<Outcome>;
  readonly newKey: () => string;
  /** Runs the work while no other tab runs such work. */
  readonly alone: (work: () => Promise<void>) => Promise<void>;
}

export interface Outbox {
  readonly errands: ReadonlySignal<readonly Errand[]>;
  readonly add: (task: Pick<Task, 'id' | 'name'>, deed: Deed) => void;
  /** Sends what waits, in the order in which it was made, until all is sent or there is no network. */
  readonly flush: () => Promise<void>;
  readonly retry: (key: string) => void;
  readonly discard: (key: string) => void;
}

/**
 * The deeds of one person, kept until the service has decided on each: over a lost network, a reload, and another tab. One that
 * is refused stays until somebody has read it, and holds up none behind it.
 */
export const makeOutbox = ({ load, save, send, newKey, alone }: OutboxPorts): Outbox => {
  const kept = (): readonly Errand[] => JSON.parse(load() ?? '[]') as readonly Errand[];
  const errands = signal(kept());
  // Another tab may have written since: what is kept counts, not what is shown.
  const change = (next: (before: readonly Errand[]) => readonly Errand[]): void => {
    errands.value = next(kept());
    save(JSON.stringify(errands.value));
  };
  const without = (key: string): void => change((before) => before.filter((errand) => errand.key !== key));

  const sendAll = async (): Promise<void> => {
    for (;;) {
      const next = kept().find(({ refusal }) => refusal === undefined);
      if (next === undefined) return;
      const outcome = await send(next);
      if (outcome.kind === 'later') return;
      if (outcome.kind === 'done') without(next.key);
      else {
        const { code, detail } = outcome;
        change((before) => before.map((one) => (one.key === next.key ? { ...one, refusal: { code, detail } } : one)));
      }
    }
  };
  let running: Promise<void> | undefined;

  return {
    errands,
    add: (task, deed) => change((before) => [...before, { key: newKey(), taskId: task.id, taskName: task.name, deed }]),
    flush: () => {
      running ??= alone(sendAll).finally(() => {
        running = undefined;
        errands.value = kept();
      });
      return running;
    },
    // A refused request was not carried out, so it may keep its key.
    retry: (key) =>
      change((before) =>
        before.map((one) => {
          const { refusal: _, ...waiting } = one;
          return one.key === key ? waiting : one;
        }),
      ),
    discard: without,
  };
};
