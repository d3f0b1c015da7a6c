import type { Browser, Locator, Page } from 'playwright-core';
import type { World } from './world.ts';

/** A dispatcher in a browser of their own, with everything that must not happen. */
export interface Visit {
  readonly page: Page;
  /** Errors of the page, and requests to any other host. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

/** Refusals are answers, and a cut network is a test's wish: what the browser logs of them is no error of the page. */
const isWished = (text: string): boolean =>
  /status of (409|412|401|404|422)|ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(text);

const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 740 };

/** Opens a page of the board, not signed in. */
export const visit = async (browser: Browser, url: string, path = '/board', viewport = DESK): Promise<Visit> => {
  const context = await browser.newContext({ viewport, timezoneId: 'UTC' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !isWished(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  await page.goto(`${url}${path}`);
  return { page, complaints, close: () => context.close() };
};

/** Signs in, and waits for what the first page shows. */
export const signIn = async (
  page: Page,
  { tenantId, password }: Pick<World, 'tenantId' | 'password'>,
  name = 'admin',
  shown = '[data-row]',
): Promise<void> => {
  await page.getByLabel('Tenant').fill(tenantId);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator(shown).first().waitFor();
};

export const rowOf = (page: Page, userId: string): Locator => page.locator(`[data-row="${userId}"]`);
export const cardOf = (page: Page, taskId: string): Locator => page.locator(`[data-card="${taskId}"]`);
export const barOf = (page: Page, userId: string, taskId: string): Locator =>
  rowOf(page, userId).locator(`[data-task="${taskId}"]`);

const middleOf = async (locator: Locator): Promise<{ readonly x: number; readonly y: number }> => {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('It cannot be seen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

/** Takes something, and holds it over the row of a person. */
export const holdOver = async (page: Page, thing: Locator, userId: string): Promise<void> => {
  await thing.scrollIntoViewIfNeeded();
  const [from, to] = [await middleOf(thing), await middleOf(rowOf(page, userId))];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  // A pointer travels: one jump would be no drag.
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(from.x < to.x - 300 ? from.x + 500 : from.x, to.y, { steps: 4 });
};

export const dragTo = async (page: Page, thing: Locator, userId: string): Promise<void> => {
  await holdOver(page, thing, userId);
  await page.mouse.up();
};
