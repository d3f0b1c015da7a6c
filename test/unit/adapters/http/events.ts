import type { APIGatewayProxyEvent, Context } from 'aws-lambda';

/** What API Gateway passes on of a caller whom the authorizer let in. */
export const authorizedAs = (...permissions: readonly string[]) => ({
  sub: 'user-1',
  tenant_id: 'tenant-1',
  permissions: JSON.stringify(permissions),
  cursor_key: 'key of the tenant',
});

export interface Asked {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly authorizer?: object;
  readonly httpMethod?: string;
}

/** A REST proxy event as the pipeline reads it; AWS's type has many fields that nobody asks for. */
export const eventOf = ({
  body,
  headers = {},
  params,
  query,
  authorizer,
  httpMethod = 'GET',
}: Asked = {}): APIGatewayProxyEvent =>
  ({
    path: '/here',
    httpMethod,
    headers,
    body: body ?? null,
    isBase64Encoded: false,
    pathParameters: params ?? null,
    multiValueQueryStringParameters: query ?? null,
    requestContext: {
      requestId: 'request-1',
      path: '/stage/here',
      domainName: 'api.example',
      identity: { sourceIp: '192.0.2.1' },
      authorizer,
    },
  }) as unknown as APIGatewayProxyEvent;

export const CONTEXT = {} as Context;
