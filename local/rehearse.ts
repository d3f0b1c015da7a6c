import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, Option } from 'commander';
import { startGuarded } from './guarded-process.ts';
import { withoutAccounts, type Settings } from './rehearsal/emulator.ts';
import { PLANTS } from './rehearsal/plants.ts';
import { CACHE, isMissingPrerequisite, makeCertificate, prepareTools } from './rehearsal/prerequisites.ts';

/** This machine cannot rehearse: that is no verdict on the project. */
const DID_NOT_RUN = 3;

const plantOf = (words: readonly string[]): string | undefined =>
  new Command('npm run rehearse --')
    .description('Deploys the stacks to an emulator of AWS, calls them, updates them under traffic and destroys them')
    .addOption(new Option('--plant <fault>', 'plant a fault, which must end it').choices(Object.keys(PLANTS)))
    .addHelpText(
      'after',
      `\nExit code: 0 when all went well, ${DID_NOT_RUN} when this machine lacks what it needs, else 1.`,
    )
    .exitOverride()
    .parse([...words], { from: 'user' })
    .opts<{ readonly plant?: string }>().plant;

const run = async (): Promise<number> => {
  const plant = plantOf(process.argv.slice(2));
  const tools = await prepareTools();
  // Not below the project: its package.json would make modules of the emulator's own scripts.
  const folder = await mkdtemp(join(tmpdir(), 'task-center-rehearsal-'));
  try {
    const log = join(CACHE, 'last.log');
    const settings: Settings = {
      log,
      folder,
      ...tools,
      ...(await makeCertificate(folder)),
      ...(plant === undefined ? {} : { plant }),
    };
    const inner = fileURLToPath(new URL('rehearsal/run.ts', import.meta.url));
    const guarded = startGuarded(
      { command: process.execPath, args: ['--import', 'tsx', inner, JSON.stringify(settings)], scratch: folder },
      { ...withoutAccounts(process.env), NODE_EXTRA_CA_CERTS: settings.cert },
      (line) => console.log(line),
    );
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void guarded.stop());
    const code = (await guarded.ended) ?? 1;
    if (code !== 0) console.log(`What the emulator and the commands said is in ${log}`);
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

process.exitCode = await run().catch((error: unknown) => {
  if (error instanceof CommanderError) return error.exitCode;
  if (!isMissingPrerequisite(error)) {
    console.error(error);
    return 1;
  }
  console.log(`The rehearsal did not run: ${error.message}`);
  return DID_NOT_RUN;
});
