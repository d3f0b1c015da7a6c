import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENV } from '../../adapters/runtime/environment.ts';
import { DEPLOYED } from '../../functions/contracts.ts';
import { bundleService, makeApp } from '../../lib/task-center-app.ts';
import { gatewayRoutes } from '../../local/routing.ts';
import { runScript } from '../local/processes.ts';
import { openSamLocal, type SamLocal } from './sam-local.ts';

/** "sam local" as far as it goes without containers: docs/sam-local.md, step by step. */
const folder = mkdtempSync(join(tmpdir(), 'sam-'));
const template = join(folder, 'cdk.out/task-center-dev.template.json');
const envFile = join(folder, 'cdk.out/sam-env.json');
const endpoint = process.env[ENV.dynamodbEndpoint] ?? '';

/** `npm run sam:env` with the database of this test run, which is where the "containers" reach it, too. */
const writeEnvironment = async (...words: readonly string[]): Promise<{ code: number; said: string }> => {
  const options = ['--template', template, '--out', envFile, '--database', endpoint, '--from-container', endpoint];
  const child = runScript('local/sam-env.ts', [...options, ...words], { [ENV.tableName]: 'sam-local' });
  const [said, complaint, [code]] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { code, said: `${said}${complaint}` };
};

let sam: SamLocal;
let said: string;
beforeAll(async () => {
  const context = { samLocal: 'true', identity: 'builtin', 'aws:cdk:enable-asset-metadata': true };
  makeApp(() => bundleService(join(folder, 'functions')), {
    outdir: join(folder, 'cdk.out'),
    context,
    builtinCloudFormationValidation: false,
  }).synth();
  ({ said } = await writeEnvironment());
  sam = openSamLocal(readFileSync(template, 'utf8'), template, readFileSync(envFile, 'utf8'), folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the environment file for sam local', () => {
  it('holds what the functions need, for all of them, and is for its owner only', () => {
    expect(JSON.parse(readFileSync(envFile, 'utf8'))).toEqual({
      Parameters: {
        TABLE_NAME: 'sam-local',
        DYNAMODB_ENDPOINT: endpoint,
        STAGE: 'local',
        LOG_FORMAT: 'text',
        PASSWORD_MIN_LENGTH: '6',
        LOCAL_SECRETS: expect.stringContaining('signing'),
      },
    });
    expect(statSync(envFile).mode & 0o777).toBe(0o600);
  });

  it('comes with the command and the first requests', () => {
    expect(said).toContain(`sam local start-api \\\n  --template ${template} \\\n  --env-vars ${envFile}`);
    expect(said).toContain('curl -sS http://127.0.0.1:3000/api/identity/tenants');
  });

  it('is not written for a template that sam local could not run', async () => {
    const missing = await writeEnvironment('--template', join(folder, 'none.json'));
    expect([missing.code, missing.said]).toEqual([1, expect.stringContaining('-c samLocal=true -c identity=builtin')]);
    const file = join(folder, 'plain/task-center-dev.template.json');
    makeApp(() => ({ folderOf: () => join(folder, 'functions/health/healthz') }), {
      outdir: join(folder, 'plain'),
      context: { identity: 'builtin' },
      builtinCloudFormationValidation: false,
    }).synth();
    const plain = await writeEnvironment('--template', file);
    expect(plain).toEqual({ code: 1, said: expect.stringContaining('DYNAMODB_ENDPOINT, LOG_FORMAT, LOCAL_SECRETS') });
  });
});

describe('the template for sam local', () => {
  it('has every route, each with a function that its URI names', () => {
    expect(sam.routes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
      gatewayRoutes(DEPLOYED).toSorted(),
    );
    expect(sam.routes.filter((route) => route.function === '')).toEqual([]);
  });

  it('answers: a tenant, its admin, a token, and what the token opens', async () => {
    expect(await sam.call('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await sam.call('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });

    const tenant = await sam.call('POST', '/api/identity/tenants', { body: { name: 'First tenant' } });
    expect(tenant).toMatchObject({ status: 201, body: { name: 'First tenant' } });
    const { id: tenant_id } = tenant.body as { id: string };
    // The password of the first requests that are shown.
    expect(said).toContain('change-me');
    const credentials = { tenant_id, username: 'admin', password: 'change-me' };
    expect(await sam.call('POST', '/api/identity/bootstrap-admin', { body: credentials })).toMatchObject({
      status: 201,
    });
    const login = await sam.call('POST', '/api/identity/dev-login', { body: credentials });
    const { access_token } = login.body as { access_token: string };
    const token = `Bearer ${access_token}`;

    const types = '/api/task-center/types';
    expect((await sam.call('GET', types)).status).toBe(401);
    const type = await sam.call('POST', types, { token, body: { code: 'FIRST', name: 'First type' } });
    expect(type).toMatchObject({ status: 201, body: { code: 'FIRST', is_active: true } });
    // Lines for a terminal, not JSON; and no line of metrics.
    expect(type.log).toMatch(/^\S+ 201 POST \/api\/task-center\/types /m);
    expect(type.log).not.toContain('_aws');
    const task = await sam.call('GET', '/api/task-center/tasks/{task_id}', { token, parameters: { task_id: 'none' } });
    expect(task).toMatchObject({ status: 404, body: { code: 'task_not_found' } });
  });
});
