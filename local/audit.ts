import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { v7 as newUuid } from 'uuid';
import { makeAuditSources } from '../adapters/dynamodb/audit-sources.ts';
import { makeClient } from '../adapters/dynamodb/client.ts';
import { joined } from '../adapters/dynamodb/actions.ts';
import { makeCommit } from '../adapters/dynamodb/commit.ts';
import { metered, type Cost } from '../adapters/dynamodb/meter.ts';
import { assetWrites } from '../adapters/dynamodb/resources/assets.ts';
import { calendarWrites, makeCalendars } from '../adapters/dynamodb/resources/calendars.ts';
import { makeTableReader } from '../adapters/dynamodb/table-reader.ts';
import { makeTenantSnapshots } from '../adapters/dynamodb/tenant-snapshot.ts';
import { makeTransact } from '../adapters/dynamodb/transaction.ts';
import { ENV } from '../adapters/runtime/environment.ts';
import { makeAudit, type Audit } from '../core/audit/audit.ts';
import { INVARIANTS, type Invariant } from '../core/audit/finding.ts';
import { makeRepair } from '../core/audit/repair.ts';
import { DomainError } from '../core/errors.ts';
import { makeRetry } from '../core/retry.ts';
import { instantAt } from '../core/time/instant.ts';
import { DATA_FOLDER } from './arguments.ts';
import { startDatabase } from './database.ts';
import { isStartupError, startupError } from './startup-error.ts';
import { LOCAL_TABLE } from './table.ts';

interface Flags {
  readonly tenant: string;
  readonly repair?: true;
  readonly json?: true;
  readonly data?: string;
}

const EXIT = { clean: 0, findings: 1, notAudited: 2 } as const;

const filled = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  return text;
};

const flagsOf = (words: readonly string[]): Flags =>
  new Command('npm run audit --')
    .description('Proves the invariants of a tenant, or names what breaks them. Reads the whole table once or more')
    .requiredOption('--tenant <id>', 'the tenant', filled)
    .option('--repair', 'set right what is derived: active counts and tallies; never windows')
    .option('--json', 'print one JSON object')
    .option('--data <folder>', 'audit the data of a local run that is stopped', filled)
    .addHelpText(
      'after',
      `\n${ENV.dynamodbEndpoint} names a database that runs, ${ENV.tableName} the table: with that name alone it is a table` +
        `\nof AWS. With neither, it is the data that npm start keeps.` +
        `\nExit code: ${EXIT.clean} when every invariant holds, ${EXIT.findings} when not, ${EXIT.notAudited} when that could not be found out.`,
    )
    .exitOverride()
    .parse([...words], { from: 'user' })
    .opts<Flags>();

interface Place {
  /** Absent: AWS. */
  readonly endpoint?: string;
  readonly tableName: string;
  readonly stop: () => Promise<void>;
}

/** An empty variable counts as absent, as CI systems pass them. */
const variable = (name: string): string | undefined => {
  const value = process.env[name]?.trim();
  return value === '' ? undefined : value;
};

/** A local database takes any credentials, but the SDK wants some. */
const inventCredentials = (): void => {
  process.env['AWS_REGION'] ??= 'us-east-1';
  if (variable('AWS_PROFILE') !== undefined || variable('AWS_ACCESS_KEY_ID') !== undefined) return;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
};

const openPlace = async ({ data }: Flags): Promise<Place> => {
  const endpoint = variable(ENV.dynamodbEndpoint);
  const named = variable(ENV.tableName);
  const tableName = named ?? LOCAL_TABLE;
  const stop = (): Promise<void> => Promise.resolve();
  if (data === undefined && endpoint === undefined && named !== undefined) return { tableName, stop };
  inventCredentials();
  if (endpoint !== undefined) {
    if (data !== undefined) throw startupError(`${ENV.dynamodbEndpoint} names the database: leave out --data.`);
    return { endpoint, tableName, stop };
  }
  const folder = data ?? DATA_FOLDER;
  if (!existsSync(folder)) throw startupError(`There is no data folder ${folder}.`);
  const database = await startDatabase({ inMemory: false, dataDirectory: folder, environment: process.env });
  return { endpoint: database.endpoint, tableName, stop: () => database.stop() };
};

