import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { makeClient } from '../adapters/dynamodb/client.ts';
import { makeTrailWriter } from '../adapters/dynamodb/resources/trail.ts';
import type { RouteContract } from '../adapters/http/contract.ts';
import { buildBoard } from '../board/build.ts';
import { ENV, readEnvironment } from '../adapters/runtime/environment.ts';
import { LOG_LINES, makeLog } from '../adapters/runtime/logger.ts';
import { contractsOf } from '../functions/contracts.ts';
import { createPlan } from '../functions/plans/contract.ts';
import type { RunningDatabase } from './database.ts';
import { startDatabase } from './database.ts';
import { noEventsFolder, openEventsFolder } from './events-folder.ts';
import { openTableStream } from './events-stream.ts';
import { startPublisher } from './events.ts';
import type { LambdaAuthorizer, LambdaHandler, Page, RefusedRequest } from './gateway.ts';
import { startGateway } from './gateway.ts';
import type { Variables } from './guarded-process.ts';
import { requirePort } from './port.ts';
import { logFolderOf, openLogFolder } from './log-folder.ts';
import { refusedLine } from './request-line.ts';
import { makeLocalPlanner, withPlans, withRequests, type LocalPlanner } from './plans.ts';
import { authorizerRole, enforceRoles, inRole, PLANNER_ROLE, roleOf } from './roles.ts';
import { createTable, ensureLocalSecrets, LOCAL_TABLE } from './table.ts';

export interface LocalServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly inMemory: boolean;
  /** Needed unless `inMemory`, or where DYNAMODB_ENDPOINT names the database. */
  readonly dataDirectory?: string;
  readonly pages?: Readonly<Record<string, Page>>;
  readonly onRefused?: (request: RefusedRequest) => void;
  /** False: plans wait, where no other process makes them. */
  readonly isPlanning?: boolean;
  /** Gives up a start under way. */
  readonly signal?: AbortSignal;
}

export interface LocalServer {
  readonly url: string;
  readonly database: Pick<RunningDatabase, 'endpoint' | 'kind' | 'exited'>;
  /** Where the domain events are appended; absent where they are only logged, or published by another process. */
  readonly eventsFile?: string;
  /** Stops the gateway, the publisher of events, then the database; fulfilled when nothing runs any more. */
  stop(): Promise<void>;
}

/** Each process builds its own: another may be starting at the same moment. */
const BOARD_FOLDER = join(tmpdir(), `task-center-board-${process.pid}`);

const AUTHORIZERS = { builtin: 'identity/authorizer', oidc: 'identity/oidc-authorizer' } as const;

/**
 * The environment of the functions. A database of our own gets made-up credentials whatever the user has: a profile
 * would win over them, and may need a login.
 */
