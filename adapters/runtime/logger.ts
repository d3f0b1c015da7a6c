import type { Environment } from './environment.ts';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  readonly info: (message: string, fields: LogFields) => void;
  readonly warn: (message: string, fields: LogFields) => void;
  readonly error: (message: string, fields: LogFields) => void;
}

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT'] as const satisfies readonly Environment['LOG_LEVEL'][];

/** JSON lines for machines; plain lines for a terminal. */
export const makeLog = ({ LOG_FORMAT, LOG_LEVEL, STAGE }: Environment): Log => {
  if (LOG_LEVEL === 'SILENT') return SILENT;
  if (LOG_FORMAT === 'text') return TERMINAL;
  const from =
    (level: (typeof LEVELS)[number]) =>
    (message: string, fields: LogFields): void => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(LOG_LEVEL)) return;
      const timestamp = new Date().toISOString();
      const always = { level, message, timestamp, service: 'task-center', stage: STAGE, xray_trace_id: traceId() };
      process.stdout.write(`${JSON.stringify({ ...always, ...fields }, readable)}\n`);
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
