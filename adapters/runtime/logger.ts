import { channel } from 'node:diagnostics_channel';
import type { Environment } from './environment.ts';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  readonly info: (message: string, fields: LogFields) => void;
  readonly warn: (message: string, fields: LogFields) => void;
  readonly error: (message: string, fields: LogFields) => void;
}

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT'] as const satisfies readonly Environment['LOG_LEVEL'][];

/** Takes every line of every log of this process, as a text of JSON, whatever is printed: a local run keeps them. */
export const LOG_LINES = 'task-center.log-lines';
const lines = channel(LOG_LINES);

/** JSON lines for machines; plain lines for a terminal. */
export const makeLog = (environment: Environment): Log => {
  const printed = printedLog(environment);
  const published =
    (level: (typeof LEVELS)[number], print: Log['info']): Log['info'] =>
    (message, fields) => {
      if (lines.hasSubscribers) lines.publish(jsonLine(level, message, environment.STAGE, fields));
      print(message, fields);
    };
  return {
    info: published('INFO', printed.info),
    warn: published('WARN', printed.warn),
    error: published('ERROR', printed.error),
  };
};

const jsonLine = (level: string, message: string, stage: string, fields: LogFields): string => {
  const timestamp = new Date().toISOString();
  const always = { level, message, timestamp, service: 'task-center', stage, xray_trace_id: traceId() };
  return JSON.stringify({ ...always, ...fields }, readable);
};

const printedLog = ({ LOG_FORMAT, LOG_LEVEL, STAGE }: Environment): Log => {
  if (LOG_LEVEL === 'SILENT') return SILENT;
  if (LOG_FORMAT === 'text') return TERMINAL;
  const from =
    (level: (typeof LEVELS)[number]) =>
    (message: string, fields: LogFields): void => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(LOG_LEVEL)) return;
      process.stdout.write(`${jsonLine(level, message, STAGE, fields)}\n`);
    };
  return { info: from('INFO'), warn: from('WARN'), error: from('ERROR') };
};

/** Set by Lambda anew for each request: `Root=1-…;Parent=…;Sampled=…`. */
const traceId = (): string | undefined => /Root=([^;]+)/.exec(process.env['_X_AMZN_TRACE_ID'] ?? '')?.[1];

/** Of an error JSON shows nothing by itself. */
const readable = (_name: string, value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause } : value;

const line = (message: string, fields: LogFields): string => {
  const { error, ...rest } = fields;
  const told = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const stack = error instanceof Error ? `\n${error.stack ?? error.message}` : '';
  return `${new Date().toISOString().slice(11, 23)} ${message} ${told.join(' ')}${stack}\n`;
};

const TERMINAL: Log = {
  info: (message, fields) => process.stdout.write(line(message, fields)),
  warn: (message, fields) => process.stdout.write(line(message, fields)),
  error: (message, fields) => process.stderr.write(line(message, fields)),
};
const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
