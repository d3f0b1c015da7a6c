import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ENV } from '../adapters/runtime/environment.ts';
import type { DataFolder } from './data-folder.ts';
import { claimDataFolder } from './data-folder.ts';
import type { GuardedProcess, Variables } from './guarded-process.ts';
import { startGuarded } from './guarded-process.ts';
import { freePort } from './port.ts';
import { startupError } from './startup-error.ts';
import type { Errand } from './watchdog.ts';

export interface DatabaseOptions {
  readonly inMemory: boolean;
  /** Keeps the data between runs; created where it is absent. Needed unless `inMemory`. */
  readonly dataDirectory?: string;
  /** Left out: any free one. */
  readonly port?: number;
  readonly environment: Variables;
  /** Gives up a start under way: what was started is ended, and the reason is thrown. */
  readonly signal?: AbortSignal;
}

export interface RunningDatabase {
  readonly endpoint: string;
  readonly kind: 'external' | 'java' | 'docker';
  /** Ends the database and lets go of its folder; fulfilled when nothing of it runs. An external one is left alone. */
  stop(): Promise<void>;
  /** Fulfilled with a sentence when the database ends, on its own or by `stop`. Never for an external one. */
  readonly exited: Promise<string>;
}

type Own = Pick<RunningDatabase, 'kind'> & {
  errand(port: number, directory: string | undefined, scratch: string): Errand;
};

const IMAGE = 'amazon/dynamodb-local';
const JAVA_MIN = 11;
/** A start takes three seconds of processor time; how long that takes depends on who else wants it. */
const READY_MS = 120_000;
/** For `java -version` and `docker info`. */
const ANSWER_MS = 20_000;
const PULL_MS = 600_000;
/** A database that is started at the same moment, by a compose file for instance, gets this long. */
const EXTERNAL_MS = 5_000;
const START_ATTEMPTS = 5;
/** DynamoDB Local logs this and then neither serves nor ends. */
const FAILED_START = 'Exception in thread "main"';
const PORT_LOST = /failed to bind|address already in use|port is already allocated/i;
/** One database whatever the region and the credentials: several gateways may be configured differently. */
const ANY_CALLER = '-sharedDb';

const run = promisify(execFile);

const succeeds = async (
  command: string,
  args: readonly string[],
  { environment, signal }: Pick<DatabaseOptions, 'environment' | 'signal'>,
  timeout = ANSWER_MS,
): Promise<boolean> =>
  run(command, [...args], { env: { ...environment }, timeout, ...(signal === undefined ? {} : { signal }) }).then(
    () => true,
    () => false,
  );

const javaMajor = async (command: string, env: Variables): Promise<number> => {
  try {
    const { stderr, stdout } = await run(command, ['-version'], { env: { ...env }, timeout: ANSWER_MS });
    const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(`${stderr}${stdout}`) ?? [];
    // Before 9 the version read 1.8.
    return Number(first === '1' ? second : first) || 0;
  } catch {
    return 0;
  }
};

const findJava = async (env: Variables): Promise<Own | undefined> => {
  const home = env['JAVA_HOME'];
  for (const command of [...(home === undefined || home === '' ? [] : [join(home, 'bin', 'java')]), 'java']) {
    if ((await javaMajor(command, env)) < JAVA_MIN) continue;
    const manifest = createRequire(import.meta.url).resolve('amplify-dynamodb-simulator/package.json');
    return {
      kind: 'java',
      errand: (port, directory, scratch) => ({
        command,
        scratch,
        args: [
          // It copies a library there at every start, and leaves it.
          `-Djava.io.tmpdir=${scratch}`,
          '-Djava.library.path=DynamoDBLocal_lib',
          '-jar',
          'DynamoDBLocal.jar',
          '-disableTelemetry',
          ANY_CALLER,
          '-port',
          String(port),
          ...(directory === undefined ? ['-inMemory'] : ['-dbPath', directory]),
        ],
        directory: join(dirname(manifest), 'emulator'),
      }),
    };
  }
  return undefined;
};

const hostUser = (): readonly string[] => {
  const [user, group] = [process.getuid?.(), process.getgid?.()];
  return user === undefined || group === undefined ? [] : ['--user', `${user}:${group}`];
};

