import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLocalServer, type LocalServer } from '../../local/server.ts';
import { seriousOn } from './axe.ts';
import { browserPath, launch } from './chromium.ts';
import { barOf, cardOf, PHONE, signIn, visit, type Visit } from './visit.ts';
import { between, makeWorld, type World } from './world.ts';

const TASKS = '/api/task-center/tasks';
/** The planner is a process of its own, which a busy machine starts slowly. */
const SOLVED_MS = 120_000;
const TEST_MS = 240_000;

describe.runIf(browserPath !== undefined)('the plan of a day', { timeout: TEST_MS }, () => {
  let server: LocalServer;
  let browser: Browser;
  let world: World;
  let people: readonly string[] = [];
  let open: Visit[] = [];
  let tasks: { readonly roof: string; readonly mast: string; readonly pipe: string };

  beforeAll(async () => {
    server = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
    browser = await launch();
    world = await makeWorld(server.url, ['Crew Ada', 'Crew Bela']);
    people = [await world.userIdOf('Crew Ada'), await world.userIdOf('Crew Bela')];
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
  afterEach(async () => {
    for (const { close } of open) await close();
    open = [];
    const { body } = await world.call('GET', `${TASKS}?limit=200`);
    for (const { id, state } of body as { id: string; state: string }[])
      if (state !== 'CANCELED') await world.call('POST', `${TASKS}/${id}/transition`, { target_state: 'CANCELED' });
  });

  /** Three tasks at one time for the two people who are shown: the least of them is left out. */
  const enter = async (): Promise<Visit> => {
    tasks = {
      roof: await world.task({ name: 'Roof', priority: 9, ...between(8, 10) }),
      mast: await world.task({ name: 'Mast', priority: 6, ...between(8, 10) }),
      pipe: await world.task({ name: 'Pipe', priority: 2, ...between(9, 11) }),
    };
    const one = await visit(browser, world.url);
    open.push(one);
    await signIn(one.page, world);
    await cardOf(one.page, tasks.pipe).waitFor();
    await one.page.getByLabel('Find people').fill('crew');
    return one;
  };
  const taskOf = async (id: string) => (await world.call('GET', `${TASKS}/${id}`)).body as Record<string, unknown>;
  const panelOf = (page: Page) => page.getByRole('complementary', { name: 'Plan' });
  const plan = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Plan the day…' }).press('Enter');
    await panelOf(page).getByRole('button', { name: 'Plan', exact: true }).click();
    await panelOf(page).getByRole('heading', { name: 'Assignments' }).waitFor({ timeout: SOLVED_MS });
  };
  const heard = (page: Page, text: string): Promise<void> =>
    page.getByTestId('announcer').filter({ hasText: text }).waitFor({ state: 'attached' });

  it('is shown over the timeline, loses what is taken out, is committed, and taken back', async () => {
    const { page, complaints } = await enter();
    const { roof, mast, pipe } = tasks;
    await plan(page);
    await heard(page, 'The plan is ready: 2 of 3 tasks are placed.');
    expect(await page.locator('.bar.proposed').count()).toBe(2);
    expect(await seriousOn(page)).toEqual([]);
    const desk = page.viewportSize();
    await page.setViewportSize(PHONE);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
    expect(await seriousOn(page)).toEqual([]);
    if (desk !== null) await page.setViewportSize(desk);
    const panel = panelOf(page);
    await panel.getByText('Something that is worth more is in the way').waitFor();
    await panel.getByRole('row', { name: 'Priority placed 15 15 15' }).waitFor();
    expect(await taskOf(roof)).toMatchObject({ assigned_to: null });

    await panel.getByRole('checkbox', { name: /Mast/ }).uncheck();
    await page.getByRole('img', { name: /^Roof, of the plan/ }).waitFor();
    expect(await page.locator('.bar.proposed').count()).toBe(1);
    await panel.getByRole('button', { name: 'Commit 1 task', exact: true }).click();
    await heard(page, '1 task committed.');
    const { assigned_to } = await taskOf(roof);
    expect(people).toContain(assigned_to);
    await barOf(page, String(assigned_to), roof).waitFor();
    expect(await page.locator('.bar.proposed').count()).toBe(0);
    for (const id of [mast, pipe]) expect(await taskOf(id)).toMatchObject({ assigned_to: null });

    await panel.getByRole('button', { name: 'Revert' }).click();
    await heard(page, '1 task taken back.');
    await cardOf(page, roof).waitFor();
    expect(await taskOf(roof)).toMatchObject({ state: 'DRAFT', assigned_to: null });
    expect(await seriousOn(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('takes the selected tasks only, stays while its panel is closed, and says what has moved since', async () => {
    const { page, complaints } = await enter();
    const { mast, pipe } = tasks;
    for (const id of [mast, pipe]) await cardOf(page, id).getByRole('checkbox').check();
    await plan(page);
    expect((await page.locator('.bar.proposed .bar-name').allTextContents()).toSorted()).toEqual([
      'Plan: Mast',
      'Plan: Pipe',
    ]);
    await page.keyboard.press('Escape');
    const panel = panelOf(page);
    await panel.waitFor({ state: 'detached' });
    const opener = page.getByRole('button', { name: 'The plan…' });
    await page.locator('button:focus', { hasText: 'The plan…' }).waitFor();
    expect(await page.locator('.bar.proposed').count()).toBe(2);
    await opener.press('Enter');

    await world.call('PATCH', `${TASKS}/${mast}/schedule`, between(12, 13));
    await panel.getByRole('button', { name: 'Commit 2 tasks' }).click();
    await heard(page, '1 task committed, 1 left as it was.');
    await panel.getByText('Mast was changed.').waitFor();
    expect(await taskOf(pipe)).toMatchObject({ state: 'DISPATCHED' });
    expect(await taskOf(mast)).toMatchObject({ state: 'DRAFT' });

    await panel.getByRole('button', { name: 'Discard, and plan anew' }).click();
    await panel.getByRole('button', { name: 'Plan', exact: true }).waitFor();
    expect(await page.locator('.bar.proposed').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('tells a refusal, and keeps what was chosen', async () => {
    const { page, complaints } = await enter();
    await page.getByRole('button', { name: 'Plan the day…' }).click();
    const panel = panelOf(page);
    await panel.getByLabel('Effort').selectOption('quick');
    await page.context().setOffline(true);
    await panel.getByRole('button', { name: 'Plan', exact: true }).click();
    await panel.getByRole('alert').filter({ hasText: 'The service cannot be reached.' }).waitFor();
    expect(await panel.getByLabel('Effort').inputValue()).toBe('quick');
    expect(complaints).toEqual([]);
  });
});
