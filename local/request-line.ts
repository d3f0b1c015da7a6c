import { inspect } from 'node:util';
import { ENV } from '../adapters/runtime/environment.ts';
import type { RefusedRequest } from './gateway.ts';

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const told = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : inspect(error));

const text = ({ method, path, status, code, duration_ms: ms, error }: RefusedRequest): string => {
  const cause = error === undefined ? '' : `\n${told(error)}`;
  return `${status} ${method} ${path} ${ms} ms ${code}${cause}`;
};

/** As a line of JSON, without its end. */
export const refusedLine = ({ error, ...request }: RefusedRequest): string =>
  JSON.stringify({
    level: request.status < 500 ? 'INFO' : 'ERROR',
    message: 'request',
    timestamp: new Date().toISOString(),
    ...request,
    ...(error === undefined ? {} : { error: told(error) }),
  });

/** Writes one line for a request that the gateway answered itself; the handlers log the others. */
export const requestLine = (
  environment: Readonly<Record<string, string | undefined>>,
  output: Output,
): ((request: RefusedRequest) => void) => {
  const asText = (environment[ENV.logFormat] ?? (output.isTTY === true ? 'text' : 'json')) === 'text';
  return (request) => {
    output.write(`${asText ? text(request) : refusedLine(request)}\n`);
  };
};
