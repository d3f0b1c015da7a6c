/** A publisher in a process of its own, to be killed: takes the folder and how many records it reads at a time. */
import { makeTrailWriter } from '../../adapters/dynamodb/resources/trail.ts';
import { client, environment } from '../../adapters/runtime/composition.ts';
import { ENV } from '../../adapters/runtime/environment.ts';
import type { LogFields } from '../../adapters/runtime/logger.ts';
import { openEventsFolder } from '../../local/events-folder.ts';
import { openTableStream } from '../../local/events-stream.ts';
import { startPublisher } from '../../local/events.ts';

const [directory = '', pageSize = '1000'] = process.argv.slice(2);
const complain = (message: string, { error }: LogFields): void => {
  process.stderr.write(`${message} ${String(error)}\n`);
};
const log = { info: () => undefined, warn: complain, error: complain };
const stream = await openTableStream({
  endpoint: process.env[ENV.dynamodbEndpoint] ?? '',
  tableName: process.env[ENV.tableName] ?? '',
  pageSize: Number(pageSize),
});
const trail = makeTrailWriter({ client, tableName: environment.TABLE_NAME, days: environment.AUDIT_DAYS });
const publisher = await startPublisher({ stream, folder: await openEventsFolder(directory), trail, log });
process.on('SIGTERM', () => void publisher.stop().then(() => process.exit(0)));
process.stdout.write('ready\n');
