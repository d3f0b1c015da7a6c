import { EventBridgeClient } from '@aws-sdk/client-eventbridge';

/** Milliseconds. Nobody waits for a publication, so it may take its time, within the time of the function. */
const TIMEOUTS = { connect: 1_000, request: 5_000 } as const;

export const makeEventBridgeClient = (): EventBridgeClient =>
  new EventBridgeClient({
    maxAttempts: 3,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: TIMEOUTS.connect,
      requestTimeout: TIMEOUTS.request,
      // Without it the SDK only logs a request that takes too long.
      throwOnRequestTimeout: true,
    },
  });
