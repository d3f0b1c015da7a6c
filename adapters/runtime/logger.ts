import { Logger } from '@aws-lambda-powertools/logger';
import type { Environment } from './environment.ts';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  readonly info: (message: string, fields: LogFields) => void;
  readonly warn: (message: string, fields: LogFields) => void;
  readonly error: (message: string, fields: LogFields) => void;
}

/** JSON lines for machines; plain lines for a terminal. */
export const makeLog = ({ LOG_FORMAT, LOG_LEVEL, STAGE }: Environment): Log => {
  if (LOG_FORMAT === 'text') return LOG_LEVEL === 'SILENT' ? SILENT : TERMINAL;
  const logger = new Logger({ serviceName: 'task-center', logLevel: LOG_LEVEL, persistentKeys: { stage: STAGE } });
  return {
    info: (message, fields) => {
      logger.info(message, { ...fields });
    },
    warn: (message, fields) => {
      logger.warn(message, { ...fields });
    },
    error: (message, fields) => {
      logger.error(message, { ...fields });
    },
  };
};

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
