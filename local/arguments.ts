import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { ENV } from '../adapters/runtime/environment.ts';
import { startupError } from './startup-error.ts';

export interface Arguments {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  readonly inMemory: boolean;
  /** Make a tenant to look around in. */
  readonly sample?: true;
  /** Absent in memory, and where the database is not ours to start. */
  readonly dataDirectory?: string;
}

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly inMemory?: true;
  readonly data?: string;
  readonly sample?: true;
}

const DEFAULT = { port: 3000, host: '127.0.0.1', data: '.data' } as const;
const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** Where a local run keeps its data when it is not told. */
export const DATA_FOLDER = `${PROJECT}${DEFAULT.data}`;

const port = (text: string): number => {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 65_535)) throw new InvalidArgumentError('A port is a whole number from 0 (any free one) to 65535.');
  return value;
};

const filled = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  return text;
};

/**
 * Reads the command line of `npm start --`, without node and script.
 * Throws commander's error, its message printed already, for `--help` and for a bad option; a startup error for options
 * that contradict each other or the environment.
 */
export const parseArguments = (
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments => {
  const command = new Command('npm start --')
    .description('Serves Task Center on this machine, with a database of its own')
    .option('--port <number>', 'port of the API', port, DEFAULT.port)
    .option('--host <name>', 'address to listen on', filled, DEFAULT.host)
    .option('--in-memory', 'forget all data at the end')
    .option('--data <folder>', `where the data is kept between runs (default: ${DEFAULT.data} in the project)`, filled)
    .option('--sample', 'make a tenant to look around in: people, hours, assets, a week of tasks')
    .addHelpText(
      'after',
      `\nSet ${ENV.dynamodbEndpoint} to use a database that runs already, and ${ENV.tableName} to name the table.`,
    )
    .exitOverride()
    .parse([...words], { from: 'user' });
  const { inMemory = false, data, ...address } = command.opts<Flags>();
  if (inMemory && data !== undefined) throw startupError('Choose either --in-memory or --data, not both.');

  const external = environment[ENV.dynamodbEndpoint];
  if (external === undefined || external === '') {
    return { ...address, inMemory, ...(inMemory ? {} : { dataDirectory: data ?? DATA_FOLDER }) };
  }
  if (inMemory || data !== undefined) {
    throw startupError(
      `${ENV.dynamodbEndpoint} names the database (${external}): leave out --in-memory and --data, or unset it.`,
    );
  }
  return { ...address, inMemory };
};
