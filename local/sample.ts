import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** With what one signs in to the sample. */
export interface SampleLogin {
  readonly tenant_id: string;
  readonly username: string;
  readonly password: string;
}

/** Somebody of the sample who carries tasks out: at work on every day. */
export const FIELD_USERNAME = 'Fatou';

const LOGIN = { username: 'dispatch', password: 'sample-secret' } as const;
/** Beside the data: which tenant the sample is. */
const FILE = 'sample.json';
/** Requests at the same time: hashing thirty passwords one after the other would take as long as all the rest. */
const TOGETHER = 4;
const DAYS = 7;
/** Of UTC: within the hours of everyone who has any, summer and winter. */
const STARTS = [7, 9, 11] as const;

const NAMES = [
  ...['Ada', 'Bela', 'Cora', 'Dario', 'Emil', 'Fatou', 'Goran', 'Hana', 'Ivo', 'Jana', 'Kofi', 'Lena', 'Mato', 'Nora'],
  ...['Olga', 'Paul', 'Quim', 'Rosa', 'Sami', 'Tara', 'Uwe', 'Vera', 'Wim', 'Xenia', 'Yara', 'Zoe', 'Anton', 'Berta'],
  ...['Carl', 'Dora'],
];
const AREAS = ['NORTH', 'SOUTH', 'HARBOUR'] as const;
const SITES = ['Roof', 'Mast', 'Pipeline', 'Solar park', 'Bridge', 'Crane', 'Chimney'] as const;
const WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** Two days off in a row, on other days for the next person; every sixth is always at work. */
const isAtWork = (at: number, weekday: number): boolean => at % 6 === 5 || (weekday + 7 - (at % 7)) % 7 > 1;
const hoursOf = (at: number): object => {
  const days = WEEK.filter((_, weekday) => isAtWork(at, weekday));
  return { time_zone: 'Europe/Berlin', weekly: [{ days, start: '07:00', end: '16:00' }] };
};

const madeSchema = z.object({ id: z.string() });
const tokenSchema = z.object({ access_token: z.string() });
const batchSchema = z.object({ tasks: z.array(madeSchema) });
/** A sample of before there were people in the field is left, and another one made. */
const keptSchema = z.object({ tenant_id: z.string(), field_username: z.literal(FIELD_USERNAME) });
const permissionsSchema = z.array(z.object({ id: z.string(), name: z.string() }));

type Send = (method: string, path: string, body?: object) => Promise<unknown>;

const sender =
  (url: string, token?: string): Send =>
  async (method, path, body) => {
    const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...authorization },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The sample was refused: ${method} ${path} answered ${response.status} ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };

const one = <T>(all: readonly T[], at: number): T => {
  const found = all[at % all.length];
  if (found === undefined) throw new Error('Nothing to choose from.');
  return found;
};

const inTurn = async <T, R>(all: readonly T[], work: (one: T, at: number) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = [];
  for (let from = 0; from < all.length; from += TOGETHER)
    results.push(...(await Promise.all(all.slice(from, from + TOGETHER).map((each, at) => work(each, from + at)))));
  return results;
};

/**
 * A tenant to look around in: thirty people with hours, assets, and a week of tasks around today, made over the API as
 * any client would. One that a data folder has already is used again.
 */
export const makeSample = async (url: string, dataDirectory: string | undefined): Promise<SampleLogin> => {
  const stranger = sender(url);
  const file = dataDirectory === undefined ? undefined : join(dataDirectory, FILE);
  const kept = file === undefined ? undefined : await keptIn(file);
  if (kept !== undefined) {
    const login = { tenant_id: kept.tenant_id, ...LOGIN };
    const isThere = await stranger('POST', '/identity/dev-login', login).then(
      () => true,
      () => false,
    );
    if (isThere) return login;
  }
  const { id: tenant_id } = madeSchema.parse(await stranger('POST', '/identity/tenants', { name: 'City inspections' }));
  const login = { tenant_id, ...LOGIN };
  await stranger('POST', '/identity/bootstrap-admin', login);
  const { access_token } = tokenSchema.parse(await stranger('POST', '/identity/dev-login', login));
  await fill(sender(url, access_token));
  if (file !== undefined) await writeFile(file, `${JSON.stringify({ tenant_id, field_username: FIELD_USERNAME })}\n`);
  return login;
};

const keptIn = async (file: string): Promise<z.infer<typeof keptSchema> | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : keptSchema.safeParse(JSON.parse(text)).data;
};

