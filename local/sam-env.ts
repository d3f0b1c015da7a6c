import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ENV, LOCAL_STAGE } from '../adapters/runtime/environment.ts';
import { LIMITS } from '../core/limits.ts';
import { startDatabase } from './database.ts';
import { firstSteps } from './first-steps.ts';
import { readSamTemplate } from './sam/template.ts';
import { samCommand } from './sam/start-command.ts';
import { isStartupError } from './startup-error.ts';
import { createTable, ensureLocalSecrets, LOCAL_TABLE } from './table.ts';

interface Flags {
  readonly template: string;
  readonly database: string;
  readonly fromContainer: string;
  readonly network: string;
  readonly out: string;
}

/** Where `sam local start-api` listens when it is not told. */
const SAM_URL = 'http://127.0.0.1:3000';
/** It holds the signing key of the tokens of this database. */
const ONLY_OWNER = 0o600;

const address = (text: string): string => {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('It takes an address such as http://127.0.0.1:8000.');
  }
  return text;
};

const flagsOf = (words: readonly string[]): Flags =>
  new Command('npm run sam:env --')
    .description('Makes the table, and writes the environment file for "sam local start-api": docs/sam-local.md')
    .option('--template <file>', 'the synthesised template', 'cdk.out/task-center-dev.template.json')
    .option('--database <address>', 'DynamoDB Local, as this machine reaches it', address, 'http://127.0.0.1:8000')
    .option('--from-container <address>', 'and as the containers of SAM reach it', address, 'http://dynamodb:8000')
    .option('--network <name>', 'the Docker network that both are in', 'task-center')
    .option('--out <file>', 'the environment file', 'cdk.out/sam-env.json')
    .addHelpText('after', `\n${ENV.tableName} names the table (default: ${LOCAL_TABLE}).`)
    .exitOverride()
    .parse([...words], { from: 'user' })
    .opts<Flags>();

/** Makes the table where it is missing; answers the secrets that are kept in it, as JSON. */
const prepareTable = async (endpoint: string, tableName: string): Promise<string> => {
  const running = await startDatabase({ environment: { [ENV.dynamodbEndpoint]: endpoint }, inMemory: true });
  // Whose credentials does not matter to a database that is started with -sharedDb.
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  try {
    await createTable(client, tableName);
    return await ensureLocalSecrets(client, tableName);
  } finally {
    client.destroy();
    await running.stop();
  }
};

const run = async (): Promise<void> => {
  const { template, database, fromContainer, network, out } = flagsOf(process.argv.slice(2));
  const tableName = process.env[ENV.tableName] ?? LOCAL_TABLE;
  const given = {
    [ENV.tableName]: tableName,
    [ENV.dynamodbEndpoint]: fromContainer,
    [ENV.stage]: LOCAL_STAGE,
    [ENV.logFormat]: 'text',
  };
  const { isBuiltin } = await readSamTemplate(template, [...Object.keys(given), ENV.localSecrets]);
  const secrets = await prepareTable(database, tableName);
  // `Parameters`: for all functions. Each gets what it declares, and few declare how long a password must be.
  const shortPasswords = { [ENV.passwordMinLength]: String(LIMITS.passwordMin) };
  const file = { Parameters: { ...given, ...shortPasswords, [ENV.localSecrets]: secrets } };
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, `${JSON.stringify(file, null, 2)}\n`, { mode: ONLY_OWNER });

  const start = samCommand({ template, out, network, fromContainer });
  console.log(`The table ${tableName} is there, and ${out} is written. Next:\n\n${start}\n`);
  if (isBuiltin) console.log(['Then, in another terminal:', ...firstSteps(SAM_URL)].join('\n\n'));
  else console.log(`Then call ${SAM_URL} with a token of your issuer.`);
};

process.exitCode = await run().then(
  () => 0,
  (error: unknown) => {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(isStartupError(error) ? error.message : error);
    return 1;
  },
);
