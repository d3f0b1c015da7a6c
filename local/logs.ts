import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { DATA_FOLDER } from './arguments.ts';
import { logFolderOf, readLogFolder } from './log-folder.ts';
import { about, insightsCommand, insightsQuery } from './request-log.ts';

interface Flags {
  readonly request: string;
  readonly data: string;
  readonly stage: string;
}

/** It becomes part of a query and of a command line. */
const plain = (text: string): string => {
  if (!/^[\w-]{1,100}$/.test(text)) throw new InvalidArgumentError('It has letters, digits, - and _ only.');
  return text;
};

const flagsOf = (words: readonly string[]): Flags =>
  new Command('npm run logs --')
    .description('Finds what the log says of a request: here, and the query for a deployed stage')
    .requiredOption('--request <id>', 'the id that the answer gave in X-Request-Id', plain)
    .option('--data <folder>', 'the data of the local run', DATA_FOLDER)
    .option('--stage <name>', 'the deployed stage that the query is for', plain, 'dev')
    .exitOverride()
    .parse([...words], { from: 'user' })
    .opts<Flags>();

const run = async (): Promise<void> => {
  const { request, data, stage } = flagsOf(process.argv.slice(2));
  const folder = logFolderOf(data);
  const found = about(await readLogFolder(folder), request);
  if (found.length === 0) console.log(`No line of ${folder} is about request ${request}.`);
  for (const one of found) console.log(one);
  const query = insightsQuery(request);
  console.log(`\nOf a deployed stage, in Logs Insights over the log groups of the stack (the last day):\n\n${query}\n`);
  console.log(`${insightsCommand(stage, query)}\n`);
  console.log('Its answer names a query id: aws logs get-query-results --query-id <id>');
};
process.exitCode = await run().then(
  () => 0,
  (error: unknown) => {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(error);
    return 1;
  },
);
