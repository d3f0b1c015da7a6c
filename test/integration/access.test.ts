import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permissionsFor } from '../../adapters/http/contract.ts';
import { FIELD, PERMISSIONS } from '../../core/identity/permission.ts';
import { CONTRACTS } from '../../functions/contracts.ts';
import { contentsOf } from './contents.ts';
import { startApi, type TestApi } from './harness.ts';
import { bodyOf, makeWorld, paramsOf, pathOf, referencesIn, type World } from './world.ts';

/** Made from the contracts: a new route is covered by its row. */
let api: TestApi;
let ours: World;
let theirs: World;
beforeAll(async () => {
  api = await startApi();
  ours = await makeWorld(await api.tenant());
  theirs = await makeWorld(await api.tenant());
});
afterAll(() => api.stop());

const open = CONTRACTS.filter(({ access }) => access === 'public' || access === 'bootstrap');
const guarded = CONTRACTS.filter((contract) => !open.includes(contract)).map((contract) => ({
  contract,
  route: `${contract.method} ${contract.path}`,
}));

describe.each(guarded)('$route', ({ contract }) => {
  const { method, access } = contract;
  const sufficient: readonly string[] = permissionsFor(contract);

  it('needs a token', async () => {
    const { status, body, headers } = await api.anonymous(method, pathOf(contract, ours.ids), bodyOf(contract, ours));
    expect(status).toBe(401);
    expect(body.code).toBe('unauthenticated');
    expect(headers.get('WWW-Authenticate')).toBe('Bearer');
  });

  if (access !== 'signed_in')
    it(`needs ${access}, and says so`, async () => {
      const others = PERMISSIONS.map(({ name }) => name).filter((name) => name !== '*' && !sufficient.includes(name));
      for (const permissions of [[], others]) {
        const call = await ours.tenant.as(permissions);
        const { status, body } = await call(method, pathOf(contract, ours.ids), bodyOf(contract, ours));
        expect(status).toBe(403);
        expect(body).toMatchObject({ code: 'permission_denied', permission: access });
        for (const permission of sufficient) expect(body.detail).toContain(permission);
      }
    });

  it(`is let through by ${access} alone`, async () => {
    const call = await ours.tenant.as([access]);
    const { status } = await call(method, pathOf(contract, {}), bodyOf(contract, ours));
    expect([401, 403]).not.toContain(status);
  });

  if (contract.ownTasks === true)
    it("is let through by mission.field alone, and finds nothing that is another's", async () => {
      const call = await ours.tenant.as([FIELD]);
      const answer = await call(method, pathOf(contract, ours.ids), bodyOf(contract, ours));
      if (paramsOf(contract).length === 0) expect([answer.status, answer.body]).toEqual([200, []]);
      else expect([answer.status, answer.body.code]).toEqual([404, 'task_not_found']);
    });

  it('knows nothing of another tenant', async () => {
    const before = await contentsOf(theirs.tenant.id);
    // Each parameter and each reference in turn names something of theirs; everything else is ours.
    const foreign = (name: string): boolean => ours.ids[name] !== theirs.ids[name];
    for (const name of paramsOf(contract).filter(foreign)) {
      const path = pathOf(contract, { ...ours.ids, [name]: theirs.ids[name] ?? '' });
      const { status, body } = await ours.tenant.call(method, path, bodyOf(contract, ours));
      expect({ name, status, code: body.code }).toEqual({
        name,
        status: 404,
        code: `${name.replace(/_id$/, '')}_not_found`,
      });
    }
    for (const [field, name] of referencesIn(contract, ours)) {
      const body = { ...(bodyOf(contract, ours) as object), [field]: theirs.ids[name] };
      const answer = await ours.tenant.call(method, pathOf(contract, ours.ids), body);
      expect({ field, status: answer.status }).toEqual({ field, status: 404 });
    }
    if (contract.paged === true && paramsOf(contract).length === 0) {
      const { status, body } = await ours.tenant.call(method, contract.path);
      expect(status).toBe(200);
      const listed = (body as { id: string; tenant_id?: string }[]).map(({ id }) => id);
      expect(listed.length).toBeGreaterThan(0);
      for (const id of Object.values(theirs.ids).filter((id) => !Object.values(ours.ids).includes(id)))
        expect(listed).not.toContain(id);
    }
    expect(await contentsOf(theirs.tenant.id)).toEqual(before);
  });
});

describe('routes without a token', () => {
  it('are these, and no more', () => {
    expect(open.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'GET /',
      'GET /board',
      'GET /board/settings.json',
      'GET /board/{file}',
      'GET /calendar-feeds/{token}',
      'GET /healthz',
      'GET /openapi.json',
      'GET /readyz',
      'POST /api/identity/bootstrap-admin',
      'POST /api/identity/dev-login',
      'POST /api/identity/tenants',
    ]);
  });

  it('answer without one', async () => {
    for (const contract of open.filter(({ method }) => method === 'GET')) {
      // A name without a dot is a page.
      const path = pathOf(contract, { ...ours.ids, file: 'my-day' });
      expect({ path, status: (await api.anonymous('GET', path)).status }).toEqual({ path, status: 200 });
    }
    expect((await api.anonymous('POST', '/api/identity/tenants', { name: 'Anyone' })).status).toBe(201);
  });
});

describe('every list', () => {
  const lists = CONTRACTS.filter(({ paged }) => paged === true);
  it.each(lists.map(({ operation, path }) => ({ operation, path })))(
    '$operation gives out tenant-bound cursors',
    async ({ path }) => {
      const first = await ours.tenant.call('GET', `${pathOf({ path }, ours.ids)}?limit=1`);
      const next = /[?&]cursor=([^&>]+)/.exec(first.headers.get('Link') ?? '')?.[1];
      if (next === undefined) return;
      const stolen = await theirs.tenant.call('GET', `${pathOf({ path }, theirs.ids)}?limit=1&cursor=${next}`);
      expect([stolen.status, stolen.body.code]).toEqual([400, 'malformed_cursor']);
    },
  );
});
