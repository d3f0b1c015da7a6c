import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { makeRelay, type Relayed } from '../dynamodb/stream.ts';
import type { EventBus } from '../../core/events/bus.ts';
import type { TrailWriter } from '../../core/trail/entry.ts';
import type { Log } from './logger.ts';

/** What Lambda calls with records of the table's stream. */
export type StreamHandler = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

/**
 * Publishes the events of a batch of records, and reports the first record that failed: Lambda goes on from that one,
 * so that no later event overtakes it.
 *
 * A malformed record that comes first is thrown instead. Lambda then halves the batch until the record is alone, and
 * only that one ends in the dead-letter queue; reported, it would take the records behind it along.
 */
export const makeStreamHandler = ({
  bus,
  trail,
  log,
}: {
  readonly bus: EventBus;
  readonly trail: TrailWriter;
  readonly log: Log;
}): StreamHandler => {
  const relay = makeRelay({ bus, trail });
  let isFirst = true;
  return async ({ Records: records }) => {
    const { published, failure } = await relay(records);
    const told = { records: records.length, published: published.length, ...(isFirst ? { cold_start: true } : {}) };
    isFirst = false;
    if (failure === undefined) {
      if (published.length > 0) log.info('events published', told);
      return { batchItemFailures: [] };
    }
    const position = records[failure.index]?.dynamodb?.SequenceNumber;
    log.error(sentence(failure), { ...told, sequence_number: position, error: failure.cause });
    if (position === undefined || (failure.isMalformed && failure.index === 0)) {
      throw new Error(sentence(failure), { cause: failure.cause });
    }
    return { batchItemFailures: [{ itemIdentifier: position }] };
  };
};

const sentence = ({ isMalformed }: NonNullable<Relayed['failure']>): string =>
  isMalformed ? 'a record of the stream is malformed' : 'an event could not be published';
