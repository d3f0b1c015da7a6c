/**
 * The rehearsal itself, in a process of its own that trusts the certificate of the emulator: `local/rehearse.ts` makes
 * the certificate, starts this with the settings as JSON, and cleans up after it.
 */
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { ENV } from '../../adapters/runtime/environment.ts';
import { openEventProbe } from '../event-probe.ts';
import { alarmsOfOneMetric, editTemplates, makeNextVersion, readTemplate, secretsByAttribute } from './assembly.ts';
import { checkOutBase } from './base.ts';
import { makeCommands, type Commands } from './commands.ts';
import { ACCOUNT, startEmulator, type Emulator, type Settings } from './emulator.ts';
import { isPlantName, PLANTS } from './plants.ts';
import { startTraffic } from './traffic.ts';

const STACK = 'task-center-dev';
/** Deployed beside it: everything that a protected stage has, and that it cannot be destroyed by mistake. */
const PROTECTED = 'task-center-prod';
const EVENTS_MS = 60_000;

const outputsSchema = z.record(z.string(), z.record(z.string(), z.string()));
type Outputs = Readonly<Record<string, string>>;

interface Rehearsal extends Commands {
  readonly folder: string;
  readonly assembly: string;
  readonly emulator: Emulator;
  readonly stage: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}

const outputsFile = (folder: string, stack: string): string => join(folder, `${stack}.outputs.json`);

/** What the last deployment of a stack said. */
const outputsOf = async ({ folder }: Rehearsal, stack: string): Promise<Outputs> =>
  outputsSchema.parse(JSON.parse(await readFile(outputsFile(folder, stack), 'utf8')))[stack] ?? {};

const deploy = async (rehearsal: Rehearsal, assembly: string, stack: string): Promise<Outputs> => {
  const { cdk, folder } = rehearsal;
  const choice = ['--require-approval', 'never', '--progress', 'events', '--outputs-file', outputsFile(folder, stack)];
  await cdk(['deploy', stack, '--app', assembly, ...choice]);
  const outputs = await outputsOf(rehearsal, stack);
  const promised = Object.keys((await readTemplate(join(assembly, `${stack}.template.json`))).Outputs);
  const empty = promised.filter((name) => (outputs[name] ?? '') === '');
  if (empty.length > 0) throw new Error(`${stack} has outputs without a value: ${empty.join(', ')}.`);
  return outputs;
};

const required = (outputs: Outputs, name: string): string => {
  const value = outputs[name];
  if (value === undefined) throw new Error(`The stack has no output ${name}.`);
  return value;
};

/** The emulator answers for an API at a path of its own; the output names AWS's host. */
const addressOf = (emulator: Emulator, outputs: Outputs): string => {
  const { hostname, pathname } = new URL(required(outputs, 'ApiUrl'));
  return `${emulator.url}/restapis/${hostname.split('.')[0] ?? ''}${pathname.replace(/\/$/, '')}/_user_request_`;
};

const bootstrapKeyOf = async (outputs: Outputs): Promise<string> => {
  const client = new SecretsManagerClient({});
  const SecretId = required(outputs, 'BootstrapSecretArn');
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
  client.destroy();
  return SecretString ?? '';
};

const smoke = async ({ script, emulator }: Rehearsal, outputs: Outputs, ...flags: string[]): Promise<void> =>
  script(['local/demo.ts', '--smoke', ...flags], {
    APP_BASE_URL: addressOf(emulator, outputs),
    BOOTSTRAP_KEY: await bootstrapKeyOf(outputs),
    [ENV.eventBusName]: required(outputs, 'EventBusName'),
  });

/** Today's version, or where the clone has it the one that wrote the fixture of the upgrade test: its data must live on. */
const synthBase = async ({ cdk, folder, assembly, stage }: Rehearsal): Promise<string> => {
  const sources = await checkOutBase(folder);
  if (sources === undefined)
    return stage('no earlier version in this clone: its own next one is deployed over it', () =>
      Promise.resolve(assembly),
    );
  const base = join(folder, 'base-assembly');
  await stage('synth of the version that it is deployed over', async () => {
    await cdk(['synth', '--quiet', '-c', 'stage=all', '-c', 'identity=builtin', '--output', base], sources);
    await editTemplates(base, [secretsByAttribute, alarmsOfOneMetric]);
  });
  return base;
};

