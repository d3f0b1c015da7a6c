import type { Cost } from '../dynamodb/meter.ts';
import type { Observation } from '../http/pipeline.ts';
import { readEnvironment } from './environment.ts';
import { makeLog } from './logger.ts';

const log = makeLog(readEnvironment(process.env));

const tenths = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;

/** Lambda starts a process for the first request that it serves: that one waited for the start. */
let isFirstRequest = true;

/** Writes the line of a request. */
export const tell = (message: string, { error, ...told }: Observation, cost: Cost | undefined): void => {
  const start = isFirstRequest ? { cold_start: true } : {};
  isFirstRequest = false;
  const capacity =
    cost === undefined
      ? {}
      : {
          calls: cost.calls,
          round_trips: cost.roundTrips,
          table_ms: tenths(cost.tableMs),
          read_units: cost.readUnits,
          write_units: cost.writeUnits,
          retries: cost.retries,
        };
  const fields = { ...told, duration_ms: tenths(told.duration_ms), ...capacity, ...start };
  if (error !== undefined) log.error(message, { ...fields, error });
  else if (told.status >= 500) log.warn(message, fields);
  else log.info(message, fields);
};
