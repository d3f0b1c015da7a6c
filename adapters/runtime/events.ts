import { makeTrailWriter } from '../dynamodb/resources/trail.ts';
import { makeEventBridgeBus } from '../eventbridge/bus.ts';
import { makeEventBridgeClient } from '../eventbridge/client.ts';
import { client, environment } from './composition.ts';
import { ENV } from './environment.ts';
import { makeLog } from './logger.ts';
import { makeStreamHandler } from './stream-handler.ts';

/** The publisher of events, which also writes the audit trail. */
const { EVENT_BUS_NAME: busName, TABLE_NAME: tableName, AUDIT_DAYS: days } = environment;
if (busName === undefined) throw new Error(`The publisher of events needs ${ENV.eventBusName}.`);

export const publishChanges = makeStreamHandler({
  bus: makeEventBridgeBus({ client: makeEventBridgeClient(), busName }),
  trail: makeTrailWriter({ client, tableName, days }),
  log: makeLog(environment),
});
