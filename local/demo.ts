import { randomBytes } from 'node:crypto';
import { Command, CommanderError } from 'commander';
import { ENV } from '../adapters/runtime/environment.ts';
import { cleanUp } from './demo/clean-up.ts';
import { tellEquipment } from './demo/equipment.ts';
import { tellEvents } from './demo/events.ts';
import { tellDayPlan } from './demo/day-plan.ts';
import { isMismatch } from './demo/expectation.ts';
import { tellLifecycle } from './demo/lifecycle.ts';
import { tellMainJob } from './demo/main-job.ts';
import { makeNarrator } from './demo/narrator.ts';
import { tellOpening } from './demo/opening.ts';
import { tellPlanning } from './demo/planning.ts';
import type { Made } from './demo/stage.ts';
import { startLocalServer } from './server.ts';
import { isStartupError, startupError } from './startup-error.ts';

interface Flags {
  readonly full?: true;
  readonly smoke?: true;
}

const flagsOf = (words: readonly string[]): Flags =>
  new Command('npm run demo --')
    .description('Walks through the main job of the API, and checks every answer')
    .option(
      '--full',
      'add the whole life of a task (approval, checklist, attachment, comments, archive), and planning ahead: preview, exclusion, flip, replay, reschedule, a day planned at once',
    )
    .option('--smoke', 'demand APP_BASE_URL, and put away what was made')
    .addHelpText(
      'after',
      '\nAPP_BASE_URL names the server; without it the demo starts its own, in memory.' +
        '\nThere, SMOKE_TOKEN is used when given (it needs the permission *, or identity.write, mission.* and' +
        '\nregistry.write); else a tenant is made, with BOOTSTRAP_KEY where the server demands it.' +
        '\nEVENT_BUS_NAME, with AWS credentials in the environment, adds the check that events reach a consumer.',
    )
    .exitOverride()
    .parse([...words], { from: 'user' })
    .opts<Flags>();

/** An empty variable counts as absent, as CI systems pass them. */
const variable = (name: string): string | undefined => {
  const value = process.env[name]?.trim();
  return value === '' ? undefined : value;
};

interface Server {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const ownServer = (): Promise<Server> => {
  // One line for every request would drown the story.
  process.env[ENV.logLevel] ??= 'WARN';
  return startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
};

const serverAt = (url: string): Server => {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) throw startupError(`APP_BASE_URL is not an address: "${url}".`);
  return { url, stop: async () => undefined };
};

const fail = (error: unknown): void => {
  if (isMismatch(error) || isStartupError(error)) console.error(`\n${error.message}`);
  else console.error(error);
};

/** Plays everything; answers whether every answer was the expected one. */
const play = async ({ url }: Server, { full, smoke }: Flags): Promise<boolean> => {
  const started = performance.now();
  const tell = makeNarrator(process.stdout, process.env);
  const suffix = randomBytes(4).toString('hex');
  const made: Made = { tasks: [], users: [], assets: [] };
  const isRemote = variable('APP_BASE_URL') !== undefined;
  console.log(`Task Center at ${url}`);

  const { client, adminId } = await tellOpening({
    baseUrl: url,
    tell,
    suffix,
    token: isRemote ? variable('SMOKE_TOKEN') : undefined,
    bootstrapKey: isRemote ? variable('BOOTSTRAP_KEY') : undefined,
  });
  const stage = { client, tell, suffix, made };
  const failures: unknown[] = [];
  try {
    const job = await tellMainJob(stage);
    if (full === true) {
      await tellLifecycle(stage, job);
      await tellPlanning(stage, job);
      await tellEquipment(stage, job);
      await tellDayPlan(stage, job);
    }
    const busName = isRemote ? variable(ENV.eventBusName) : undefined;
    if (busName !== undefined) await tellEvents(stage, job, busName);
  } catch (error) {
    failures.push(error);
  }
  if (smoke === true) failures.push(...(await cleanUp(stage, adminId)));
  for (const failure of failures) fail(failure);

  const { steps, requests } = tell.counts();
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  const told = `${steps} steps, ${requests} requests, ${seconds} s`;
  if (failures.length === 0) console.log(`\nEvery answer was the expected one (${told}).`);
  else console.error(`\nFailed (${told}).`);
  return failures.length === 0;
};

const run = async (): Promise<number> => {
  const flags = flagsOf(process.argv.slice(2));
  const baseUrl = variable('APP_BASE_URL');
  if (flags.smoke === true && baseUrl === undefined)
    throw startupError('The smoke test needs APP_BASE_URL, the address of the service.');
  const server = baseUrl === undefined ? await ownServer() : serverAt(baseUrl);
  try {
    return (await play(server, flags)) ? 0 : 1;
  } finally {
    await server.stop();
  }
};

process.exitCode = await run().catch((error: unknown) => {
  if (error instanceof CommanderError) return error.exitCode;
  fail(error);
  return 1;
});
