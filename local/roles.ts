import { AsyncLocalStorage } from 'node:async_hooks';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { grantsOf, indexesOf, type RouteContract } from '../adapters/http/contract.ts';

/**
 * What IAM does when deployed: a function may do to the table what its contract grants. A grant that is missing fails in
 * every local run and in every test, and not first in an account.
 */
export interface Role {
  readonly name: string;
  /** IAM's actions without their prefix, with the index where it is one's: `PutItem`, `Query LIST0`. */
  readonly allowed: readonly string[];
  readonly onUse?: (permission: string) => void;
}

export const roleOf = (contract: RouteContract, onUse?: Role['onUse']): Role => ({
  name: contract.operation,
  allowed: [...grantsOf(contract), ...indexesOf(contract).map((index) => `Query ${index}`)],
  ...(onUse === undefined ? {} : { onUse }),
});

const current = new AsyncLocalStorage<Role>();

/** Runs work as the function that has the role. */
export const inRole = <T>(role: Role, work: () => T): T => current.run(role, work);

const inputSchema = z.looseObject({
  IndexName: z.string().optional(),
  TransactItems: z.array(z.record(z.string(), z.unknown())).optional(),
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

/** Refuses what the role of the running function does not allow. What runs outside of any role may do everything. */
export const enforceRoles = (client: DynamoDBDocumentClient): void => {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const role = current.getStore();
      if (role === undefined) return next(args);
      for (const permission of permissionsOf(String(context.commandName).replace(/Command$/, ''), args.input)) {
        role.onUse?.(permission);
        if (role.allowed.includes(permission)) continue;
        const error = new Error(
          `The function of ${role.name} may not do ${permission}: its contract does not name it under "table".`,
        );
        error.name = 'AccessDeniedException';
        throw error;
      }
      return next(args);
    },
    { step: 'initialize', name: 'enforceRoles', override: true },
  );
};
