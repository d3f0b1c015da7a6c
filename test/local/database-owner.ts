/** A process that owns a database until it is killed: takes the options as JSON, prints the endpoint or the refusal. */
import type { DatabaseOptions } from '../../local/database.ts';
import { startDatabase } from '../../local/database.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as Omit<DatabaseOptions, 'environment'>;
try {
  const { endpoint } = await startDatabase({ ...options, environment: process.env });
  process.stdout.write(`${endpoint}\n`);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
