import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docsPage } from '../../local/docs-page.ts';
import { startGateway, type RunningGateway } from '../../local/gateway.ts';
import { documentText } from '../../local/openapi/text.ts';
import { browserPath, launch } from './chromium.ts';
import { visit } from './visit.ts';

describe.runIf(browserPath !== undefined)('the page of documents', () => {
  let gateway: RunningGateway;
  let browser: Browser;
  beforeAll(async () => {
    gateway = await startGateway({
      contracts: [],
      authorizer: () => Promise.reject(new Error('Unauthorized')),
      handlerOf: () => Promise.reject(new Error('There is none')),
      host: '127.0.0.1',
      port: 0,
      pages: {
        '/docs': docsPage,
        '/openapi.json': (_, response) => {
          response.writeHead(200, { 'Content-Type': 'application/json' }).end(documentText());
        },
      },
    });
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });

  it('sends no condition and no key of its own: who tries an operation out writes them or leaves them', async () => {
    const { page, complaints, close } = await visit(browser, gateway.url, '/docs');
    const operation = page.locator('#operations-dispatch-dispatchTask');
    await operation.locator('.opblock-summary').first().click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const field = (name: string) => operation.locator(`tr[data-param-name="${name}"] input`);
    // What an example prefills, and what nothing may.
    expect(await field('task_id').inputValue()).not.toBe('');
    for (const name of ['If-Match', 'Idempotency-Key']) expect(await field(name).inputValue(), name).toBe('');
    const [sent] = await Promise.all([
      page.waitForRequest((request) => request.method() === 'POST'),
      operation.getByRole('button', { name: 'Execute' }).click(),
    ]);
    const headers = await sent.allHeaders();
    expect(headers).toHaveProperty('content-type', 'application/json');
    expect(headers).not.toHaveProperty('if-match');
    expect(headers).not.toHaveProperty('idempotency-key');
    expect(complaints).toEqual([]);
    await close();
  });
});
