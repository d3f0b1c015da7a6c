import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { EventBus } from '../core/events/bus.ts';
import { systemCode } from './startup-error.ts';

/** How far the stream is published: by shard, the last record done with, and whether the shard has ended. */
const checkpointSchema = z.object({
  stream: z.string(),
  shards: z.record(z.string(), z.object({ after: z.string().optional(), hasEnded: z.boolean().optional() })),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** What the publisher of events keeps between runs. */
export interface EventsFolder {
  /** The file of the events, a JSON line each; absent where nothing is kept. */
  readonly file?: string;
  readonly bus: EventBus;
  /** Puts aside what no retry can publish. */
  readonly reject: (record: unknown, reason: string) => Promise<void>;
  readonly load: () => Promise<Checkpoint | undefined>;
  readonly save: (checkpoint: Checkpoint) => Promise<void>;
}

const EVENTS = 'events.jsonl';
const REJECTED = 'events.rejected.jsonl';
const CHECKPOINT = 'events.checkpoint.json';

/** Appends whole lines, on the disk when fulfilled. A line that failed half-way is taken back. */
const append = async (file: string, values: readonly unknown[]): Promise<void> => {
  const handle = await open(file, 'a');
  try {
    const { size } = await handle.stat();
    try {
      await handle.appendFile(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
      await handle.datasync();
    } catch (error) {
      await handle.truncate(size);
      throw error;
    }
  } finally {
    await handle.close();
  }
};

/** A run that was killed while it wrote may leave part of a line. Its event is not checkpointed and comes again. */
const dropPartOfLine = async (file: string): Promise<void> => {
  const bytes = await readFile(file).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const whole = bytes.lastIndexOf('\n') + 1;
  if (whole === bytes.length) return;
  const handle = await open(file, 'r+');
  try {
    await handle.truncate(whole);
  } finally {
    await handle.close();
  }
};

export const openEventsFolder = async (directory: string): Promise<EventsFolder> => {
  const events = join(directory, EVENTS);
  const rejected = join(directory, REJECTED);
  const checkpointFile = join(directory, CHECKPOINT);
  await Promise.all([dropPartOfLine(events), dropPartOfLine(rejected)]);
  return {
    file: events,
    bus: {
      publish: async (published) => {
        try {
          await append(events, published);
          return { count: published.length };
        } catch (cause) {
          return { count: 0, cause };
        }
      },
    },
    reject: (record, reason) => append(rejected, [{ reason, record }]),
    load: async () => {
      try {
        return checkpointSchema.parse(JSON.parse(await readFile(checkpointFile, 'utf8')));
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    save: async (checkpoint) => {
      // Renamed into place: a reader finds the old one or the new one, never half of one.
      await writeFile(`${checkpointFile}.new`, JSON.stringify(checkpoint));
      await rename(`${checkpointFile}.new`, checkpointFile);
    },
  };
};

/** For a run that keeps nothing: events are only logged. */
export const noEventsFolder: EventsFolder = {
  bus: { publish: async (events) => ({ count: events.length }) },
  reject: async () => {},
  load: async () => undefined,
  save: async () => {},
};
