import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalServer, type LocalServer } from '../../local/server.ts';
import { seriousOn } from './axe.ts';
import { browserPath, launch } from './chromium.ts';
import { barOf, cardOf, signIn, visit } from './visit.ts';
import { between, makeWorld, today, type World } from './world.ts';

const PEOPLE = 60;

describe.runIf(browserPath !== undefined)('the pages', () => {
  let server: LocalServer;
  let browser: Browser;
  let world: World;
  let task: string;
  let ada: string;

  beforeAll(async () => {
    server = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
    browser = await launch();
    const names = Array.from({ length: PEOPLE - 1 }, (_, index) => `Person ${String(index + 1).padStart(2, '0')}`);
    world = await makeWorld(server.url, ['Ada', ...names]);
    ada = await world.userIdOf('Ada');
    task = await world.task({ name: 'Roof', ...between(8, 10), checklist: ['Batteries'] });
    await world.dispatch(task, ada);
    await world.task({ name: 'Mast', ...between(9, 11) });
    const absence = { start_at: today(12), end_at: today(14), reason: 'Doctor' };
    await world.call('POST', `/api/task-center/users/${ada}/absences`, absence);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const scheme = ['light', 'dark'] as const;
  it.each(scheme)('have nothing serious for axe, in a %s scheme', async (colorScheme) => {
    const { page, complaints, close } = await visit(browser, world.url);
    await page.emulateMedia({ colorScheme });
    await page.getByLabel('Tenant').waitFor();
    expect(await seriousOn(page)).toEqual([]);
    await signIn(page, world);
    expect(await seriousOn(page)).toEqual([]);
    await barOf(page, ada, task).click();
    await page.getByRole('complementary', { name: 'Task' }).getByText('Batteries').waitFor();
    expect(await seriousOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Best person for Mast…' }).click();
    await page
      .getByRole('dialog')
      .getByRole('row', { name: /chosen/ })
      .waitFor();
    expect(await seriousOn(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  it('load nothing from anybody else, and run nothing that is written into them', async () => {
    const response = await fetch(`${world.url}/board`);
    const policy = response.headers.get('Content-Security-Policy') ?? '';
    expect(policy).toMatch(/^default-src 'self'; connect-src 'self';/);
    expect(policy).not.toMatch(/unsafe|\*/);
    const { page, close } = await visit(browser, world.url);
    await page.getByLabel('Tenant').waitFor();
    const isRun = await page.evaluate<boolean>(`(() => {
      const script = document.createElement('script');
      script.textContent = 'window.wasRun = true';
      document.head.append(script);
      return 'wasRun' in window;
    })()`);
    expect(isRun).toBe(false);
    await close();
  });

  it('have names that never change for what never changes', async () => {
    const html = await (await fetch(`${world.url}/board`)).text();
    const names = [...html.matchAll(/(?:src|href)="([^"]+app-[^"]+)"/g)].map(([, name]) => name ?? '');
    expect(names).toHaveLength(2);
    for (const name of names) {
      const file = await fetch(`${world.url}/${name}`);
      expect([file.status, file.headers.get('Cache-Control')]).toEqual([200, 'public, max-age=31536000, immutable']);
      const tag = file.headers.get('ETag') ?? '';
      expect((await fetch(`${world.url}/${name}`, { headers: { 'If-None-Match': tag } })).status).toBe(304);
    }
    expect((await fetch(`${world.url}/board`)).headers.get('Cache-Control')).toBe('no-cache');
    expect((await fetch(`${world.url}/board/app.js`)).status).toBe(404);
    expect((await fetch(`${world.url}/board/..%2Fpackage.json`)).status).toBe(404);
  });

  it('draw the rows that can be seen, and the others when they are scrolled to', async () => {
    const { page, close } = await visit(browser, world.url);
    await signIn(page, world);
    expect(await page.locator('[data-row]').count()).toBeLessThan(PEOPLE / 2);
    await page.locator('.timeline').hover();
    await page.mouse.wheel(0, 10_000);
    await page.getByRole('group', { name: `Person ${PEOPLE - 1}` }).waitFor();
    await close();
  });

  it('ask again for what has changed only, and keep whoever is signed in over a reload', async () => {
    const { page, close } = await visit(browser, world.url);
    await signIn(page, world);
    await page.reload();
    await page.locator('[data-row]').first().waitFor();
    const answer = page.waitForResponse(
      (response) => response.url().includes('/calendars?') && response.status() === 304,
    );
    await answer;
    expect(page.url()).toBe(`${world.url}/board`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.reload();
    await page.getByLabel('Tenant').waitFor();
    expect(await page.getByLabel('Tenant').inputValue()).toBe(world.tenantId);
    await close();
  });

  it('say so where there is none', async () => {
    const { page, close } = await visit(browser, world.url);
    await signIn(page, world);
    await page.goto(`${world.url}/board/nowhere`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.getByRole('link', { name: 'To the board' }).click();
    await cardOf(page, task).or(page.locator('[data-row]')).first().waitFor();
    await close();
  });
});
