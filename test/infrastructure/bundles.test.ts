import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENV } from '../../adapters/runtime/environment.ts';
import { STRATEGY_V2_0 } from '../../core/scoring/strategy.ts';
import { proxyEvent } from '../../local/proxy-event.ts';
import type { Bundle } from '../../lib/bundle.ts';
import { bundleService, HANDLERS } from '../../lib/task-center-app.ts';
import { IS_LONG } from '../integration/random.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
let bundle: Bundle;
beforeAll(() => {
  bundle = bundleService(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Those of one resource load much the same: the first of each will do where time is short. */
const LOADED = HANDLERS.filter((handler, at) => IS_LONG || handler.split('/')[0] !== HANDLERS[at - 1]?.split('/')[0]);
const fileOf = (handler: string): string => join(bundle.folderOf(handler), 'index.mjs');

/** As Lambda sets it, with credentials that open nothing. */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  [ENV.tableName]: 'tasks',
  [ENV.stage]: 'dev',
  [ENV.logLevel]: 'INFO',
  [ENV.identityMode]: 'oidc',
  [ENV.oidcIssuer]: 'https://issuer.example.com',
  [ENV.oidcAudience]: 'task-center',
  [ENV.cursorSecretId]: 'cursor',
  [ENV.eventBusName]: 'bus',
  [ENV.corsOrigins]: 'https://app.example.com',
};

/** Runs a module text in a Node process of its own, and reads the JSON lines that it writes. */
const inNode = async (
  source: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly unknown[]> => {
  const script = join(folder, `script-${randomUUID()}.mjs`);
  writeFileSync(script, source);
  const { stdout } = await run(process.execPath, [script], { env: { ...ENVIRONMENT, ...environment } });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
};

const metafileSchema = z.object({
  outputs: z.record(
    z.string(),
    z.object({
      imports: z.array(z.object({ path: z.string(), kind: z.string() })),
      inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })),
    }),
  ),
});
const answerSchema = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

interface Asked {
  readonly handler: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly environment?: Readonly<Record<string, string>>;
  /** How often the same process is asked. */
  readonly times?: number;
}

/** Calls a bundle with a request, as API Gateway does: its last answer, and the lines of its log. */
const call = async ({ handler, method = 'GET', path, body, environment = {}, times = 1 }: Asked) => {
  const event = proxyEvent(
    {
      requestId: 'request-1',
      receivedAt: new Date(0),
      method,
      path,
      query: '',
      rawHeaders: ['Origin', 'https://app.example.com'],
      body: body === undefined ? '' : JSON.stringify(body),
      sourceIp: '192.0.2.1',
      port: 443,
    },
    { resource: path, pathParameters: {} },
    { sub: 'user-1', tenant_id: 'tenant-1', permissions: '["*"]', cursor_key: 'key' },
  );
  const source = `
    import { handler } from ${JSON.stringify(pathToFileURL(fileOf(handler)).href)};
    let answer;
    for (let time = 0; time < ${times}; time += 1)
      answer = await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 28_000 });
    process.stdout.write('\\n' + JSON.stringify(answer) + '\\n');
  `;
  const lines = await inNode(source, environment);
  return { answer: answerSchema.parse(lines.at(-1)), log: lines.slice(0, -1) };
};

