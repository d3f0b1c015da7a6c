import { makeEventBridgeBus } from '../eventbridge/bus.ts';
import { makeEventBridgeClient } from '../eventbridge/client.ts';
import { ENV, readEnvironment } from './environment.ts';
import { makeLog } from './logger.ts';
import { makeStreamHandler } from './stream-handler.ts';

/** The publisher of events. It needs nothing of the composition root: no client of the table, no store. */
const environment = readEnvironment(process.env);
const busName = environment.EVENT_BUS_NAME;
if (busName === undefined) throw new Error(`The publisher of events needs ${ENV.eventBusName}.`);

export const publishChanges = makeStreamHandler({
  bus: makeEventBridgeBus({ client: makeEventBridgeClient(), busName }),
  log: makeLog(environment),
});
