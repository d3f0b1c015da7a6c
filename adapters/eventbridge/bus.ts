import { PutEventsCommand, type EventBridgeClient, type PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import type { EventBus } from '../../core/events/bus.ts';
import { batchesOf } from './batches.ts';

/**
 * Publishes on an EventBridge bus, batch after batch. The first entry that fails ends it: what comes later waits until
 * that one is through.
 */
export const makeEventBridgeBus = ({
  client,
  busName,
}: {
  readonly client: Pick<EventBridgeClient, 'send'>;
  readonly busName: string;
}): EventBus => ({
  publish: async (events) => {
    let count = 0;
    for (const entries of batchesOf(events, busName)) {
      try {
        const { Entries: results = [] } = await client.send(new PutEventsCommand({ Entries: [...entries] }));
        // Only an entry with an id was taken: an answer that leaves one out is no success for it.
        const failed = entries.findIndex((_, index) => results[index]?.EventId === undefined);
        if (failed !== -1) return { count: count + failed, cause: refusalOf(results[failed]) };
      } catch (cause) {
        return { count, cause };
      }
      count += entries.length;
    }
    return { count };
  },
});

const refusalOf = ({ ErrorCode = 'NoAnswer', ErrorMessage = 'no reason given' }: PutEventsResultEntry = {}): Error =>
  new Error(`The bus refused an event: ${ErrorCode} (${ErrorMessage}).`);