/** Stands in for DynamoDB: answers each request with the next of the answers given, then with `{}`. */
const withTable = async <T>(
  answers: readonly object[],
  work: (endpoint: string, seen: readonly IncomingHttpHeaders[]) => Promise<T>,
): Promise<T> => {
  const seen: IncomingHttpHeaders[] = [];
  const table = createServer((request, response) => {
    const answer = answers[seen.length] ?? {};
    seen.push(request.headers);
    response.statusCode = '__type' in answer ? 400 : 200;
    response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => table.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(table.address() as AddressInfo).port}`, seen);
  } finally {
    table.close();
  }
};

describe('the bundles', () => {
  it('leave out what a function never runs', () => {
    const { outputs } = metafileSchema.parse(JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')));
    const files = Object.values(outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => file);
    expect(files).toContain('node_modules/zod/v4/locales/en.js');
    // The locales but one come with a named import of zod; the rest with a wrong import of our own.
    const forbidden = /zod\/v4\/locales\/(?!en\.js)|nested-clients|client-sso|client-sts|aws-cdk|node_modules\/esbuild/;
    expect(files.filter((file) => forbidden.test(file))).toEqual([]);
    expect(files.filter((file) => /^(test|local|bench|bin|lib)\//.test(file))).toEqual([]);
    // What is missing may be missing: it is imported when it is needed, which never happens.
    const missing = Object.values(outputs)
      .flatMap(({ imports }) => imports)
      .filter(({ path }) => !isBuiltin(path));
    expect(missing.filter(({ kind }) => kind !== 'dynamic-import')).toEqual([]);
    expect(missing.length).toBeGreaterThan(0);
  });

  it('of the planner alone carries HiGHS, and plans in a thread of itself', async () => {
    const { outputs } = metafileSchema.parse(JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')));
    const carrying = Object.entries(outputs).filter(([, { inputs }]) => 'node_modules/highs/build/highs.mjs' in inputs);
    expect(carrying.map(([file]) => file)).toEqual([expect.stringMatching(/plans\/solve\/index\.mjs$/)]);
    const { weights, caps, version } = STRATEGY_V2_0;
    const snapshot = {
      ...{ tasks: [], left_out: [], people: [], equipment: [], tallies: [], strategy: { weights, caps, version } },
    };
    const work = { purpose: 'plan', effort: 'quick', snapshot };
    const [solved] = await inNode(`
      import { Worker } from 'node:worker_threads';
      const workerData = { ...${JSON.stringify(work)}, stopped: new SharedArrayBuffer(4) };
      const worker = new Worker(new URL(${JSON.stringify(pathToFileURL(fileOf('plans/solve')).href)}), { workerData });
      worker.on('message', ({ solved }) => {
        if (solved === undefined) return;
        console.log(JSON.stringify(solved.outcome.solver));
        void worker.terminate();
      });
    `);
    expect(solved).toMatchObject({ name: 'search+highs' });
  });

  it('of the authorizer of an OIDC stage carries no client of the table', () => {
    const source = readFileSync(fileOf('identity/oidc-authorizer'), 'utf8');
    expect(source).not.toContain('DynamoDB_20120810');
    expect(readFileSync(fileOf('tasks/create'), 'utf8')).toContain('DynamoDB_20120810');
  });

  it('have their source maps beside them', () => {
    expect(HANDLERS.filter((handler) => !existsSync(`${fileOf(handler)}.map`))).toEqual([]);
  });

  it('load in Node, each with a handler', async () => {
    const files = LOADED.map((handler) => [handler, pathToFileURL(fileOf(handler)).href]);
    const source = `
      const kinds = [];
      for (const [handler, url] of ${JSON.stringify(files)}) {
        const { handler: loaded } = await import(url);
        kinds.push([handler, typeof loaded]);
      }
      process.stdout.write(JSON.stringify(kinds) + '\\n');
    `;
    expect((await inNode(source)).at(-1)).toEqual(LOADED.map((handler) => [handler, 'function']));
  });
});

describe('a bundle that is called', () => {
  it('answers without a table where it needs none, with the headers that let a page read it', async () => {
    const { answer } = await call({ handler: 'health/healthz', path: '/healthz' });
    expect(answer).toMatchObject({ statusCode: 200, body: '{"status":"ok"}' });
    expect(answer.headers).toMatchObject({
      'Access-Control-Allow-Origin': 'https://app.example.com',
      Vary: 'Origin',
      'X-Request-Id': 'request-1',
    });
  });

  it('answers with the document of the API, which is part of it', async () => {
    const { answer } = await call({ handler: 'health/openapi', path: '/openapi.json' });
    expect(answer.statusCode).toBe(200);
    const document = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
    expect(JSON.parse(answer.body)).toEqual(JSON.parse(document));
  });

  it('says in the log which request waited for its start: the first of the process', async () => {
    const { log } = await call({ handler: 'health/healthz', path: '/healthz', times: 3 });
    const starts = log.map((line) => z.looseObject({ cold_start: z.boolean().optional() }).parse(line).cold_start);
    expect(starts).toEqual([true, undefined, undefined]);
  });

  it('signs its requests to the table with the credentials of its environment', async () => {
    await withTable([], async (endpoint, seen) => {
      const environment = { [ENV.dynamodbEndpoint]: endpoint };
      const { answer } = await call({ handler: 'health/readyz', path: '/readyz', environment });
      expect(answer).toMatchObject({ statusCode: 200, body: '{"status":"ready"}' });
      expect(seen).toEqual([
        expect.objectContaining({
          authorization: expect.stringMatching(
            /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/dynamodb\//,
          ),
          'x-amz-security-token': 'session',
          'x-amz-target': 'DynamoDB_20120810.GetItem',
        }),
      ]);
    });
  });

  it.each([
    ['ProvisionedThroughputExceededException', 429, 'throttled'],
    ['ResourceNotFoundException', 500, 'internal_error'],
  ])('knows an error of the table by its name: %s', async (name, status, code) => {
    const refusals = Array.from({ length: 30 }, () => ({ __type: `com.amazonaws.dynamodb.v20120810#${name}` }));
    await withTable(refusals, async (endpoint) => {
      const environment = { [ENV.dynamodbEndpoint]: endpoint };
      const { answer, log } = await call({ handler: 'types/list', path: '/api/task-center/types', environment });
      expect(answer.statusCode).toBe(status);
      expect(JSON.parse(answer.body)).toMatchObject({ code });
      if (status === 500) expect(log).toEqual([expect.objectContaining({ error: expect.objectContaining({ name }) })]);
    });
  });

  it('logs the request and what it cost as one line, and its metrics as another', async () => {
    const conflict = {
      __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
    };
    await withTable([conflict], async (endpoint, seen) => {
      const { answer, log } = await call({
        handler: 'types/create',
        method: 'POST',
        path: '/api/task-center/types',
        body: { code: 'SURVEY', name: 'Survey' },
        environment: { [ENV.dynamodbEndpoint]: endpoint },
      });
      expect(answer.statusCode).toBe(201);
      expect(seen).toHaveLength(2);
      expect(log).toEqual([
        expect.objectContaining({
          level: 'INFO',
          service: 'task-center',
          stage: 'dev',
          request_id: 'request-1',
          tenant_id: 'tenant-1',
          user_id: 'user-1',
          operation: 'createTaskType',
          status: 201,
          calls: 2,
          retries: 1,
        }),
        expect.objectContaining({
          _aws: expect.objectContaining({
            CloudWatchMetrics: [
              {
                Namespace: 'TaskCenter',
                Dimensions: [['stage']],
                Metrics: [{ Name: 'CommitRetries', Unit: 'Count' }],
              },
            ],
          }),
          stage: 'dev',
          CommitRetries: 1,
        }),
      ]);
    });
  });
});