const fill = async (send: Send): Promise<void> => {
  const made = async (path: string, body: object): Promise<string> =>
    madeSchema.parse(await send('POST', path, body)).id;
  const units = await inTurn(AREAS, (code) =>
    made('/identity/org-units', { code, name: `Crew ${code.toLowerCase()}` }),
  );
  const field = await made('/identity/roles', { name: 'Field' });
  const catalogue = permissionsSchema.parse(await send('GET', '/identity/permissions'));
  const permission = catalogue.find(({ name }) => name === 'mission.field');
  await send('POST', `/identity/roles/${field}/permissions/${permission?.id ?? ''}`);
  const people = await inTurn(NAMES, async (username, at) => {
    const id = await made('/identity/users', { username, password: LOGIN.password });
    await send('POST', `/identity/users/${id}/org-units/${one(units, at)}`, { is_primary: true });
    await send('POST', `/identity/users/${id}/roles/${field}`);
    if (at % 6 !== 5) await send('PUT', `/task-center/users/${id}/working-hours`, hoursOf(at));
    return id;
  });
  await inTurn(
    ['UAV', 'UAV', 'UAV', 'UAV', 'BATTERY', 'BATTERY', 'PAYLOAD', 'CONTROLLER', 'DOCK'],
    async (type, at) => {
      const draft = { asset_type: type, asset_code: `${type}-${at + 1}`, name: `${type} ${at + 1}` };
      const id = await made('/assets', draft);
      const availability_status = at === 3 ? 'MAINTENANCE' : 'AVAILABLE';
      await send('POST', `/assets/${id}/availability`, { availability_status, region_code: one(AREAS, at) });
    },
  );
  const licence = await made('/identity/qualifications', { code: 'UAV-A2', name: 'Remote pilot, open category A2' });
  const rope = await made('/identity/qualifications', { code: 'ROPE', name: 'Rope access' });
  await inTurn(people, async (id, at) => {
    // Some of the licences end in the next weeks.
    const ends = dayFromToday(7 + 5 * at).toISOString();
    await send('PUT', `/identity/users/${id}/qualifications/${licence}`, at % 4 === 0 ? { valid_until: ends } : {});
    if (at % 3 === 0) await send('PUT', `/identity/users/${id}/qualifications/${rope}`);
  });
  const inspection = await made('/task-center/types', {
    ...{ code: 'INSPECT', name: 'Inspection', field_may_accept: true },
    required_qualifications: ['UAV-A2'],
  });
  const survey = await made('/task-center/types', { code: 'SURVEY', name: 'Survey' });
  const templateOf = (task_type_id: string, template_key: string, name: string, more: object): Promise<string> =>
    made('/task-center/templates', { task_type_id, template_key, name, ...more });
  const roof = await templateOf(inspection, 'roof', 'Roof inspection', { default_checklist: ['Batteries', 'Wind'] });
  const site = await templateOf(survey, 'site', 'Site survey', { requires_approval: true, default_risk_level: 4 });

  for (let day = -1; day < DAYS - 1; day += 1) {
    const midnight = dayFromToday(day);
    const crew = people.filter((_, at) => isAtWork(at, midnight.getUTCDay()));
    const assigned = crew.flatMap((userId, row) =>
      STARTS.filter((_, column) => (row + column + day + 7) % 3 !== 0).map((hour) => ({ userId, hour })),
    );
    const drafts = [
      ...assigned.map(({ hour }, at) => draftAt(midnight, hour, at + day + 7, inspection, roof)),
      ...Array.from({ length: 5 }, (_, at) => draftAt(midnight, one(STARTS, at), at + 40, inspection, roof)),
      draftAt(midnight, 13, 60 + day, survey, site),
    ];
    const batch = await send('POST', '/task-center/tasks:batch-create', { tasks: drafts });
    const { tasks } = batchSchema.parse(batch);
    await inTurn(assigned, ({ userId }, at) =>
      send('POST', `/task-center/tasks/${tasks[at]?.id ?? ''}/dispatch`, { assigned_to: userId }),
    );
  }
};

const dayFromToday = (days: number): Date => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days));
};

const draftAt = (midnight: Date, hour: number, at: number, task_type_id: string, template_id: string): object => {
  const instant = (hours: number): string => new Date(midnight.getTime() + hours * 3_600_000).toISOString();
  return {
    ...{ task_type_id, template_id, name: `${one(SITES, at)} ${at + 1}`, priority: 1 + ((at * 3) % 10) },
    ...{ area_code: one(AREAS, at), planned_start_at: instant(hour), planned_end_at: instant(hour + 2) },
  };
};
