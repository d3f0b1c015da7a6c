import { AsyncLocalStorage } from 'node:async_hooks';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { AUTHORIZER_PARTITIONS, leadingKeys } from '../adapters/dynamodb/keys.ts';
import { KEY } from '../adapters/dynamodb/table.ts';
import { grantsOf, indexesOf, type RouteContract } from '../adapters/http/contract.ts';

/**
 * What IAM does when deployed: a function may do to the table what its contract grants. A grant that is missing fails in
 * every local run and in every test, and not first in an account.
 */
export interface Role {
  readonly name: string;
  /** IAM's actions without their prefix, with the index where it is one's: `PutItem`, `Query TASKS`. */
  readonly allowed: readonly string[];
  /** The partitions of the table that it may use, as IAM's patterns; absent for all of them. */
  readonly leading?: readonly string[];
  readonly onUse?: (permission: string) => void;
}

export const roleOf = (contract: RouteContract, onUse?: Role['onUse']): Role => ({
  name: contract.operation,
  allowed: [...grantsOf(contract), ...indexesOf(contract).map((index) => `Query ${index}`)],
  ...(contract.list === undefined ? {} : { leading: [leadingKeys(contract.list)] }),
  ...(onUse === undefined ? {} : { onUse }),
});

export const authorizerRole = (mode: 'builtin' | 'oidc'): Role =>
  mode === 'oidc'
    ? { name: 'the authorizer', allowed: [] }
    : { name: 'the authorizer', allowed: ['GetItem', 'BatchGetItem'], leading: AUTHORIZER_PARTITIONS };

/** It writes plans only: a policy of its own says so where it is deployed. */
export const PLANNER_ROLE: Role = {
  name: 'the planner',
  allowed: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
};

const current = new AsyncLocalStorage<Role>();

/** Runs work as the function that has the role. */
export const inRole = <T>(role: Role, work: () => T): T => current.run(role, work);

const keySchema = z.looseObject({ [KEY.partition]: z.string() });
const inputSchema = z.looseObject({
  IndexName: z.string().optional(),
  TransactItems: z.array(z.record(z.string(), z.unknown())).optional(),
  Key: keySchema.optional(),
  RequestItems: z.record(z.string(), z.looseObject({ Keys: z.array(keySchema) })).default({}),
  KeyConditionExpression: z.string().optional(),
  ExpressionAttributeValues: z.record(z.string(), z.unknown()).default({}),
});

/** What IAM asks for, by the member of an action of a transaction. */
const IN_TRANSACTION: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

/** A transaction needs the permissions of what is in it; it has none of its own. */
const permissionsOf = (operation: string, input: unknown): readonly string[] => {
  const { IndexName, TransactItems } = inputSchema.parse(input);
  if (TransactItems === undefined) return [IndexName === undefined ? operation : `${operation} ${IndexName}`];
  return [...new Set(TransactItems.flatMap(Object.keys))].map((member) => IN_TRANSACTION[member] ?? member);
};

/** The partitions of the table that a request without a transaction uses: IAM's leading keys. */
const partitionsOf = (input: unknown): readonly string[] => {
  const { IndexName, Key, RequestItems, KeyConditionExpression, ExpressionAttributeValues } = inputSchema.parse(input);
  if (IndexName !== undefined) return [];
  const queried = /^#\w+ = (?<value>:\w+)/.exec(KeyConditionExpression ?? '')?.groups?.['value'];
  return [
    ...(Key === undefined ? [] : [Key[KEY.partition]]),
    ...Object.values(RequestItems).flatMap(({ Keys }) => Keys.map((key) => key[KEY.partition])),
    ...(queried === undefined ? [] : [String(ExpressionAttributeValues[queried])]),
  ];
};

/** IAM's `StringLike`: a `*` stands for any characters. Nothing else in a pattern of ours means more than itself. */
const isLike = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 's').test(text);

const denied = (message: string): Error => Object.assign(new Error(message), { name: 'AccessDeniedException' });

/** Refuses what the role of the running function does not allow. What runs outside of any role may do everything. */
export const enforceRoles = (client: DynamoDBDocumentClient): void => {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const role = current.getStore();
      if (role === undefined) return next(args);
      const { leading } = role;
      for (const partition of leading === undefined ? [] : partitionsOf(args.input)) {
        if (leading === undefined || leading.some((pattern) => isLike(pattern, partition))) continue;
        throw denied(`The function of ${role.name} may not read ${partition}: it lists ${leading.join(' and ')}.`);
      }
      for (const permission of permissionsOf(String(context.commandName).replace(/Command$/, ''), args.input)) {
        role.onUse?.(permission);
        if (role.allowed.includes(permission)) continue;
        throw denied(
          `The function of ${role.name} may not do ${permission}: its contract does not name it under "table".`,
        );
      }
      return next(args);
    },
    { step: 'initialize', name: 'enforceRoles', override: true },
  );
};
