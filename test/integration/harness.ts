import { v7 as newUuid } from 'uuid';
import { commit } from '../../adapters/runtime/resources/identity.ts';
import { tokens } from '../../adapters/runtime/security.ts';
import { emptyCalendar } from '../../core/identity/tenants.ts';
import type { User } from '../../core/identity/directory.ts';
import { parseInstant, type Instant } from '../../core/time/instant.ts';
import { startLocalServer } from '../../local/server.ts';
import { requireConformance } from './conformance.ts';

/** An answer, its body parsed. Tests read bodies freely: their shapes are what is being tested. */
export interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  readonly headers: Headers;
}

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

const isJson = (headers: Headers): boolean => (headers.get('Content-Type') ?? 'json').includes('json');

/** Sends JSON; a text body goes out as it is. Throws when the answer breaks the OpenAPI document. */
export const caller =
  (url: string, token?: string): Call =>
  async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    requireConformance({ method, path, status: response.status, headers: response.headers, text });
    return {
      status: response.status,
      body: text === '' ? undefined : isJson(response.headers) ? (JSON.parse(text) as unknown) : text,
      headers: response.headers,
    };
  };

export const instant = (text: string): Instant => {
  const read = parseInstant(text);
  if (read === undefined) throw new Error(`${text} is no instant`);
  return read;
};

/** A tenant of its own, with a caller who may do everything unless told otherwise. */
export interface TestTenant {
  readonly id: string;
  readonly call: Call;
  readonly as: (permissions: readonly string[], sub?: string) => Promise<Call>;
  /** A user written past the API: hashing a password takes a third of a second. */
  readonly user: (patch?: Partial<User>) => Promise<string>;
}

export interface TestApi {
  readonly url: string;
  readonly anonymous: Call;
  readonly tenant: () => Promise<TestTenant>;
  readonly stop: () => Promise<void>;
}

/** The local gateway in this process, with the handlers that Lambda runs, on the database of the test run. */
export const startApi = async (): Promise<TestApi> => {
  const server = await startLocalServer({
    ...{ host: '127.0.0.1', port: 0, inMemory: false },
    // The tests say when a plan is made.
    isPlanning: false,
  });
  return {
    url: server.url,
    anonymous: caller(server.url),
    tenant: () => makeTenant(server.url),
    stop: () => server.stop(),
  };
};

/** A tenant on any gateway of the same database. */
export const makeTenant = (url: string): Promise<TestTenant> => tenantOver((token) => caller(url, token));

/** A tenant whose calls go out over what `connect` makes for a token. */
export const tenantOver = async (connect: (token: string) => Call): Promise<TestTenant> => {
  const id = newUuid();
  const as = async (permissions: readonly string[], sub = newUuid()): Promise<Call> =>
    connect(await tokens.issue({ sub, tenant_id: id, permissions }));
  return { id, call: await as(['*']), as, user: (patch) => seedUser(id, patch) };
};

const seedUser = async (tenantId: string, patch: Partial<User> = {}): Promise<string> => {
  const id = newUuid();
  const user: User = {
    id,
    tenant_id: tenantId,
    username: `user-${id}`,
    is_active: true,
    created_at: instant('2026-01-01T00:00:00Z'),
    password_hash: 'none',
    role_ids: [],
    token_epoch: 1,
    version: 1,
    ...patch,
  };
  const call = { tenantId, actorId: 'test', permissions: [] };
  await commit(call, [{ kind: 'user_created', user, calendar: emptyCalendar(user) }], undefined);
  return id;
};

/** A task type and any number of tasks of it. */
export const makeTasks = async (call: Call, drafts: readonly object[]): Promise<readonly { readonly id: string }[]> => {
  const type = await call('POST', '/api/task-center/types', { code: newUuid().slice(-12), name: 'Inspection' });
  const tasks = drafts.map((draft, index) => ({
    task_type_id: type.body.id as string,
    name: `Task ${index + 1}`,
    ...draft,
  }));
  const batch = await call('POST', '/api/task-center/tasks:batch-create', { tasks });
  if (batch.status !== 201) throw new Error(JSON.stringify(batch.body));
  return batch.body.tasks as { id: string }[];
};
