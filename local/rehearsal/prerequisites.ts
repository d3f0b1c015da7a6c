import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The emulator, from PyPI. */
const EMULATOR = { name: 'ministack', version: '1.5.33' } as const;
/** The Node that Lambda runs (`nodejs24.x`), from npm; no dependency of the project. */
const NODE = { name: 'node', version: '24.21.0' } as const;
const PYTHON_MIN = [3, 10] as const;
const INSTALL_MS = 300_000;
/** A busy machine is not one that lacks something. */
const PROBE_MS = 60_000;

export const CACHE = fileURLToPath(new URL('../../.cache/rehearsal', import.meta.url));

export interface Tools {
  /** The program of the emulator. */
  readonly emulator: string;
  /** The folder of the Node that runs the functions. */
  readonly nodeFolder: string;
}

const NAME = 'MissingPrerequisite';

/** The machine lacks what the rehearsal needs: one line, and no verdict on the project. */
const missing = (sentence: string): Error => {
  const error = new Error(sentence);
  error.name = NAME;
  return error;
};

export const isMissingPrerequisite = (error: unknown): error is Error => error instanceof Error && error.name === NAME;

const execute = promisify(execFile);

const outputOf = async (command: string, args: readonly string[], timeout = PROBE_MS): Promise<string> =>
  (await execute(command, [...args], { timeout })).stdout.trim();

const attempt = (command: string, args: readonly string[]): Promise<string | undefined> =>
  outputOf(command, args).catch(() => undefined);

/** The last line that an installer said. */
const lastWords = (error: unknown): string => {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  return said.trim().split('\n').at(-1) ?? '';
};

const findPython = async (): Promise<string> => {
  const isRecent = `import sys; print(sys.version_info >= ${JSON.stringify(PYTHON_MIN).replace('[', '(').replace(']', ')')})`;
  for (const command of ['python3', 'python']) {
    if ((await attempt(command, ['-c', isRecent])) === 'True') return command;
  }
  throw missing(`Python ${PYTHON_MIN.join('.')} or newer is not installed.`);
};

/** The emulator in a virtual environment of its own. */
const installEmulator = async (): Promise<string> => {
  const folder = join(CACHE, 'python');
  const python = join(folder, 'bin/python');
  const version = `from importlib.metadata import version; print(version("${EMULATOR.name}"))`;
  const program = join(folder, 'bin', EMULATOR.name);
  if ((await attempt(python, ['-c', version])) === EMULATOR.version) return program;
  const system = await findPython();
  try {
    await outputOf(system, ['-m', 'venv', '--clear', folder], INSTALL_MS);
    const pinned = `${EMULATOR.name}==${EMULATOR.version}`;
    await outputOf(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', pinned], INSTALL_MS);
  } catch (error) {
    throw missing(`pip cannot install ${EMULATOR.name} ${EMULATOR.version}: ${lastWords(error)}`);
  }
  return program;
};

const findNode = async (): Promise<string> => {
  const major = NODE.version.split('.')[0];
  if (process.versions.node.split('.')[0] === major) return dirname(process.execPath);
  const folder = join(CACHE, 'node');
  const bin = join(folder, 'node_modules/node/bin');
  if ((await attempt(join(bin, 'node'), ['--version'])) === `v${NODE.version}`) return bin;
  try {
    await mkdir(folder, { recursive: true });
    // Its install script fetches nothing: it links the package of this platform.
    const project = { private: true, allowScripts: { [NODE.name]: true } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(project));
    const pinned = `${NODE.name}@${NODE.version}`;
    await outputOf('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', pinned], INSTALL_MS);
  } catch (error) {
    throw missing(`npm cannot install ${NODE.name} ${NODE.version}: ${lastWords(error)}`);
  }
  if (!existsSync(join(bin, 'node'))) throw missing(`The npm package ${NODE.name} has no build for this machine.`);
  return bin;
};

/**
 * Finds, or fetches into `.cache/`, what the rehearsal runs on. Throws an error with one sentence (see
 * `isMissingPrerequisite`) when this machine cannot have it.
 */
export const prepareTools = async (): Promise<Tools> => {
  if ((await attempt('openssl', ['version'])) === undefined) throw missing('openssl is not installed.');
  return { emulator: await installEmulator(), nodeFolder: await findNode() };
};

/** A certificate for 127.0.0.1, of a day: the templates refuse requests without TLS. */
export const makeCertificate = async (folder: string): Promise<{ readonly cert: string; readonly key: string }> => {
  const [cert, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
  const pair = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const kind = ['-x509', ...pair, '-days', '1', '-subj', '/CN=rehearsal', '-addext', names];
  await outputOf('openssl', ['req', ...kind, '-keyout', key, '-out', cert]);
  return { cert, key };
};