/** Deploys the next version while requests run: none may be lost, and what fails must succeed when it is sent again. */
const upgrade = async (rehearsal: Rehearsal, outputs: Outputs): Promise<string> => {
  const next = join(rehearsal.folder, 'next');
  await makeNextVersion(rehearsal.assembly, next);
  const traffic = await startTraffic(addressOf(rehearsal.emulator, outputs), await bootstrapKeyOf(outputs));
  const probe = await openEventProbe({ busName: required(outputs, 'EventBusName'), tenantId: traffic.tenantId });
  try {
    traffic.moveTo(addressOf(rehearsal.emulator, await deploy(rehearsal, next, STACK)));
    const { requests, mended, taskIds } = await traffic.stop();
    // The probe was opened after the first of them.
    const late = taskIds.slice(-Math.ceil(taskIds.length / 2));
    const missingOf = (arrived: readonly { readonly task_id?: string | undefined }[]): readonly string[] => {
      const told = new Set(arrived.map(({ task_id }) => task_id));
      return late.filter((id) => !told.has(id));
    };
    const missing = missingOf(await probe.collect((arrived) => missingOf(arrived).length === 0, EVENTS_MS));
    if (missing.length > 0) throw new Error(`${missing.length} tasks have no event, such as ${missing[0] ?? ''}.`);
    return `${requests} requests, ${taskIds.length} tasks, none lost; ${mended} requests had to be sent again`;
  } finally {
    await probe.close();
  }
};

/** A stack that is protected must not go. */
const refuseToDestroy = async ({ cdk, assembly }: Rehearsal): Promise<void> => {
  const isGone = await cdk(['destroy', PROTECTED, '--app', assembly, '--force']).then(
    () => true,
    () => false,
  );
  if (isGone) throw new Error(`${PROTECTED} could be destroyed.`);
};

const rehearse = async (rehearsal: Rehearsal, plant: string | undefined): Promise<void> => {
  const { assembly, cdk, stage } = rehearsal;
  await stage('synth', async () => {
    await cdk(['synth', '--quiet', '-c', 'stage=all', '-c', 'identity=builtin', '--output', assembly]);
    await editTemplates(assembly, [secretsByAttribute, alarmsOfOneMetric]);
    if (plant === undefined) return 'dev and prod';
    if (!isPlantName(plant) || (await editTemplates(assembly, [PLANTS[plant]])) === 0)
      throw new Error(`The fault "${plant}" found no place in the templates.`);
    return `with the planted fault "${plant}"`;
  });
  const first = await synthBase(rehearsal);
  await stage('bootstrap', () => cdk(['bootstrap', '--app', assembly, `aws://${ACCOUNT}/us-east-1`]));
  const outputs = await stage(`deploy ${STACK}`, () => deploy(rehearsal, first, STACK));
  await stage('deploy the next version under traffic', () => upgrade(rehearsal, outputs));
  const upgraded = await outputsOf(rehearsal, STACK);
  await stage('smoke --full, events included', () => smoke(rehearsal, upgraded, '--full'));
  const beside = await stage(`deploy ${PROTECTED} beside it`, () => deploy(rehearsal, assembly, PROTECTED));
  await stage('smoke', () => smoke(rehearsal, beside));
  await stage(`destroy ${STACK}`, () => cdk(['destroy', STACK, '--app', assembly, '--force']));
  await stage(`${PROTECTED} refuses to be destroyed`, () => refuseToDestroy(rehearsal));
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`.padStart(8);

const run = async (settings: Settings): Promise<number> => {
  const { folder, plant } = settings;
  const log = createWriteStream(settings.log);
  const onLine = (line: string): void => void log.write(`${line}\n`);
  const wish = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => wish.abort());
  const started = performance.now();
  const stage = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    wish.signal.throwIfAborted();
    const begun = performance.now();
    onLine(`--- ${title}`);
    const result = await work();
    const said = typeof result === 'string' ? `: ${result}` : '';
    console.error(`${seconds(performance.now() - begun)}  ${title}${said}`);
    return result;
  };
  let emulator: Emulator | undefined;
  try {
    const running = await stage('start the emulator', () => startEmulator(settings, onLine));
    emulator = running;
    Object.assign(process.env, running.environment);
    const commands = makeCommands(wish.signal, onLine);
    await rehearse({ ...commands, folder, assembly: join(folder, 'assembly'), emulator, stage }, plant);
    console.error(`${seconds(performance.now() - started)}  in all: the rehearsal went well`);
    return 0;
  } catch (error) {
    if (wish.signal.aborted) return 130;
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await emulator?.stop();
    log.end();
  }
};

process.exitCode = await run(JSON.parse(process.argv[2] ?? '') as Settings);
