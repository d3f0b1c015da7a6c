import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';

/** What the authorizer tells the functions about a caller: API Gateway passes flat values only. */
export const authorizerContext = z.object({
  sub: z.string().min(1),
  tenant_id: z.string().min(1),
  /** A JSON list. */
  permissions: z.string(),
  /** The tenant's key for cursors, so that no function but the authorizer reads a secret. */
  cursor_key: z.string().min(1),
});
export type AuthorizerContext = z.infer<typeof authorizerContext>;

export interface Caller {
  readonly sub: string;
  readonly tenantId: string;
  readonly permissions: readonly string[];
  readonly cursorKey: string;
}

const permissionList = z.array(z.string());

/** The caller whom the authorizer let through; undefined where none ran. */
export const callerOf = (event: APIGatewayProxyEvent): Caller | undefined => {
  const context = authorizerContext.safeParse(event.requestContext.authorizer);
  if (!context.success) return undefined;
  const { sub, tenant_id, permissions, cursor_key } = context.data;
  return {
    sub,
    tenantId: tenant_id,
    permissions: permissionList.parse(JSON.parse(permissions)),
    cursorKey: cursor_key,
  };
};
