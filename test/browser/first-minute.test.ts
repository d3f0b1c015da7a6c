import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSample, type SampleLogin } from '../../local/sample.ts';
import { startLocalServer, type LocalServer } from '../../local/server.ts';
import { browserPath, launch } from './chromium.ts';
import { barOf, cardOf, dragTo, signIn, visit } from './visit.ts';

/** The planner looks for as long as it was asked to, and is a process of its own. */
const SOLVED_MS = 120_000;

interface Task {
  readonly id: string;
  readonly name: string;
  readonly planned_start_at: string;
}

/** What `npm start -- --sample` promises: everything that a dispatcher does, one after the other, in the sample. */
describe.runIf(browserPath !== undefined)('the first minute with the sample', () => {
  let server: LocalServer;
  let browser: Browser;
  let login: SampleLogin;
  beforeAll(async () => {
    server = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
    login = await makeSample(server.url, undefined);
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const heard = (page: Page, text: string | RegExp): Promise<void> =>
    page.getByTestId('announcer').filter({ hasText: text }).waitFor({ state: 'attached' });
  /** Who would be taken: the first that the picker calls free. */
  const freePersonFor = async (page: Page, card: Locator): Promise<string> => {
    await card.locator('.card-name').focus();
    await page.keyboard.press('a');
    const free = page.getByRole('dialog').getByRole('button').filter({ hasText: /free$/ }).first();
    const name = await free.locator('span').first().innerText();
    await page.keyboard.press('Escape');
    return name;
  };

  it('assigns by mouse and by keyboard, is refused and takes a suggestion, plans and commits the day, undoes', async () => {
    const { page, complaints, close } = await visit(browser, server.url);
    const { tenant_id: tenantId, username, password } = login;
    const answered = page.waitForResponse((response) => response.url().includes('unassigned=true'));
    await signIn(page, { tenantId, password }, username);
    const waiting = (await (await answered).json()) as Task[];
    const day = new Date().toISOString().slice(0, 10);
    const today = waiting.filter(({ planned_start_at }) => planned_start_at.startsWith(day));
    const [first] = today;
    const same = today.find(
      ({ id, planned_start_at }) => id !== first?.id && planned_start_at === first?.planned_start_at,
    );
    if (first === undefined || same === undefined) throw new Error('The sample has no such day.');

    const name = await freePersonFor(page, cardOf(page, first.id));
    await page.getByLabel('Find people').fill(name);
    const userId = (await page.locator('[data-row]').first().getAttribute('data-row')) ?? '';
    await dragTo(page, cardOf(page, first.id), userId);
    await barOf(page, userId, first.id).waitFor();

    await cardOf(page, same.id).locator('.card-name').focus();
    await page.keyboard.press('a');
    await page.getByRole('searchbox', { name: 'Name' }).fill(name);
    await page.keyboard.press('Enter');
    const refusal = page.getByRole('region', { name: 'The last move was refused' });
    await refusal.getByText(`${first.name} was put there by ${username}`).waitFor();
    await refusal.getByRole('group', { name: 'Free times' }).getByRole('button').first().click();
    await refusal.waitFor({ state: 'detached' });
    await heard(page, `${same.name} assigned to ${name}.`);

    const third = today.find(({ id }) => id !== first.id && id !== same.id);
    if (third === undefined) throw new Error('The sample has too few tasks.');
    await page.getByLabel('Find people').fill('');
    const other = await freePersonFor(page, cardOf(page, third.id));
    await cardOf(page, third.id).locator('.card-name').focus();
    await page.keyboard.press('a');
    await page.getByRole('searchbox', { name: 'Name' }).fill(other);
    await page.keyboard.press('Enter');
    await heard(page, `${third.name} assigned to ${other}.`);
    await page.keyboard.press('Control+z');
    await heard(page, `Undone: ${third.name} assigned to ${other}.`);
    await cardOf(page, third.id).waitFor();

    await page.getByRole('button', { name: 'Plan the day…' }).click();
    const panel = page.getByRole('complementary', { name: 'Plan' });
    await panel.getByLabel('Effort').selectOption('quick');
    await panel.getByRole('button', { name: 'Plan', exact: true }).click();
    await panel.getByRole('heading', { name: 'Assignments' }).waitFor({ timeout: SOLVED_MS });
    await panel.getByRole('button', { name: /^Commit \d+ tasks?$/ }).click();
    await heard(page, /\d+ tasks? committed\./);
    expect(complaints).toEqual([]);
    await close();
  });
});
