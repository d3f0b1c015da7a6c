import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What the wire or the service does to one request. All of it is real: the SDK sees sockets and HTTP. */
export type Trouble =
  /** Nobody listens: the request is never sent. */
  | { readonly kind: 'refused' }
  /** The connection breaks before an answer. */
  | { readonly kind: 'reset' }
  /** No answer, for longer than the client waits. */
  | { readonly kind: 'silent' }
  /** The answer breaks off in the middle. */
  | { readonly kind: 'truncated' }
  /** The answer stops in the middle, and the connection stays. */
  | { readonly kind: 'stalled' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly date?: string;
      readonly afterMs?: number;
    };

export interface TroubleServer {
  /** Where a request that is to suffer is sent, and the header that says what from. */
  readonly addressOf: (trouble: Trouble) => { readonly port: number; readonly headers: Record<string, string> };
  readonly stop: () => Promise<void>;
}

/** Nobody listens here: a port that was free a moment ago may be anybody's by now. */
const CLOSED_PORT = 1;
const HEADER = 'x-trouble';
const HALF = '{"half of an answer": "';

const suffer = (trouble: Trouble, request: IncomingMessage, response: ServerResponse): void => {
  request.resume();
  switch (trouble.kind) {
    case 'answer':
      setTimeout(() => {
        response.writeHead(trouble.status, {
          'Content-Type': 'application/x-amz-json-1.0',
          ...(trouble.date === undefined ? {} : { Date: trouble.date }),
        });
        response.end(trouble.body);
      }, trouble.afterMs ?? 0);
      return;
    case 'truncated':
      response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0', 'Content-Length': '100' });
      response.write(HALF, () => {
        request.socket.resetAndDestroy();
      });
      return;
    case 'stalled':
      response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0', 'Content-Length': '100' });
      response.write(HALF);
      return;
    case 'reset':
    case 'refused':
      request.socket.resetAndDestroy();
      return;
    case 'silent':
  }
};

const listening = async (): Promise<{ server: ReturnType<typeof createServer>; port: number }> => {
  // A connection that is closed because nobody used it breaks a request that is sent at that moment.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const told = Buffer.from(String(request.headers[HEADER]), 'base64url').toString();
    suffer(JSON.parse(told) as Trouble, request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('No address');
  return { server, port: address.port };
};

/** A server that does to each request what the request asks for. */
export const startTroubleServer = async (): Promise<TroubleServer> => {
  const { server, port } = await listening();
  return {
    addressOf: (trouble) => ({
      port: trouble.kind === 'refused' ? CLOSED_PORT : port,
      headers: { [HEADER]: Buffer.from(JSON.stringify(trouble)).toString('base64url') },
    }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** An error as DynamoDB answers it. */
export const awsError = (status: number, type: string, more: object = {}): Trouble & { kind: 'answer' } => ({
  kind: 'answer',
  status,
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...more }),
});

/** A canceled transaction as DynamoDB tells of it: one reason for each action. */
export const canceledFor = (...codes: readonly string[]): Trouble =>
  awsError(400, 'TransactionCanceledException', {
    CancellationReasons: codes.map((Code) => ({ Code, Message: Code === 'None' ? undefined : Code })),
  });

/** Everything that may happen to a request. Names say what the client sees. */
export const TROUBLES = {
  refused: { kind: 'refused' },
  reset: { kind: 'reset' },
  silent: { kind: 'silent' },
  truncated: { kind: 'truncated' },
  throughputExceeded: awsError(400, 'ProvisionedThroughputExceededException'),
  throttling: awsError(400, 'ThrottlingException'),
  requestLimit: awsError(400, 'RequestLimitExceeded'),
  internalError: awsError(500, 'InternalServerError'),
  gatewayError: { kind: 'answer', status: 502, body: '<html>Bad Gateway</html>' },
  conflict: canceledFor('None', 'TransactionConflict'),
  canceledThrottled: canceledFor('None', 'ThrottlingError'),
  inProgress: awsError(400, 'TransactionInProgressException'),
} as const satisfies Record<string, Trouble>;
