import { afterAll, beforeAll, expect, it } from 'vitest';
import { docsPage } from '../../local/docs-page.ts';
import type { RunningGateway } from '../../local/gateway.ts';
import { startGateway } from '../../local/gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway({
    contracts: [],
    authorizer: () => Promise.reject(new Error('Unauthorized')),
    handlerOf: () => Promise.reject(new Error('There is none')),
    host: '127.0.0.1',
    port: 0,
    pages: { '/docs': docsPage },
  });
});
afterAll(() => gateway.close());

const get = (path: string): Promise<Response> => fetch(`${gateway.url}${path}`);

it('shows the document that the service serves, with nothing from elsewhere', async () => {
  const page = await get('/docs');
  const html = await page.text();
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");

  const assets = [...html.matchAll(/(?:src|href)="(?<path>[^"]*)"/g)].map(({ groups }) => groups?.['path'] ?? '');
  expect(assets).toContain('/docs/swagger-ui-bundle.js');
  for (const asset of assets) {
    expect(asset).toMatch(/^\/docs\//);
    const answer = await get(asset);
    expect(answer.status, asset).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0);
  }
  expect(await (await get('/docs/start.js')).text()).toContain("'/openapi.json'");
});

it.each(['/docs/package.json', '/docs/..%2fpackage.json', '/docs/constructor', '/docs/swagger-ui-bundle.js.map'])(
  'serves nothing else: %s',
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);
