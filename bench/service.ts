import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { metered } from '../adapters/dynamodb/meter.ts';
import { ENV } from '../adapters/runtime/environment.ts';
import { emptyCalendar } from '../core/identity/tenants.ts';
import { startDatabase } from '../local/database.ts';
import { createTable, ensureLocalSecrets } from '../local/table.ts';
import { directCaller } from '../test/faults/direct-call.ts';
import type { Answer, TestTenant } from '../test/integration/harness.ts';
import { requireStatus } from './requests.ts';
import { makeScales } from './scales.ts';

const TABLE = 'task-center-bench';

/** What one request asked of the table, and how long it took. */
export interface Measured {
  readonly answer: Answer;
  readonly ms: number;
  readonly tableMs: number;
  readonly roundTrips: number;
  readonly requests: number;
  readonly readUnits: number;
}

/** The service in this process, without sockets but those to its own database: the handlers that Lambda runs. */
export interface Service {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly tenant: () => Promise<TestTenant>;
  /** Measures one request; throws when its answer has another status. */
  readonly measure: (request: () => Promise<Answer>, status?: number) => Promise<Measured>;
  /** Write units of one request, by the rules of AWS. */
  readonly weigh: (request: () => Promise<Answer>) => Promise<number>;
  readonly stop: () => Promise<void>;
}

export const openService = async (): Promise<Service> => {
  const database = await startDatabase({ inMemory: true, environment: process.env });
  // The functions read the environment when they are loaded: they are imported below, after it is set.
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'us-east-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    [ENV.tableName]: TABLE,
    [ENV.dynamodbEndpoint]: database.endpoint,
    [ENV.identityMode]: 'builtin',
    [ENV.logLevel]: 'ERROR',
  });
  const observer = new DynamoDBClient({ endpoint: database.endpoint });
  await createTable(observer, TABLE);
  process.env[ENV.localSecrets] = await ensureLocalSecrets(observer, TABLE);
  const { client } = await import('../adapters/runtime/composition.ts');
  const { tenantOver } = await import('../test/integration/harness.ts');
  const scales = makeScales(client, DynamoDBDocumentClient.from(observer), TABLE);
  return {
    client,
    tableName: TABLE,
    tenant: () => tenantOver(directCaller),
    measure: (request, status = 200) =>
      metered(async (cost) => {
        const started = performance.now();
        const answer = await request();
        const ms = performance.now() - started;
        requireStatus(answer, status);
        const { tableMs, roundTrips, calls: requests, readUnits } = cost;
        return { answer, ms, tableMs, roundTrips, requests, readUnits };
      }),
    weigh: (request) => scales.weigh(request),
    stop: async () => {
      observer.destroy();
      client.destroy();
      await database.stop();
    },
  };
};

/** A user who is a member of an org unit, so that an automatic dispatch prefers them. */
export const memberOf = (tenantId: string, orgUnitId: string): Promise<string> => userOf(tenantId, orgUnitId);

/** A user who cannot sign in: hashing a password takes longer than all the rest. */
export const userOf = async (tenantId: string, orgUnitId?: string): Promise<string> => {
  const { clock, newId } = await import('../adapters/runtime/composition.ts');
  const { commit } = await import('../adapters/runtime/resources/identity.ts');
  const id = newId();
  const user = {
    id,
    tenant_id: tenantId,
    username: `user-${id}`,
    is_active: true,
    created_at: clock(),
    password_hash: 'none',
    role_ids: [],
    token_epoch: 1,
    version: 1,
  };
  const calendar = {
    ...emptyCalendar(user),
    memberships: orgUnitId === undefined ? [] : [{ org_unit_id: orgUnitId, is_primary: true, created_at: clock() }],
  };
  await commit({ tenantId, actorId: 'bench', permissions: [] }, [{ kind: 'user_created', user, calendar }], undefined);
  return id;
};
