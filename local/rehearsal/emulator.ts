import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startGuarded, type GuardedProcess, type Variables } from '../guarded-process.ts';
import { freePort } from '../port.ts';

const READY_MS = 60_000;

/** Key and secret of the account's root; CDK keeps which account a key belongs to, in a folder of the rehearsal. */
const KEY = { AWS_ACCESS_KEY_ID: 'AKIAREHEARSALREHEARS', AWS_SECRET_ACCESS_KEY: 'rehearsal' } as const;
export const ACCOUNT = '000000000000';
const REGION = 'us-east-1';

/** What the inner process of the rehearsal is told by the outer one. */
export interface Settings {
  /** Removed at the end. */
  readonly folder: string;
  /** What the emulator and the commands say. */
  readonly log: string;
  readonly emulator: string;
  readonly nodeFolder: string;
  readonly cert: string;
  readonly key: string;
  readonly plant?: string;
}

export interface Emulator {
  readonly url: string;
  /** What makes a process take the emulator for AWS. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Nothing of the user's own AWS configuration may reach a rehearsal, nor the rehearsal the user's accounts. */
export const withoutAccounts = (variables: Variables): Variables => ({
  ...Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('AWS_'))),
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  // Node 20 may run the CDK and the smoke test; the SDK would greet each start with a paragraph.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/_ministack/ready`, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );

const waitUntilReady = async (url: string, process: GuardedProcess): Promise<void> => {
  const deadline = Date.now() + READY_MS;
  while (!(await isReady(url))) {
    if (process.hasEnded()) throw new Error(`The emulator ended while it started: ${process.lastWords()}`);
    if (Date.now() > deadline) throw new Error(`The emulator was not ready within ${READY_MS / 1_000} s.`);
    await delay(100);
  }
};

/**
 * Starts the emulator with signatures and IAM on, over TLS, and with a Node process for each function. It cannot outlive
 * this process, and its temporary files go with it. `onLine` sees its log.
 */
export const startEmulator = async (settings: Settings, onLine: (line: string) => void): Promise<Emulator> => {
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const scratch = join(settings.folder, 'emulator');
  const guarded = startGuarded(
    { command: settings.emulator, args: [], scratch, directory: scratch, tellsAll: true },
    {
      ...process.env,
      ...KEY,
      // Anywhere else it would leave the code of the functions behind.
      TMPDIR: scratch,
      PATH: `${settings.nodeFolder}:${process.env['PATH'] ?? ''}`,
      AUTH: 'true',
      USE_SSL: '1',
      MINISTACK_SSL_CERT: settings.cert,
      MINISTACK_SSL_KEY: settings.key,
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      MINISTACK_REGION: REGION,
      NODE_EXTRA_CA_CERTS: settings.cert,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      LAMBDA_EXECUTOR: 'local',
    },
    onLine,
  );
  try {
    await waitUntilReady(url, guarded);
  } catch (error) {
    await guarded.stop();
    throw error;
  }
  return {
    url,
    environment: {
      ...KEY,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_S3: url,
      AWS_CA_BUNDLE: settings.cert,
      NODE_EXTRA_CA_CERTS: settings.cert,
      CDK_HOME: join(settings.folder, 'cdk'),
      NO_PROXY: '127.0.0.1',
      no_proxy: '127.0.0.1',
    },
    stop: () => guarded.stop(),
  };
};
