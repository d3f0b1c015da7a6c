interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}
export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** The pages are tested from outside, so what they need is made from outside too. */
const caller =
  (url: string, token?: string): Call =>
  async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };

/** A tenant made over the API, as its administrator would make it. */
export interface World {
  readonly url: string;
  readonly tenantId: string;
  readonly password: string;
  readonly call: Call;
  readonly typeId: string;
  readonly userIdOf: (name: string) => Promise<string>;
  readonly task: (draft: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly dispatch: (taskId: string, userId: string) => Promise<void>;
  /** Gives people a role of their own with these permissions. */
  readonly permit: (userIds: readonly string[], permissions: readonly string[]) => Promise<void>;
}

const PASSWORD = 'board-test';

/** Today at an hour, UTC: where the browser of the tests is. */
export const today = (hour: number, minute = 0): string => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), hour, minute)).toISOString();
};
export const between = (from: number, to: number) => ({ planned_start_at: today(from), planned_end_at: today(to) });

const done = async (answer: ReturnType<Call>): Promise<{ readonly id: string }> => {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body as { id: string };
};

/** A tenant with an administrator called `admin` and people of these names. */
export const makeWorld = async (url: string, names: readonly string[]): Promise<World> => {
  const stranger = caller(url);
  const { id: tenantId } = await done(stranger('POST', '/api/identity/tenants', { name: 'Browser tests' }));
  const login = { tenant_id: tenantId, username: 'admin', password: PASSWORD };
  await done(stranger('POST', '/api/identity/bootstrap-admin', login));
  const { body } = await stranger('POST', '/api/identity/dev-login', login);
  const call = caller(url, body.access_token as string);
  for (const username of names) await done(call('POST', '/api/identity/users', { username, password: PASSWORD }));
  const type = await done(call('POST', '/api/task-center/types', { code: 'INSPECT', name: 'Inspection' }));
  return {
    url,
    tenantId,
    password: PASSWORD,
    call,
    typeId: type.id,
    userIdOf: async (name) => {
      const users = (await call('GET', '/api/identity/users?limit=200')).body as { id: string; username: string }[];
      const user = users.find(({ username }) => username === name);
      if (user === undefined) throw new Error(`Nobody is called ${name}`);
      return user.id;
    },
    task: async (draft) =>
      (await done(call('POST', '/api/task-center/tasks', { task_type_id: type.id, name: 'Task', ...draft }))).id,
    dispatch: async (taskId, assigned_to) => {
      await done(call('POST', `/api/task-center/tasks/${taskId}/dispatch`, { assigned_to }));
    },
    permit: async (userIds, permissions) => {
      const catalogue = (await call('GET', '/api/identity/permissions')).body as { id: string; name: string }[];
      const role = await done(call('POST', '/api/identity/roles', { name: permissions.join(' ') }));
      for (const { id } of catalogue.filter(({ name }) => permissions.includes(name)))
        await call('POST', `/api/identity/roles/${role.id}/permissions/${id}`);
      for (const userId of userIds) await call('POST', `/api/identity/users/${userId}/roles/${role.id}`);
    },
  };
};
