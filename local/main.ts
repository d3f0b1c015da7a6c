import { CommanderError } from 'commander';
import type { Arguments } from './arguments.ts';
import { parseArguments } from './arguments.ts';
import { docsPage } from './docs-page.ts';
import { firstSteps } from './first-steps.ts';
import { requestLine } from './request-line.ts';
import { FIELD_USERNAME, makeSample, type SampleLogin } from './sample.ts';
import type { LocalServer } from './server.ts';
import { startLocalServer } from './server.ts';
import { isStartupError } from './startup-error.ts';

/** npm, tsx and the terminal each pass one Ctrl-C on: signals this close together are one wish. */
const SAME_WISH_MS = 1_000;

/** Set by npm for what it runs. */
const STARTED_BY_NPM = 'npm_lifecycle_event';
const PARENT_CHECK_MS = 500;

/** Calls back when the npm that started us is gone without a signal: nobody could stop us any more. */
const watchParent = (onGone: () => void): void => {
  if (process.env[STARTED_BY_NPM] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, PARENT_CHECK_MS).unref();
};

const welcome = (
  { url, database, eventsFile }: LocalServer,
  { inMemory, dataDirectory }: Arguments,
  sample: SampleLogin | undefined,
): string => {
  const kept =
    database.kind === 'external' ? '' : inMemory ? ', forgotten at the end' : `, kept in ${dataDirectory ?? ''}`;
  return [
    `Task Center is ready at ${url} (data: DynamoDB at ${database.endpoint}${kept}). Ctrl-C stops it.`,
    `Its API is described, and can be tried out, at ${url}/docs.`,
    ...(eventsFile === undefined ? [] : [`Each change is a line of ${eventsFile} too.`]),
    ...(sample === undefined
      ? [`The board is at ${url}/board.`, 'To a first token and a first task, in bash:', ...firstSteps(url)]
      : [
          `A sample is made. Open ${url}/board and sign in:`,
          `  tenant    ${sample.tenant_id}\n  name      ${sample.username}\n  password  ${sample.password}`,
          `Who carries tasks out sees their own day, on a phone too: sign in as ${FIELD_USERNAME}, with the same tenant and password.`,
        ]),
    '',
  ].join('\n\n');
};

/** Says what went wrong, and answers the exit code. */
const explain = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode;
  console.error(isStartupError(error) ? error.message : error);
  return 1;
};

const run = async (): Promise<number> => {
  const settings = parseArguments(process.argv.slice(2), process.env);
  const wish = new AbortController();
  let wishedAt = 0;
  const stopWished = new Promise<number>((resolve) => {
    const stop = (): void => {
      wish.abort();
      resolve(0);
    };
    watchParent(stop);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (wish.signal.aborted && Date.now() - wishedAt > SAME_WISH_MS) process.exit(1);
        wishedAt ||= Date.now();
        stop();
      });
    }
  });

  try {
    const onRefused = requestLine(process.env, process.stdout);
    const pages = { '/docs': docsPage };
    const server = await startLocalServer({ ...settings, pages, onRefused, signal: wish.signal });
    const sample = settings.sample === true ? await makeSample(server.url, settings.dataDirectory) : undefined;
    console.log(welcome(server, settings, sample));
    const lost = server.database.exited.then((sentence) => {
      if (!wish.signal.aborted) console.error(sentence);
      return 1;
    });
    const exitCode = await Promise.race([stopWished, lost]);
    await server.stop();
    return exitCode;
  } catch (error) {
    // A start that was given up because of a signal did what was wished.
    return wish.signal.aborted ? 0 : explain(error);
  }
};

process.exit(await run().catch(explain));
