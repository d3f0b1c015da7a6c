import { createServer, type Server } from 'node:http';
import Provider from 'oidc-provider';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../local/port.ts';
import { startLocalServer, type LocalServer } from '../../local/server.ts';
import { browserPath, launch } from './chromium.ts';
import { visit } from './visit.ts';

const AUDIENCE = 'urn:task-center';
const CLIENT = 'board';

/**
 * A real issuer: authorization code with PKCE for a public client, access tokens as JWT for one audience. Any name and
 * password sign in; everybody is the administrator of the same tenant.
 */
const startIssuer = async (url: string, boardUrl: string): Promise<Server> => {
  const provider = new Provider(url, {
    clients: [
      {
        client_id: CLIENT,
        redirect_uris: [`${boardUrl}/board`],
        token_endpoint_auth_method: 'none',
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    clientBasedCORS: (_, origin) => origin === boardUrl,
    claims: { profile: ['preferred_username'] },
    conformIdTokenClaims: false,
    extraTokenClaims: () => ({ tenant_id: 'acme', permissions: ['*'] }),
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => Promise.resolve({ sub: id, preferred_username: id }),
    }),
    ttl: { AuthorizationCode: 60, AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: '', audience: AUDIENCE, accessTokenFormat: 'jwt' as const }),
      },
    },
  });
  const server = createServer((request, response) => void provider.callback()(request, response));
  await new Promise<void>((resolve) => server.listen(Number(new URL(url).port), '127.0.0.1', resolve));
  return server;
};

describe.runIf(browserPath !== undefined)('signing in with OIDC', () => {
  let board: LocalServer;
  let issuer: Server;
  let issuerUrl: string;
  let browser: Browser;
  beforeAll(async () => {
    // What the issuer says of its own settings is no finding of this test.
    for (const method of ['warn', 'info'] as const) vi.spyOn(console, method).mockReturnValue(undefined);
    issuerUrl = `http://127.0.0.1:${await freePort()}`;
    Object.assign(process.env, {
      ...{ IDENTITY_MODE: 'oidc', OIDC_ISSUER: issuerUrl, OIDC_AUDIENCE: AUDIENCE, OIDC_CLIENT_ID: CLIENT },
    });
    board = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
    issuer = await startIssuer(issuerUrl, board.url);
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    issuer.close();
    await board.stop();
  });

  it('leads to the issuer and back onto the board, keeps the code out of the address, and out again', async () => {
    const { page, complaints, close } = await visit(browser, board.url, '/board/settings');
    // The issuer's own page asks for one: there need be no network.
    await page.route('https://fonts.googleapis.com/**', (route) => route.abort());
    await page.getByRole('button', { name: 'Sign in with 127.0.0.1' }).click();
    await page.waitForURL(`${issuerUrl}/**`);
    await page.locator('[name=login]').fill('chief');
    await page.locator('[name=password]').fill('any');
    await page.locator('button[type=submit]').click();
    await page.getByRole('button', { name: 'Continue' }).click();

    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    expect(page.url()).toBe(`${board.url}/board/settings`);
    expect(await page.locator('.who').innerText()).toContain('chief');
    await page.getByRole('button', { name: 'New type' }).click();
    await page.getByLabel('Code').fill('SURVEY');
    await page.getByLabel('Name').fill('Survey');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('cell', { name: 'SURVEY', exact: true }).waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in with 127.0.0.1' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in with 127.0.0.1' }).waitFor();
    // The issuer and its font are other hosts.
    const hosts = [issuerUrl, 'https://fonts.googleapis.com'];
    expect(complaints.filter((one) => !hosts.some((host) => one.startsWith(host)))).toEqual([]);
    await close();
  });

  it('lets nobody in with an answer that nobody asked for', async () => {
    const { page, close } = await visit(browser, board.url, '/board');
    await page.evaluate(
      "sessionStorage.setItem('task-center.leaving', JSON.stringify({ verifier: 'v', state: 'mine', page: '/board' }))",
    );
    await page.goto(`${board.url}/board?code=stolen&state=theirs&iss=${encodeURIComponent(issuerUrl)}`);
    await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
    expect(page.url()).toBe(`${board.url}/board`);
    await page.getByRole('button', { name: 'Sign in with 127.0.0.1' }).waitFor();
    await close();
  });
});
