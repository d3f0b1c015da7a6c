import { setTimeout as delay } from 'node:timers/promises';
import type { DomainEvent } from '../core/events/event.ts';
import type { TrailWriter } from '../core/trail/entry.ts';
import { makeRelay } from '../adapters/dynamodb/stream.ts';
import type { Log } from '../adapters/runtime/logger.ts';
import type { Checkpoint, EventsFolder } from './events-folder.ts';
import type { TableStream } from './events-stream.ts';

export interface RunningPublisher {
  /** Publishes what is committed so far, then ends. To be called when nothing commits any more. */
  readonly stop: () => Promise<void>;
}

/** How long a new event may wait to be seen. */
const LOOK_MS = 500;
const RETRY_MS = 5_000;

const lineOf = ({ name, id, tenant_id, actor_id, ...rest }: DomainEvent) => ({
  message: name,
  fields: {
    event_id: id,
    tenant_id,
    ...('task_id' in rest ? { task_id: rest.task_id, version: rest.version } : {}),
    actor_id,
  },
});

interface Publishing {
  readonly stream: TableStream;
  readonly folder: EventsFolder;
  readonly trail: TrailWriter;
  readonly log: Log;
}

/**
 * Publishes one step: a page of every shard that can be read now. Answers true when there was nothing to do.
 * Positions are saved after the events are published, never before: a run that is killed in between publishes some
 * again, and loses none.
 */
const makeStep = async ({ stream, folder, trail, log }: Publishing): Promise<() => Promise<boolean>> => {
  const relay = makeRelay({ bus: folder.bus, trail });
  const kept = await folder.load();
  const shards: Checkpoint['shards'] = kept?.stream === stream.id ? { ...kept.shards } : {};
  let known = await stream.shards();

  const advance = async (shardId: string, position: Checkpoint['shards'][string]): Promise<void> => {
    shards[shardId] = position;
    await folder.save({ stream: stream.id, shards });
  };

  return async () => {
    let isIdle = true;
    for (const { id, parentId } of known) {
      const { after, hasEnded = false } = shards[id] ?? {};
      const waits = known.some((shard) => shard.id === parentId) && shards[parentId ?? '']?.hasEnded !== true;
      if (hasEnded || waits) continue;
      const { records, isLast, hasGap } = await stream.page(id, after);
      if (hasGap) log.warn('the stream has forgotten records that were not published', { shard: id, after });
      if (records.length === 0 && !isLast) continue;
      isIdle = false;
      const { published, failure } = await relay(records);
      for (const event of published) {
        const { message, fields } = lineOf(event);
        log.info(message, fields);
      }
      let done = failure?.index ?? records.length;
      if (failure?.isMalformed === true) {
        log.error('a record of the stream is malformed and is put aside', { shard: id, error: failure.cause });
        await folder.reject(records[done], String(failure.cause));
        done += 1;
      }
      const position = records[done - 1]?.dynamodb?.SequenceNumber ?? after;
      const ends = isLast && done === records.length;
      await advance(id, {
        ...(position === undefined ? {} : { after: position }),
        ...(ends ? { hasEnded: true } : {}),
      });
      if (ends) known = await stream.shards();
      if (failure !== undefined && !failure.isMalformed) {
        throw new Error('An event could not be published', { cause: failure.cause });
      }
    }
    return isIdle;
  };
};

/**
 * Follows the stream of a table and publishes its events, at least once and in order per task, going on where the
 * last run on the folder ended. Does on this machine what Lambda and EventBridge do in AWS, with the same code for
 * what an event is.
 */
export const startPublisher = async (publishing: Publishing): Promise<RunningPublisher> => {
  const { stream, log } = publishing;
  const step = await makeStep(publishing);
  const wish = new AbortController();
  const pause = (milliseconds: number) =>
    delay(milliseconds, undefined, { signal: wish.signal }).catch(() => undefined);

  const run = async (): Promise<void> => {
    for (;;) {
      // Taken before the look: only one that began after the wish to stop shows that nothing is left.
      const isLastLook = wish.signal.aborted;
      try {
        if (!(await step())) continue;
        if (isLastLook) return;
        await pause(LOOK_MS);
      } catch (error) {
        log.error('events cannot be published now', { error });
        if (isLastLook) return;
        await pause(RETRY_MS);
      }
    }
  };
  const ended = run();
  return {
    stop: async () => {
      wish.abort();
      await ended;
      stream.close();
    },
  };
};
