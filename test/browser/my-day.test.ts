import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLocalServer, type LocalServer } from '../../local/server.ts';
import { seriousOn } from './axe.ts';
import { browserPath, launch } from './chromium.ts';
import { PHONE, signIn, visit, type Visit } from './visit.ts';
import { between, makeWorld, type World } from './world.ts';

const TASKS = '/api/task-center/tasks';

describe.runIf(browserPath !== undefined)('my day', () => {
  let server: LocalServer;
  let browser: Browser;
  let world: World;
  let [ada, bela]: [string, string] = ['', ''];
  let open: Visit[] = [];

  beforeAll(async () => {
    server = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
    browser = await launch();
    world = await makeWorld(server.url, ['Ada', 'Bela']);
    [ada, bela] = [await world.userIdOf('Ada'), await world.userIdOf('Bela')];
    await world.permit([ada, bela], ['mission.field']);
    await world.call('PATCH', `/api/task-center/types/${world.typeId}`, { field_may_accept: true });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
  afterEach(async () => {
    for (const { close } of open) await close();
    open = [];
    const { body } = await world.call('GET', `${TASKS}?state=DISPATCHED,IN_PROGRESS&limit=200`);
    for (const { id } of body as { id: string }[])
      await world.call('POST', `${TASKS}/${id}/transition`, { target_state: 'CANCELED' });
  });

  const held = async (name: string, from: number, draft: object = {}): Promise<string> => {
    const id = await world.task({ name, ...between(from, from + 1), ...draft });
    await world.dispatch(id, ada);
    return id;
  };
  const enter = async (): Promise<Visit> => {
    const one = await visit(browser, world.url, '/board', PHONE);
    open.push(one);
    await signIn(one.page, world, 'Ada', '.my-day');
    return one;
  };
  const stateOf = async (id: string): Promise<unknown> => {
    const { body } = await world.call('GET', `${TASKS}/${id}`);
    return (body as { state: string }).state;
  };
  const actionsOf = async (id: string): Promise<readonly string[]> => {
    const { body } = await world.call('GET', `${TASKS}/${id}/history`);
    return (body as { action: string }[]).map(({ action }) => action);
  };
  const cardOf = (page: Page, id: string) => page.locator(`[data-task="${id}"]`);
  const comment = async (page: Page, text: string): Promise<void> => {
    await page.getByRole('button', { name: 'Comment' }).click();
    await page.getByLabel('Comment').fill(text);
    await page.getByRole('button', { name: 'Add' }).click();
  };

  it('is where people in the field are led, and shows them their own tasks only', async () => {
    const mine = await held('Roof', 8);
    const theirs = await world.task({ name: 'Mast', ...between(9, 10) });
    await world.dispatch(theirs, bela);
    const { page, complaints } = await enter();
    await cardOf(page, mine).waitFor();
    expect(page.url()).toBe(`${world.url}/board/my-day`);
    expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual(['My day']);
    expect(await cardOf(page, theirs).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('starts, ticks, reports a problem, attaches and finishes', async () => {
    const id = await held('Roof', 8, { checklist: ['Batteries', 'Wind'] });
    const { page, complaints } = await enter();
    await page.getByRole('button', { name: 'Start Roof' }).click();
    await page.getByRole('button', { name: 'Done with Roof' }).waitFor();
    await cardOf(page, id).locator('.day-head').click();
    await page.getByLabel('Wind').check();
    await page.getByRole('button', { name: 'Problem' }).click();
    await page.getByLabel('What is the problem?').fill('No ladder');
    await page.getByRole('button', { name: 'Report' }).click();
    await page.getByRole('button', { name: 'Link' }).click();
    await page.getByLabel('Name of the file or page').fill('Photo');
    await page.getByLabel('Address').fill('https://files.example.com/1');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('link', { name: 'Photo' }).waitFor();
    await page.getByText('No ladder').waitFor();
    await page.getByRole('button', { name: 'Done with Roof' }).click();
    await page.getByText('Nothing planned for you').waitFor();
    const { body } = await world.call('GET', `${TASKS}/${id}`);
    expect(body).toMatchObject({
      state: 'ACCEPTED',
      checklist: ['Batteries', { item: 'Wind', done: true }],
      attachments: [{ name: 'Photo' }],
    });
    const comments = (await world.call('GET', `${TASKS}/${id}/comments`)).body as { content: string }[];
    expect(comments.map(({ content }) => content)).toEqual(['Problem: No ladder']);
    expect(complaints).toEqual([]);
  });

  it('keeps a start and a comment that were made offline; they arrive once, in order', async () => {
    const id = await held('Roof', 8);
    const { page, complaints } = await enter();
    await cardOf(page, id).locator('.day-head').click();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Start Roof' }).click();
    await comment(page, 'The gate is locked');
    await page.getByText('2 entries wait to be sent').waitFor();
    await page.getByText('No network').waitFor();
    await cardOf(page, id).getByText('waits to be sent').waitFor();
    await cardOf(page, id).getByText('Under way').waitFor();
    expect(await actionsOf(id)).toEqual(['created', 'dispatched']);
    await page.context().setOffline(false);
    await cardOf(page, id).getByText('The gate is locked').waitFor();
    await page.getByText('to be sent').first().waitFor({ state: 'detached' });
    expect(await actionsOf(id)).toEqual(['created', 'dispatched', 'state_changed', 'comment_added']);
    expect(complaints).toEqual([]);
  });

  it('sends once what arrived though its answer was lost, after a reload too', async () => {
    const id = await held('Roof', 8);
    const { page, complaints } = await enter();
    let arrived = 0;
    await page.route('**/transition', async (route) => {
      await route.fetch().catch(() => undefined);
      arrived += 1;
      await route.abort().catch(() => undefined);
    });
    await page.getByRole('button', { name: 'Start Roof' }).click();
    await page.getByText('1 entry waits to be sent').waitFor();
    await expect.poll(() => stateOf(id)).toBe('IN_PROGRESS');
    await expect.poll(() => arrived).toBeGreaterThan(1);
    await page.reload();
    await page.getByText('1 entry waits to be sent').waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    await page.reload();
    await cardOf(page, id).getByText('Under way').waitFor();
    await page.getByText('to be sent').first().waitFor({ state: 'detached' });
    expect(await actionsOf(id)).toEqual(['created', 'dispatched', 'state_changed']);
    expect(complaints).toEqual([]);
  });

  it('says what was refused, and what to do', async () => {
    const id = await held('Roof', 8);
    const { page, complaints } = await enter();
    await cardOf(page, id).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Start Roof' }).click();
    await page.getByText('1 entry waits to be sent').waitFor();
    await world.call('POST', `${TASKS}/${id}/reassign`, { assigned_to: bela });
    await page.context().setOffline(false);
    const alert = page.getByRole('alert').filter({ hasText: 'Not taken: Roof, start' });
    await alert.getByText('It is not your task any more').waitFor();
    await cardOf(page, id).waitFor({ state: 'detached' });
    expect(await seriousOn(page)).toEqual([]);
    await alert.getByRole('button', { name: 'Discard' }).click();
    await alert.waitFor({ state: 'detached' });
    expect(await stateOf(id)).toBe('DISPATCHED');
    expect(complaints).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'has nothing serious for axe, and fits a phone, in a %s scheme',
    async (colorScheme) => {
      const id = await held('Roof of the old harbour warehouse', 8, { checklist: ['Batteries'], area_code: 'HARBOUR' });
      const started = await held('Mast', 10);
      await world.call('POST', `${TASKS}/${started}/transition`, { target_state: 'IN_PROGRESS' });
      const { page } = await enter();
      await page.emulateMedia({ colorScheme });
      await cardOf(page, id).locator('.day-head').click();
      await page.getByRole('button', { name: 'Problem' }).waitFor();
      expect(await seriousOn(page)).toEqual([]);
      await page.context().setOffline(true);
      await comment(page, 'Offline');
      await page.getByText('No network').waitFor();
      expect(await seriousOn(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
      for (const one of await page.locator('.my-day .button, .day-check, .day-head').all())
        expect((await one.boundingBox())?.height).toBeGreaterThanOrEqual(48);
    },
  );
});
