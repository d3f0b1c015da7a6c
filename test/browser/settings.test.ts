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
  /** The value of the option whose text begins with a word. */
  const optionOf = async (page: Page, word: string): Promise<string> =>
    (await page
      .getByRole('dialog')
      .locator('option', { hasText: `${word}:` })
      .getAttribute('value')) ?? '';
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
    await dialog.getByLabel('From', { exact: true }).fill('2031-03-01T08:00');
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

  it('make qualifications, roles and org units, and give them to people, who then may what they say', async () => {
    const { page, complaints, close } = await enter();
    const dialog = page.getByRole('dialog');
    const part = (title: string) => dialog.getByRole('region', { name: title });
    const makeOne = async (kind: string, one: string, fields: Readonly<Record<string, string>>) => {
      await choose(page, kind);
      await page.getByRole('button', { name: `New ${one}` }).click();
      for (const [label, text] of Object.entries(fields)) await dialog.getByLabel(label, { exact: true }).fill(text);
      await dialog.getByRole('button', { name: 'Create' }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await makeOne('Qualifications', 'qualification', { Code: 'UAV-A2', Name: 'Remote pilot' });
    await makeOne('Org units', 'org unit', { Code: 'NORTH', Name: 'North crew' });
    await makeOne('Roles', 'role', { Name: 'Dispatcher' });
    await page.getByRole('button', { name: 'Open Dispatcher' }).click();
    for (const name of ['mission.read', 'identity.read']) {
      await part('Permissions')
        .getByLabel('Add a permission')
        .selectOption(await optionOf(page, name));
      await part('Permissions').getByRole('button', { name: 'Add permission' }).click();
      await part('Permissions')
        .getByRole('button', { name: `Remove ${name}` })
        .waitFor();
    }
    await page.keyboard.press('Escape');
    await page.getByRole('cell', { name: 'identity.read, mission.read' }).waitFor();

    await choose(page, 'People');
    await page.getByRole('button', { name: 'Open Ada' }).click();
    await part('Roles').getByLabel('Add a role').selectOption({ label: 'Dispatcher' });
    await part('Roles').getByRole('button', { name: 'Add role' }).click();
    await part('Roles').getByRole('button', { name: 'Remove Dispatcher' }).waitFor();
    await part('Qualifications').getByLabel('Add a qualification').selectOption({ label: 'UAV-A2: Remote pilot' });
    await part('Qualifications').getByLabel('Holds until').fill('2031-03-01T08:00');
    await part('Qualifications').getByRole('button', { name: 'Add qualification' }).click();
    await part('Qualifications').getByText('UAV-A2, until 2031-03-01').waitFor();
    await part('Org units').getByLabel('Add an org unit').selectOption({ label: 'North crew' });
    await part('Org units').getByLabel('The primary one').check();
    await part('Org units').getByRole('button', { name: 'Add org unit' }).click();
    await part('Org units').getByText('North crew, primary').waitFor();
    expect(await seriousOn(page)).toEqual([]);
    await part('Org units').getByRole('button', { name: 'Remove North crew' }).click();
    await part('Org units').getByText('None.').waitFor();

    const ada = await world.userIdOf('Ada');
    const { body } = await world.call('GET', `/api/identity/users/${ada}/qualifications`);
    expect(body).toMatchObject([{ code: 'UAV-A2', valid_from: null, valid_until: '2031-03-01T08:00:00.000Z' }]);
    const hers = await visit(browser, world.url);
    await signIn(hers.page, world, 'Ada');
    expect([...complaints, ...hers.complaints]).toEqual([]);
    await hers.close();
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
