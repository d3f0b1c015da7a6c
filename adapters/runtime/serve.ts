import type { RouteContract } from '../http/contract.ts';
import { makePipeline, type Handler, type Observation, type Request } from '../http/pipeline.ts';
import { AsyncLocalStorage } from 'node:async_hooks';
import { metered, type Cost } from '../dynamodb/meter.ts';
import { environment, receipts } from './composition.ts';
import { makeLog } from './logger.ts';

export const log = makeLog(environment);

const costs = new AsyncLocalStorage<{ cost?: Cost }>();

const observe = ({ error, ...told }: Observation): void => {
  const cost = costs.getStore()?.cost;
  const capacity =
    cost === undefined
      ? {}
      : {
          calls: cost.calls,
          round_trips: cost.roundTrips,
          read_units: cost.readUnits,
          write_units: cost.writeUnits,
          retries: cost.retries,
        };
  const fields = { ...told, duration_ms: Math.round(told.duration_ms * 10) / 10, ...capacity };
  const message = `${told.status} ${told.method} ${told.path}`;
  if (error !== undefined) log.error(message, { ...fields, error });
  else if (told.status >= 500) log.warn(message, fields);
  else log.info(message, fields);
};

const serveWith = (bootstrapKey: () => Promise<string | undefined>) =>
  makePipeline({
    observe,
    receipts,
    measured: (work) =>
      metered((cost) => {
        const kept = costs.getStore();
        if (kept !== undefined) kept.cost = cost;
        return work();
      }),
    stopwatch: () => performance.now(),
    bootstrapKey,
  });

const traced =
  (handler: Handler): Handler =>
  (event, context) =>
    costs.run({}, () => handler(event, context));

/** Serves a contract. `bootstrapKey` is only needed by routes that demand it. */
export const serve = <const C extends RouteContract>(
  contract: C,
  work: (request: Request<C>) => Promise<unknown>,
  {
    bootstrapKey = () => Promise.resolve(undefined),
  }: { readonly bootstrapKey?: () => Promise<string | undefined> } = {},
): Handler => traced(serveWith(bootstrapKey)(contract, work));
