/** Makes the picture of the documents: `npm run pictures`. */
import { startLocalServer } from '../../local/server.ts';
import { launch } from './chromium.ts';
import { signIn, visit } from './visit.ts';
import { between, makeWorld, today, type World } from './world.ts';

const PEOPLE = [
  'Ada',
  'Bela',
  'Cora',
  'Dario',
  'Emil',
  'Fatou',
  'Goran',
  'Hana',
  'Ivo',
  'Jana',
  'Kofi',
  'Lena',
  'Mato',
];
const SITES = ['Roof', 'Mast', 'Pipeline', 'Solar park', 'Bridge'];
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const AREAS = ['NORTH', 'SOUTH', 'HARBOUR'];

/** A day of work for a dozen people, and a backlog. */
const fill = async (world: World): Promise<void> => {
  for (const [row, name] of PEOPLE.entries()) {
    const userId = await world.userIdOf(name);
    const weekly = [{ days: WEEK, start: row % 2 === 0 ? '06:00' : '06:30', end: row % 3 === 0 ? '18:30' : '20:00' }];
    await world.call('PUT', `/api/task-center/users/${userId}/working-hours`, { time_zone: 'UTC', weekly });
    for (const [column, hour] of [7 + (row % 3), 11 + (row % 4), 16].entries()) {
      if ((row + column) % 4 === 3) continue;
      const task = await world.task({
        name: `${SITES[(row + 2 * column) % SITES.length] ?? ''} ${row + 1}`,
        ...between(hour, hour + 2),
        ...(row % 4 === 1 && column === 0 ? { buffer_before_minutes: 30, buffer_after_minutes: 45 } : {}),
      });
      await world.dispatch(task, userId);
      if (row % 4 === 0 && column === 0)
        await world.call('POST', `/api/task-center/tasks/${task}/transition`, { target_state: 'IN_PROGRESS' });
    }
  }
  const absence = { start_at: today(13), end_at: today(15), reason: 'Doctor' };
  await world.call('POST', `/api/task-center/users/${await world.userIdOf('Cora')}/absences`, absence);
  for (const [index, area_code] of [...AREAS, ...AREAS].entries())
    await world.task({
      name: `Inspect ${(SITES[index % SITES.length] ?? '').toLowerCase()} ${index + 20}`,
      priority: 9 - index,
      area_code,
      ...(index < 5 ? between(8 + index, 10 + index) : {}),
    });
};

process.env['LOG_LEVEL'] = 'SILENT';
const server = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
const browser = await launch();
try {
  const world = await makeWorld(server.url, PEOPLE);
  await fill(world);
  const { page } = await visit(browser, world.url);
  await signIn(page, world);
  await page.locator('.bar').first().waitFor();
  await page.screenshot({ path: new URL('../../docs/board.png', import.meta.url).pathname });
} finally {
  await browser.close();
  await server.stop();
}
process.exit(0);