const functionEnvironment = (given: Variables, database: RunningDatabase): Record<string, string | undefined> => {
  const invented = {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
  };
  const hasOwn = given['AWS_ACCESS_KEY_ID'] !== undefined || given['AWS_PROFILE'] !== undefined;
  return {
    [ENV.tableName]: given[ENV.tableName] ?? LOCAL_TABLE,
    [ENV.boardFolder]: given[ENV.boardFolder] ?? BOARD_FOLDER,
    [ENV.dynamodbEndpoint]: database.endpoint,
    [ENV.identityMode]: given[ENV.identityMode] ?? 'builtin',
    [ENV.logFormat]: given[ENV.logFormat] ?? (process.stdout.isTTY ? 'text' : 'json'),
    AWS_REGION: given['AWS_REGION'] ?? 'us-east-1',
    ...(database.kind === 'external' && hasOwn ? {} : invented),
    // Lambda runs a newer Node; here the SDK would greet every start with a paragraph about Node 20.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
};

const setEnvironment = (variables: Readonly<Record<string, string | undefined>>): void => {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
};

const prepareTable = async (tableName: string, endpoint: string): Promise<void> => {
  const client = new DynamoDBClient({ endpoint });
  try {
    await createTable(client, tableName);
    setEnvironment({ [ENV.localSecrets]: await ensureLocalSecrets(client, tableName) });
  } finally {
    client.destroy();
  }
};

interface Events {
  readonly file?: string;
  readonly stop: () => Promise<void>;
}

/** The planner of this process. */
const startPlanner = async (): Promise<LocalPlanner> => {
  const { solvePlan } = await import('../adapters/runtime/planner.ts');
  return makeLocalPlanner({
    solve: (...asked) => inRole(PLANNER_ROLE, () => solvePlan(...asked)),
    log: makeLog(readEnvironment(process.env)),
  });
};

/** One publisher per database: that of the process that owns it. */
const startEvents = async (
  { endpoint, kind }: RunningDatabase,
  tableName: string,
  directory: string | undefined,
  planner: LocalPlanner,
): Promise<Events> => {
  if (kind === 'external') return { stop: planner.stop };
  const folder = directory === undefined ? noEventsFolder : await openEventsFolder(directory);
  const stream = await openTableStream({ endpoint, tableName });
  const environment = readEnvironment(process.env);
  const client = makeClient({ endpoint });
  const trail = makeTrailWriter({ client, tableName, days: environment.AUDIT_DAYS });
  const publisher = await startPublisher({
    ...{ stream, folder: { ...folder, bus: withRequests(folder.bus, planner) }, trail, log: makeLog(environment) },
  });
  const stop = async (): Promise<void> => {
    // What ends a plan is itself an event; and what is published last may ask for another.
    await planner.stop();
    await publisher.stop();
    await planner.stop();
  };
  return { stop, ...(folder.file === undefined ? {} : { file: folder.file }) };
};

interface Lines {
  readonly write: (line: string) => void;
  readonly stop: () => void;
}

/** Keeps what is logged beside the data, where data is kept. */
const keepLines = async (directory: string | undefined): Promise<Lines> => {
  if (directory === undefined) return { write: () => undefined, stop: () => undefined };
  const write = await openLogFolder(logFolderOf(directory));
  const onLine = (line: unknown): void => write(String(line));
  subscribe(LOG_LINES, onLine);
  return { write, stop: () => void unsubscribe(LOG_LINES, onLine) };
};

const loadHandler = async <H>(file: string): Promise<H> => {
  const module = (await import(new URL(`../functions/${file}.ts`, import.meta.url).href)) as { handler?: H };
  if (typeof module.handler !== 'function') throw new Error(`functions/${file}.ts exports no handler`);
  return module.handler;
};

/** The client of the functions, made when it is first loaded. */
const loadClient = async (): Promise<DynamoDBDocumentClient> =>
  (await import('../adapters/runtime/composition.ts')).client;

/**
 * Brings up the whole service on this machine: database, table, secrets, gateway, events. What was started is stopped
 * again when a later step fails.
 * At most once per process: it sets `process.env`, from which the functions read their configuration when they are first
 * loaded. Throws a startup error for what the user can mend.
 */
export const startLocalServer = async (options: LocalServerOptions): Promise<LocalServer> => {
  const { host, port, inMemory, dataDirectory, pages, onRefused, isPlanning = true, signal } = options;

  // 1. The port, before anything that takes time.
  await requirePort(host, port);

  // 2. The database.
  const database = await startDatabase({
    inMemory,
    environment: process.env,
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    // 3. What the functions find: their environment, the board, the table, the secrets in it.
    const variables = functionEnvironment(process.env, database);
    setEnvironment(variables);
    if (variables[ENV.boardFolder] === BOARD_FOLDER) buildBoard(BOARD_FOLDER);
    const tableName = variables[ENV.tableName] ?? LOCAL_TABLE;
    await prepareTable(tableName, database.endpoint);
    signal?.throwIfAborted();

    // 4. The functions. They read the environment when they are loaded: not before it is set.
    const lines = await keepLines(inMemory ? undefined : dataDirectory);
    const planner = await startPlanner();
    const handlers = new Map<string, LambdaHandler>();
    const handlerOf = async (contract: RouteContract): Promise<LambdaHandler> => {
      const known = handlers.get(contract.handler);
      if (known !== undefined) return known;
      const role = roleOf(contract);
      const run = await loadHandler<LambdaHandler>(contract.handler);
      const served: LambdaHandler = (event, context) => inRole(role, () => run(event, context));
      const isAskedHere = contract.operation === createPlan.operation && isPlanning && database.kind === 'external';
      const handler = isAskedHere ? withPlans(served, planner) : served;
      handlers.set(contract.handler, handler);
      return handler;
    };
    enforceRoles(await loadClient());
    const { IDENTITY_MODE: mode } = readEnvironment(process.env);
    const authorize = await loadHandler<LambdaAuthorizer>(AUTHORIZERS[mode]);
    // Asked at every request: what API Gateway keeps for five minutes counts here at once.
    const authorizer: LambdaAuthorizer = (event) => inRole(authorizerRole(mode), () => authorize(event));
    const contracts = contractsOf(mode);
    await Promise.all(contracts.map(handlerOf));
    signal?.throwIfAborted();

    // 5. The gateway.
    const gateway = await startGateway({
      contracts,
      authorizer,
      handlerOf,
      host,
      port,
      ...(pages === undefined ? {} : { pages }),
      onRefused: (request) => {
        lines.write(refusedLine(request));
        onRefused?.(request);
      },
    });

    // 6. The events of what is committed, and of what a killed run had committed and not yet published.
    const events = await startEvents(database, tableName, inMemory ? undefined : dataDirectory, planner).catch(
      async (error: unknown) => {
        await gateway.close();
        throw error;
      },
    );
    return {
      url: gateway.url,
      database,
      ...(events.file === undefined ? {} : { eventsFile: events.file }),
      stop: async () => {
        await gateway.close();
        await events.stop();
        await database.stop();
        lines.stop();
        await rm(BOARD_FOLDER, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
};