const auditOf = ({ endpoint, tableName }: Place) => {
  const client = makeClient({ endpoint });
  const chance = { sleep: (milliseconds: number) => sleep(milliseconds), random: Math.random };
  const reader = makeTableReader({ client, tableName, ...chance });
  const transact = makeTransact({ client, ...chance, newToken: newUuid });
  const clock = () => instantAt(Date.now()) ?? fail('The clock of this machine is outside the years 0 to 9999.');
  const { byScan: snapshot } = makeTenantSnapshots({ client, tableName, reader });
  const repairs = makeRepair({
    sources: makeAuditSources({ reader, snapshot }),
    calendars: makeCalendars({ reader }),
    commit: makeCommit({ tableName, transact, clock, newId: () => newUuid() }, joined(assetWrites, calendarWrites)),
    retry: makeRetry(chance),
  });
  return makeAudit({ snapshot, repairs, clock });
};

const fail = (sentence: string): never => {
  throw startupError(sentence);
};

type Read = Pick<Cost, 'calls' | 'itemsRead' | 'readUnits' | 'writeUnits'>;

const countOf = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

const textOf = (tenant: string, { findings, repairs, violations, seen }: Audit, read: Read): string => {
  const names = Object.keys(INVARIANTS) as Invariant[];
  const lines = names.flatMap((name) => {
    const broken = findings.filter(({ invariant }) => invariant === name);
    const mark = broken.length === 0 ? 'holds ' : 'BROKEN';
    return [`${mark}  ${INVARIANTS[name]}`, ...broken.map(({ subject, detail }) => `          ${subject}: ${detail}`)];
  });
  const told = { repaired: 'repaired', right: 'was right by then', kept_changing: 'kept changing, left as it was' };
  const done = repairs.map(
    ({ subject, outcome, detail }) => `${subject}: ${told[outcome]}${detail === undefined ? '' : `, ${detail}`}`,
  );
  return [
    `Tenant ${tenant}: ${countOf(seen.tasks, 'task')}, ${countOf(seen.users, 'user')}, ${countOf(seen.assets, 'asset')}, ` +
      `${countOf(seen.holdings, 'assignment')} held, ${countOf(seen.history, 'history entry', 'history entries')}.`,
    ...(done.length === 0 ? [] : ['', 'Repairs:', ...done]),
    '',
    ...lines,
    '',
    ...(violations === 0
      ? []
      : [
          `Held tasks that break a rule about their holder or their equipment as these are now: ${violations} (no damage; GET /api/task-center/violations).`,
        ]),
    `${findings.length === 0 ? 'Every invariant holds' : countOf(findings.length, 'finding')}. Read ${countOf(read.itemsRead, 'item')} ` +
      `in ${countOf(read.calls, 'request')}, ${read.readUnits} read units.`,
  ].join('\n');
};

const run = async (): Promise<number> => {
  const flags = flagsOf(process.argv.slice(2));
  const place = await openPlace(flags);
  try {
    const { audit, read } = await metered(async (cost) => {
      const call = { tenantId: flags.tenant, actorId: 'audit', permissions: [] };
      const audit = await auditOf(place)(call, { repair: flags.repair === true });
      return { audit, read: cost };
    });
    if (Object.values(audit.seen).every((count) => count === 0))
      throw startupError(`The table ${place.tableName} holds nothing of a tenant ${flags.tenant}.`);
    const { calls, itemsRead, readUnits, writeUnits } = read;
    const isClean = audit.findings.length === 0;
    const spent = { requests: calls, items_read: itemsRead, read_units: readUnits, write_units: writeUnits };
    console.log(
      flags.json === true
        ? JSON.stringify({ tenant_id: flags.tenant, is_clean: isClean, ...audit, ...spent }, undefined, 2)
        : textOf(flags.tenant, audit, read),
    );
    return isClean ? EXIT.clean : EXIT.findings;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException')
      throw startupError(`There is no table ${place.tableName} there (${ENV.tableName} names it).`, error);
    throw error;
  } finally {
    await place.stop();
  }
};

/** Says what went wrong, and answers the exit code. */
const explain = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.notAudited;
  console.error(isStartupError(error) || error instanceof DomainError ? error.message : error);
  return EXIT.notAudited;
};

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
process.exitCode = await run().catch(explain);
