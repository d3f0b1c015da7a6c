/**
 * Run by `board.ts`: the board of a large tenant in a real browser, on a server of its own. The figures go to the parent.
 */
import type { Browser, Page } from 'playwright-core';
import { startLocalServer } from '../local/server.ts';
import { launch } from '../test/browser/chromium.ts';
import { barOf, cardOf, holdOver, signIn, visit } from '../test/browser/visit.ts';
import { between, makeWorld, today, type World } from '../test/browser/world.ts';
import { scriptingOf } from './scripting.ts';
import { fillDay, hour } from './seed.ts';
import { userOf } from './service.ts';

const isQuick = process.argv.includes('--quick');
const PEOPLE = isQuick ? 60 : 300;
const WINDOWS = isQuick ? 400 : 2_000;
/** What one batch takes. */
const WAITING = 99;
const SCROLLS = isQuick ? 5 : 20;
const MOVES = isQuick ? 2 : 6;
/** Milliseconds after which what an act has set going is over: until the board looks again it takes eight seconds. */
const SETTLED_MS = 1_500;

/** On a machine that does much else an answer takes its time; what is counted is processor time. */
const PATIENCE_MS = 240_000;

const seedPlan = async (world: World): Promise<void> => {
  const { client, environment } = await import('../adapters/runtime/composition.ts');
  const target = { client, tableName: environment.TABLE_NAME };
  const users: string[] = [];
  while (users.length < PEOPLE)
    users.push(...(await Promise.all(Array.from({ length: 10 }, () => userOf(world.tenantId)))));
  // From six on, so that the seven of each end by eight in the evening.
  const six = (Date.parse(today(6)) - Date.parse(hour(0))) / 3_600_000;
  await fillDay(target, world.tenantId, users, six, WINDOWS);
  const waiting = Array.from({ length: WAITING }, (_, at) => ({
    ...{ task_type_id: world.typeId, name: `Waiting ${at}` },
    ...between(8, 10),
  }));
  const answer = await world.call('POST', '/api/task-center/tasks:batch-create', { tasks: waiting });
  if (answer.status !== 201) throw new Error(`The backlog was not made: ${answer.status}`);
};

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SETTLED_MS));

/** Milliseconds of the page's processor time in scripts, from an act to when all is quiet again. */
const recorded = async (browser: Browser, page: Page, act: () => Promise<void>): Promise<number> => {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8', 'toplevel', '__metadata'] });
  await act();
  await settle();
  return scriptingOf((await browser.stopTracing()).toString('utf8'));
};

const measureScrolls = async (browser: Browser, page: Page): Promise<readonly number[]> => {
  const times: number[] = [];
  const first = page.locator('[data-row]').first();
  await page.locator('.timeline').hover({ position: { x: 20, y: 300 } });
  for (let at = 0; at < SCROLLS; at += 1) {
    const before = await first.getAttribute('data-row');
    times.push(await recorded(browser, page, () => page.mouse.wheel(0, 400)));
    if ((await first.getAttribute('data-row')) === before) throw new Error('The rows did not scroll.');
  }
  return times;
};

/** What a move costs while it is dragged, and from the drop until the plan is read again. */
const measureMoves = async (browser: Browser, page: Page, world: World) => {
  const times: { readonly drag: number; readonly drop: number }[] = [];
  await page.evaluate('document.querySelector(".timeline").scrollTo(0, 0)');
  for (let at = 0; at < MOVES; at += 1) {
    // Before all else that waits, so that its card and the rows are on the screen together.
    const task = await world.task({ name: `Move ${at}`, priority: 10, ...between(4, 5) });
    const card = cardOf(page, task);
    await card.waitFor();
    const userId =
      (await page
        .locator('[data-row]')
        .nth(at + 1)
        .getAttribute('data-row')) ?? '';
    const drag = await recorded(browser, page, async () => {
      await holdOver(page, card, userId);
    });
    const drop = await recorded(browser, page, async () => {
      await Promise.all([page.waitForResponse((response) => response.url().endsWith('/dispatch')), page.mouse.up()]);
      await page.waitForResponse((response) => response.url().includes('/calendars?'));
    });
    await barOf(page, userId, task).waitFor();
    times.push({ drag, drop });
  }
  return times;
};

process.env['LOG_LEVEL'] = 'SILENT';
const server = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
const browser = await launch();
try {
  const world = await makeWorld(server.url, []);
  await seedPlan(world);
  const { page, complaints } = await visit(browser, world.url);
  page.setDefaultTimeout(PATIENCE_MS);
  await signIn(page, world);
  await page.locator('.bar').first().waitFor();
  await settle();
  const scrolls = await measureScrolls(browser, page);
  const moves = await measureMoves(browser, page, world);
  if (complaints.length > 0) throw new Error(`The page complained: ${complaints.join('; ')}`);
  const drawn = await page.locator('[data-row]').count();
  process.send?.({ people: PEOPLE + 1, windows: WINDOWS, drawn, scrolls, moves });
} finally {
  await browser.close();
  await server.stop();
}
process.exit(0);