const findDocker = async (options: DatabaseOptions): Promise<Own | undefined> => {
  if (!(await succeeds('docker', ['info'], options))) return undefined;
  if (
    !(await succeeds('docker', ['image', 'inspect', IMAGE], options)) &&
    !(await succeeds('docker', ['pull', IMAGE], options, PULL_MS))
  ) {
    options.signal?.throwIfAborted();
    throw startupError(
      `Docker could not pull the image ${IMAGE}: pull it by hand, install Java ${JAVA_MIN} or newer, ` +
        `or set ${ENV.dynamodbEndpoint}.`,
    );
  }
  return {
    kind: 'docker',
    errand: (port, directory) => {
      const name = `task-center-${randomUUID()}`;
      const folder = directory === undefined ? [] : ['--volume', `${directory}:/data`, ...hostUser()];
      return {
        command: 'docker',
        args: [
          'run',
          '--rm',
          '--name',
          name,
          '--publish',
          `127.0.0.1:${port}:8000`,
          ...folder,
          IMAGE,
          '-jar',
          'DynamoDBLocal.jar',
          '-disableTelemetry',
          ANY_CALLER,
          ...(directory === undefined ? ['-inMemory'] : ['-dbPath', '/data']),
        ],
        // The client may be killed before the engine has stopped the container.
        afterwards: { command: 'docker', args: ['rm', '--force', name] },
      };
    },
  };
};

/** Any HTTP answer counts, a refusal too. */
const answers = async (endpoint: string): Promise<boolean> =>
  fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return true;
    },
    () => false,
  );

const useExternal = async (endpoint: string, signal?: AbortSignal): Promise<RunningDatabase> => {
  if (!URL.canParse(endpoint)) {
    throw startupError(`${ENV.dynamodbEndpoint} is not an address: "${endpoint}" (example: http://127.0.0.1:8000).`);
  }
  const deadline = Date.now() + EXTERNAL_MS;
  while (!(await answers(endpoint))) {
    if (Date.now() > deadline) {
      throw startupError(
        `Nothing answers at ${endpoint}: start that database, or unset ${ENV.dynamodbEndpoint} to let ` +
          'one be started.',
      );
    }
    await delay(200, undefined, signal === undefined ? {} : { signal });
  }
  return { endpoint, kind: 'external', stop: () => Promise.resolve(), exited: new Promise(() => undefined) };
};

const waitUntilReady = async (
  endpoint: string,
  database: GuardedProcess,
  signal?: AbortSignal,
): Promise<'ready' | 'ended' | 'silent'> => {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline && signal?.aborted !== true) {
    if (database.hasEnded()) return 'ended';
    if (await answers(endpoint)) return 'ready';
    await Promise.race([delay(100), database.ended]);
  }
  return 'silent';
};

/** Made by the watchdog, which removes it. */
const newScratch = (): string => join(tmpdir(), `task-center-${randomUUID()}`);

const startOwn = async (own: Own, options: DatabaseOptions, folder?: DataFolder): Promise<RunningDatabase> => {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const endpoint = `http://127.0.0.1:${port}`;
    const portLosses: string[] = [];
    const database = startGuarded(own.errand(port, folder?.path, newScratch()), options.environment, (line) => {
      if (PORT_LOST.test(line)) portLosses.push(line);
      if (line.startsWith(FAILED_START)) void database.stop();
    });
    await folder?.usedBy(database.pid);
    const outcome = await waitUntilReady(endpoint, database, options.signal);
    if (outcome === 'ready') {
      const exited = database.ended.then(() => `The database ended: ${database.lastWords() || 'it gave no reason'}`);
      return { endpoint, kind: own.kind, stop: () => database.stop(), exited };
    }
    await database.stop();
    options.signal?.throwIfAborted();
    if (portLosses.length > 0 && options.port === undefined && attempt < START_ATTEMPTS) continue;
    const said = database.lastWords();
    throw startupError(
      outcome === 'silent'
        ? `The database (${own.kind}) did not answer within ${READY_MS / 1000} seconds. ${said}`.trimEnd()
        : `The database (${own.kind}) ended while it started: ${said || 'it gave no reason'}`,
    );
  }
};

/**
 * Brings up the official DynamoDB Local, or uses the database that DYNAMODB_ENDPOINT names. A database started here
 * never outlives this process, not even its SIGKILL.
 * Throws a startup error where none can be had, or where the data folder is in use.
 */
export const startDatabase = async (options: DatabaseOptions): Promise<RunningDatabase> => {
  const { environment, inMemory, dataDirectory, signal } = options;
  const external = environment[ENV.dynamodbEndpoint];
  if (external !== undefined && external !== '') return useExternal(external, signal);
  if (!inMemory && dataDirectory === undefined) throw new Error('A database on disk needs a folder');

  const own = (await findJava(environment)) ?? (await findDocker(options));
  signal?.throwIfAborted();
  if (own === undefined) {
    throw startupError(
      `No database: install Java ${JAVA_MIN} or newer, or start Docker, or set ${ENV.dynamodbEndpoint} to the address of ` +
        'a running DynamoDB Local.',
    );
  }
  if (inMemory || dataDirectory === undefined) return startOwn(own, options);

  const folder = await claimDataFolder(dataDirectory);
  try {
    const database = await startOwn(own, options, folder);
    return {
      ...database,
      stop: async () => {
        await database.stop();
        await folder.release();
      },
    };
  } catch (error) {
    await folder.release();
    throw error;
  }
};
