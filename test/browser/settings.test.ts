import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalServer, type LocalServer } from '../../local/server.ts';
import { seriousOn } from './axe.ts';
import { browserPath, launch } from './chromium.ts';
import { PHONE, signIn, visit } from './visit.ts';
import { makeWorld, type World } from './world.ts';

describe.runIf(browserPath !== undefined)('settings', () => {
  let server: LocalServer;
  let browser: Browser;
  let world: World;
  beforeAll(async () => {
    server = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
    browser = await launch();
    world = await makeWorld(server.url, ['Ada']);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const enter = async (viewport?: { width: number; height: number }) => {
    const one = await visit(browser, world.url, '/board', viewport);
    await signIn(one.page, world, 'admin', '.top');
    await one.page.getByRole('link', { name: 'Settings' }).click();
    await one.page.getByRole('cell', { name: 'INSPECT', exact: true }).waitFor();
    return one;
  };
  const choose = (page: Page, kind: string) => page.getByRole('button', { name: kind, exact: true }).click();
  const first = async (path: string): Promise<unknown> => {
    const { body } = await world.call('GET', path);
    return (body as readonly unknown[])[0];
  };

  it('make what a new tenant needs: a type, a template, a person with hours and an absence, an asset', async () => {
    const { page, complaints, close } = await enter();
    const dialog = page.getByRole('dialog');
    const gone = () => dialog.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'New type' }).click();
    await dialog.getByLabel('Code').fill('INSPECT');
    await dialog.getByLabel('Name').fill('Survey');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
    await dialog.getByLabel('Code').fill('SURVEY');
    await dialog.getByLabel('Whoever carries a task out may finish it').check();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await gone();
    await page.getByRole('cell', { name: 'SURVEY', exact: true }).waitFor();
    expect(await first('/api/task-center/types')).toMatchObject({ code: 'SURVEY', field_may_accept: true });

    await choose(page, 'Templates');
    await page.getByRole('button', { name: 'New template' }).click();
    await dialog.getByLabel('Type').selectOption({ label: 'Survey' });
    await dialog.getByLabel('Key').fill('roof');
    await dialog.getByLabel('Name').fill('Roof');
    await dialog.getByLabel('Checklist').fill('Batteries\nWind');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await gone();
    await page.getByRole('button', { name: 'Open roof' }).click();
    await dialog.getByLabel('Priority').fill('8');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await gone();
    await page.getByRole('button', { name: 'Open roof' }).click();
    await dialog.getByText('default priority: 5 8').waitFor();
    await dialog.getByLabel('Key of the copy').fill('roof-2');
    await dialog.getByLabel('Name of the copy').fill('Roof, twice');
    await dialog.getByRole('button', { name: 'Clone' }).click();
    await gone();
    await page.getByRole('cell', { name: 'roof-2', exact: true }).waitFor();
    expect(await first('/api/task-center/templates')).toMatchObject({
      template_key: 'roof-2',
      default_priority: 8,
      default_checklist: ['Batteries', 'Wind'],
    });

    await choose(page, 'People');
    await page.getByRole('button', { name: 'New person' }).click();
    await dialog.getByLabel('Name').fill('Bela');
    await dialog.getByLabel('Password').fill('secret-one');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await gone();
    await page.getByRole('button', { name: 'Open Bela' }).click();
    await dialog.getByLabel('Saturday').fill('09:00-12:00');
    await dialog.getByRole('button', { name: 'Save hours' }).click();
    await page.getByRole('status').filter({ hasText: 'Hours saved.' }).waitFor();
    await dialog.getByLabel('From').fill('2031-03-01T08:00');
    await dialog.getByLabel('To', { exact: true }).fill('2031-03-02T08:00');
    await dialog.getByLabel('Reason').fill('Training');
    await dialog.getByRole('button', { name: 'Add absence' }).click();
    await dialog.getByText('Training').waitFor();
    expect(await seriousOn(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await gone();
    const bela = await world.userIdOf('Bela');
    const { body } = await world.call('GET', `/api/task-center/users/${bela}/working-hours`);
    const { weekly } = (body as { working_hours: { weekly: readonly unknown[] } }).working_hours;
    expect(weekly).toContainEqual({ days: ['sat'], start: '09:00', end: '12:00' });

    await choose(page, 'Assets');
    await page.getByText('There is none yet.').waitFor();
    await page.getByRole('button', { name: 'New asset' }).click();
    await dialog.getByLabel('Type').selectOption('UAV');
    await dialog.getByLabel('Code').fill('UAV-1');
    await dialog.getByLabel('Name').fill('Drone');
    await dialog.getByLabel('Area').fill('NORTH');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await gone();
    await page.getByRole('button', { name: 'Open UAV' }).click();
    await dialog.getByLabel('Availability').selectOption('MAINTENANCE');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await gone();
    await page.getByRole('cell', { name: 'MAINTENANCE', exact: true }).waitFor();
    expect(await first('/api/assets')).toMatchObject({ region_code: 'NORTH', availability_status: 'MAINTENANCE' });
    expect(complaints).toEqual([]);
    await close();
  });

  it.each(['light', 'dark'] as const)(
    'have nothing serious for axe, and fit a phone, in a %s scheme',
    async (colorScheme) => {
      const { page, complaints, close } = await enter(PHONE);
      await page.emulateMedia({ colorScheme });
      expect(await seriousOn(page)).toEqual([]);
      await page.getByRole('button', { name: 'Open INSPECT' }).click();
      await page.getByRole('dialog').getByLabel('Name').waitFor();
      expect(await seriousOn(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
      expect(complaints).toEqual([]);
      await close();
    },
  );
});
