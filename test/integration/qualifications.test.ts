import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../core/limits.ts';
import { startApi, type Answer, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const CENTER = '/api/task-center';
const IDENTITY = '/api/identity';
const codeOf = ({ status, body }: Answer): string => (status < 300 ? String(status) : `${status} ${String(body.code)}`);
const march = (day: number, hour = 0): string =>
  `2026-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00.000Z`;

const setUp = async () => {
  const { id, call, user, as } = await api.tenant();
  const [a, b] = [await user(), await user()];
  const qualification = async (code: string): Promise<string> =>
    (await call('POST', `${IDENTITY}/qualifications`, { code, name: code })).body.id as string;
  const [pilot, rope] = [await qualification('PILOT'), await qualification('ROPE')];
  const pathOf = (userId: string, qualificationId: string): string =>
    `${IDENTITY}/users/${userId}/qualifications/${qualificationId}`;
  const grant = (userId: string, qualificationId: string, body: object = {}): Promise<Answer> =>
    call('PUT', pathOf(userId, qualificationId), body);
  const withdraw = (userId: string, qualificationId: string, query = ''): Promise<Answer> =>
    call('DELETE', `${pathOf(userId, qualificationId)}${query}`);
  const grants = async (userId: string) =>
    (await call('GET', `${IDENTITY}/users/${userId}/qualifications`)).body as { code: string }[];
  return { id, call, user, as, a, b, pilot, rope, qualification, grant, withdraw, grants };
};

describe('the qualifications of a user', () => {
  it('are granted, said anew, listed by code and withdrawn; what is there already moves nothing', async () => {
    const { call, a, pilot, rope, grant, withdraw, grants } = await setUp();
    const version = async () =>
      (await call('GET', `${CENTER}/users/${a}/calendar?from=${march(1)}&to=${march(2)}`)).body.version as number;
    const before = await version();
    expect(codeOf(await grant(a, rope))).toBe('200');
    const granted = await grant(a, pilot, { valid_until: march(9), reference: 'DE-7' });
    const content = { code: 'PILOT', valid_from: null, valid_until: march(9), reference: 'DE-7' };
    expect(granted.body).toMatchObject({ user_id: a, qualification_id: pilot, ...content, affected: [] });
    expect((await grant(a, pilot, { valid_until: march(9), reference: 'DE-7' })).body).toEqual(granted.body);
    expect(await version()).toBe(before + 2);
    const renewed = await grant(a, pilot, { valid_from: march(2) });
    expect(renewed.body).toMatchObject({ valid_from: march(2), valid_until: null, reference: null });
    expect(renewed.body.granted_at).toBe(granted.body.granted_at);
    expect((await grants(a)).map(({ code }) => code)).toEqual(['PILOT', 'ROPE']);
    expect((await withdraw(a, pilot)).body).toMatchObject({ user_id: a, qualification_id: pilot, affected: [] });
    expect(codeOf(await withdraw(a, pilot))).toBe('200');
    expect((await grants(a)).map(({ code }) => code)).toEqual(['ROPE']);
    expect(await version()).toBe(before + 4);
  });

  it('are of what is in use: an inactive one is renewed, and given to nobody new', async () => {
    const { call, a, b, pilot, rope, grant } = await setUp();
    await grant(a, pilot);
    await call('PATCH', `${IDENTITY}/qualifications/${pilot}`, { is_active: false });
    expect(codeOf(await grant(a, pilot, { valid_until: march(9) }))).toBe('200');
    expect(codeOf(await grant(b, pilot))).toBe('409 inactive_qualification');
    expect(codeOf(await grant(a, 'none'))).toBe('404 qualification_not_found');
    expect(codeOf(await grant('nobody', rope))).toBe('404 user_not_found');
    const wrong = await grant(a, rope, { valid_from: march(9), valid_until: march(9) });
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/valid_until']);
  });

  it('are at most a hundred', async () => {
    const { a, qualification, grant } = await setUp();
    const ids = await Promise.all(
      Array.from({ length: LIMITS.qualificationsPerUser + 1 }, (_, at) => qualification(`Q-${at}`)),
    );
    const [last = '', ...first] = ids;
    for (const id of first) expect(codeOf(await grant(a, id))).toBe('200');
    expect(codeOf(await grant(a, last))).toBe('409 limit_reached');
    expect(codeOf(await grant(a, first[0] ?? '', { reference: 'Renewed' }))).toBe('200');
  });
});
