import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLocalServer, type LocalServer } from '../../local/server.ts';
import { browserPath, launch } from './chromium.ts';
import { barOf, cardOf, dragTo, holdOver, rowOf, signIn, visit, type Visit } from './visit.ts';
import { between, makeWorld, today, type World } from './world.ts';

const TASKS = '/api/task-center/tasks';

describe.runIf(browserPath !== undefined)('the board', () => {
  let server: LocalServer;
  let browser: Browser;
  let world: World;
  let [ada, bela]: [string, string] = ['', ''];
  let open: Visit[] = [];

  beforeAll(async () => {
    server = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
    browser = await launch();
    world = await makeWorld(server.url, ['Ada', 'Bela', 'Cora']);
    [ada, bela] = [await world.userIdOf('Ada'), await world.userIdOf('Bela')];
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
  /** What is on the board of one test is not in the way of the next. */
  afterEach(async () => {
    for (const { close } of open) await close();
    open = [];
    const { body } = await world.call('GET', `${TASKS}?limit=200`);
    for (const { id, state } of body as { id: string; state: string }[])
      if (state !== 'CANCELED') await world.call('POST', `${TASKS}/${id}/transition`, { target_state: 'CANCELED' });
  });

  const enter = async (): Promise<Visit> => {
    const one = await visit(browser, world.url);
    open.push(one);
    await signIn(one.page, world);
    return one;
  };
  const taskOf = async (id: string) => (await world.call('GET', `${TASKS}/${id}`)).body as Record<string, unknown>;
  const held = async (name: string, from: number, to: number, userId: string): Promise<string> => {
    const id = await world.task({ name, ...between(from, to) });
    await world.dispatch(id, userId);
    return id;
  };

  it('lets nobody in with a wrong password, and says so', async () => {
    const one = await visit(browser, world.url);
    open.push(one);
    const { page } = one;
    await page.getByLabel('Tenant').fill(world.tenantId);
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill('not it');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
    expect(await page.locator('[data-row]').count()).toBe(0);
    expect(one.complaints).toEqual([]);
  });

  it('assigns by mouse, moves, and undoes both', async () => {
    const task = await world.task({ name: 'Roof', ...between(8, 10) });
    const { page, complaints } = await enter();
    await dragTo(page, cardOf(page, task), ada);
    await barOf(page, ada, task).waitFor();
    expect(await taskOf(task)).toMatchObject({ state: 'DISPATCHED', assigned_to: ada });
    expect(await cardOf(page, task).count()).toBe(0);

    await dragTo(page, barOf(page, ada, task), bela);
    await barOf(page, bela, task).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await barOf(page, ada, task).waitFor();
    await page.keyboard.press('Control+z');
    await cardOf(page, task).waitFor();
    expect(await taskOf(task)).toMatchObject({ state: 'DRAFT', assigned_to: null });
    expect(complaints).toEqual([]);
  });

  it('gives a drag up on Escape: nothing is sent', async () => {
    const task = await held('Mast', 8, 10, ada);
    const { page } = await enter();
    await barOf(page, ada, task).waitFor();
    await holdOver(page, barOf(page, ada, task), bela);
    await page.locator('.bar.ghost').waitFor();
    await page.keyboard.press('Escape');
    await page.mouse.up();
    expect(await page.locator('.bar.ghost').count()).toBe(0);
    expect(await taskOf(task)).toMatchObject({ assigned_to: ada, version: 2 });
  });

  it('assigns, moves, reschedules and unassigns by keyboard', async () => {
    const task = await world.task({ name: 'Mast', ...between(8, 10) });
    const { page, complaints } = await enter();
    await cardOf(page, task).locator('.card-name').focus();
    await page.keyboard.press('a');
    await page.getByRole('searchbox', { name: 'Name' }).fill('ada');
    await page.keyboard.press('Enter');
    await barOf(page, ada, task).focus();
    await page.keyboard.press('m');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await barOf(page, ada, task).focus();
    await page.keyboard.press('m');
    await page.getByRole('searchbox', { name: 'Name' }).fill('bela');
    await page.keyboard.press('Enter');
    await barOf(page, bela, task).focus();
    await page.keyboard.press('r');
    await page.getByLabel('To', { exact: true }).fill(today(11).slice(0, 16));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /Mast 08:00–11:00.*planned, Bela/ }).focus();
    await page.keyboard.press('u');
    await cardOf(page, task).waitFor();
    expect(await taskOf(task)).toMatchObject({ state: 'DRAFT', planned_end_at: today(11) });
    expect(complaints).toEqual([]);
  });

  it('marks who would refuse while dragging, tells a refusal, and takes a suggested time', async () => {
    const inTheWay = await held('Pipeline', 8, 10, ada);
    const task = await world.task({ name: 'Roof', ...between(9, 11) });
    const { page } = await enter();
    await holdOver(page, cardOf(page, task), ada);
    await page.locator(`[data-row="${ada}"].refusing`).waitFor();
    expect(await rowOf(page, ada).innerText()).toContain('overlapping');
    expect(await page.locator(`[data-row="${bela}"].refusing`).count()).toBe(0);
    await page.mouse.up();
    const refusal = page.getByRole('region', { name: 'The last move was refused' });
    await refusal.waitFor();
    await refusal.getByText('put there by admin').waitFor();
    expect(await refusal.innerText()).toMatch(/overlapping assignment[^]*Pipeline/);
    expect(await page.getByTestId('announcer').innerText()).toContain('Refused');
    await cardOf(page, task).waitFor();
    await refusal.getByRole('group', { name: 'Free times' }).getByRole('button').first().click();
    await barOf(page, ada, task).waitFor();
    expect(await taskOf(task)).toMatchObject({ assigned_to: ada, planned_start_at: today(10) });
    expect(await taskOf(inTheWay)).toMatchObject({ assigned_to: ada, planned_start_at: today(8) });
  });

  it('shows why before it assigns automatically, and what became stale', async () => {
    await held('Pipeline', 8, 10, ada);
    const task = await world.task({ name: 'Roof', ...between(9, 11) });
    const { page, complaints } = await enter();
    await page.getByRole('button', { name: 'Best person for Roof…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('row', { name: /chosen/ }).waitFor();
    expect(await dialog.getByRole('row', { name: /Ada/ }).innerText()).toMatch(/overlapping assignment[^]*-35/);
    const chosen = (await dialog.getByRole('button', { name: /^Assign to/ }).innerText()).replace('Assign to ', '');
    await held('Rival', 9, 11, await world.userIdOf(chosen));
    await dialog.getByRole('button', { name: /^Assign to/ }).click();
    await dialog.getByText('Something has changed since').waitFor();
    await dialog.getByRole('button', { name: 'Look again' }).click();
    await dialog.getByText('Something has changed since').waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: /^Assign to/ }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await taskOf(task)).toMatchObject({ state: 'DISPATCHED', dispatch_mode: 'AUTO' });
    expect(complaints).toEqual([]);
  });

  it('has one winner where two race for a person, tells the other by whom, and shows it to a third', async () => {
    const [first, second] = [
      await world.task({ name: 'First', ...between(12, 14) }),
      await world.task({ name: 'Second', ...between(13, 15) }),
    ];
    const [one, two, third] = [await enter(), await enter(), await enter()];
    await holdOver(one.page, cardOf(one.page, first), ada);
    await holdOver(two.page, cardOf(two.page, second), ada);
    await Promise.all([one.page.mouse.up(), two.page.mouse.up()]);
    await expect
      .poll(async () => {
        const states = await Promise.all([first, second].map(async (id) => (await taskOf(id))['state']));
        return states.filter((state) => state === 'DISPATCHED').length;
      })
      .toBe(1);
    const isFirst = (await taskOf(first))['state'] === 'DISPATCHED';
    const [won, loser] = isFirst ? [first, two] : [second, one];
    await loser.page.getByRole('region', { name: 'refused' }).getByText('put there by admin').waitFor();
    await cardOf(loser.page, won === first ? second : first).waitFor();
    // Nobody touches the third board.
    await barOf(third.page, ada, won).waitFor();
  });

  it('has everything of a task in its panel, and approves', async () => {
    const task = await world.task({ name: 'Roof', requires_approval: true, checklist: ['Batteries'] });
    await world.call('POST', `${TASKS}/${task}/submit-approval`, {});
    await world.call('POST', `${TASKS}/${task}/approve`, { decision: 'REJECT', note: 'Too early' });
    await world.call('POST', `${TASKS}/${task}/transition`, { target_state: 'DRAFT' });
    await world.call('POST', `${TASKS}/${task}/submit-approval`, {});
    await world.call('POST', `${TASKS}/${task}/approve`, { decision: 'APPROVE' });
    const { page, complaints } = await enter();
    await cardOf(page, task).locator('.card-name').click();
    const panel = page.getByRole('complementary', { name: 'Task' });
    await panel.getByText('Too early').waitFor();
    await panel.getByLabel('Batteries').check();
    await panel.getByRole('heading', { name: 'Checklist, 1 of 1' }).waitFor();
    await panel.getByLabel('New comment').fill('The gate is locked.');
    await panel.getByRole('button', { name: 'Comment' }).click();
    await panel.getByText('The gate is locked.').waitFor();
    await panel.getByLabel('Name of the attachment').fill('Plan');
    await panel.getByLabel('Address of the attachment').fill('https://files.example.com/plan.pdf');
    await panel.getByRole('button', { name: 'Attach' }).click();
    await panel.getByRole('link', { name: 'Plan' }).waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('assigns several at once', async () => {
    const tasks = [
      await world.task({ name: 'One', ...between(6, 7) }),
      await world.task({ name: 'Two', ...between(7, 8) }),
    ];
    const { page } = await enter();
    for (const name of ['One', 'Two']) await page.getByLabel(`Select ${name}`).check();
    await page.getByText('2 selected').waitFor();
    await page.locator('.selection').getByRole('button', { name: 'Assign…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Bela' }).click();
    for (const task of tasks) await barOf(page, bela, task).waitFor();
  });
});
