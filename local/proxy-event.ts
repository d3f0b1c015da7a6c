import { createHash, randomBytes } from 'node:crypto';
import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { RouteMatch } from './routing.ts';

export interface Received {
  readonly requestId: string;
  readonly receivedAt: Date;
  readonly method: string;
  /** Raw, without the query. */
  readonly path: string;
  /** Raw, without the question mark. */
  readonly query: string;
  /** Names and values in turn, as `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** The body is bytes that are no text: they go in base64, so that the function gets to see them. */
  readonly isBase64Encoded?: boolean;
  /** Host and port at which this gateway can be reached, whatever the `Host` of the request says. */
  readonly authority?: string;
  readonly sourceIp: string;
  readonly port: number;
}

export type Authorizer = Readonly<Record<string, string | number>>;

const ACCOUNT = '000000000000';
const API = 'local';
const STAGE = 'local';
/** Headers of the connection between client and gateway: they end there. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect']);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** The common log format, as in `requestContext.requestTime`: `09/Apr/2015:12:34:56 +0000`. */
const commonLogTime = (time: Date): string => {
  const [year, month, day] = time.toISOString().slice(0, 10).split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.toISOString().slice(11, 19)} +0000`;
};

/** All values by name; names that differ only in case are one, spelled as first seen. */
const collectHeaders = (rawHeaders: readonly string[]): Map<string, string[]> => {
  const spelling = new Map<string, string>();
  const values = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower)) continue;
    const known = spelling.get(lower) ?? name;
    spelling.set(lower, known);
    values.set(known, [...(values.get(known) ?? []), rawHeaders[at + 1] ?? '']);
  }
  return values;
};

const collectQuery = (query: string): Map<string, string[]> => {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
};

const lastValues = (values: ReadonlyMap<string, readonly string[]>): Record<string, string> =>
  Object.fromEntries([...values].map(([name, all]) => [name, all.at(-1) ?? '']));

/** The ARN by which a policy names a method and path. */
export const methodArn = (method: string, path: string): string =>
  `arn:aws:execute-api:local:${ACCOUNT}:${API}/${STAGE}/${method}${path}`;

/** The value of a header, whatever the case of its name; empty when it is absent. */
export const headerValue = (rawHeaders: readonly string[], name: string): string =>
  Object.entries(lastValues(collectHeaders(rawHeaders))).find(([known]) => known.toLowerCase() === name)?.[1] ?? '';

/**
 * The event of a Lambda proxy integration (payload format 1.0) of a regional REST API: header names as received, the
 * last of several values in the single-value maps, query decoded, path and path parameters not.
 */
export const proxyEvent = (
  received: Received,
  { resource, pathParameters }: Pick<RouteMatch<unknown>, 'resource' | 'pathParameters'>,
  authorizer?: Authorizer,
): APIGatewayProxyEvent => {
  const { requestId, receivedAt, method, path, query, rawHeaders, body, sourceIp, port } = received;
  const headers = collectHeaders(rawHeaders);
  const userAgent = headerValue(rawHeaders, 'user-agent');
  const forwarded = headerValue(rawHeaders, 'x-forwarded-for');
  for (const [name, value] of Object.entries({
    'X-Amzn-Trace-Id': `Root=1-${Math.floor(receivedAt.getTime() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
    'X-Forwarded-For': forwarded === '' ? sourceIp : `${forwarded}, ${sourceIp}`,
    'X-Forwarded-Port': String(port),
    'X-Forwarded-Proto': 'http',
  })) {
    for (const known of [...headers.keys()]) if (known.toLowerCase() === name.toLowerCase()) headers.delete(known);
    headers.set(name, [value]);
  }
  const parameters = collectQuery(query);
  return {
    resource,
    path,
    httpMethod: method,
    headers: lastValues(headers),
    multiValueHeaders: Object.fromEntries(headers),
    queryStringParameters: parameters.size === 0 ? null : lastValues(parameters),
    multiValueQueryStringParameters: parameters.size === 0 ? null : Object.fromEntries(parameters),
    pathParameters: Object.keys(pathParameters).length === 0 ? null : { ...pathParameters },
    stageVariables: null,
    requestContext: {
      resourceId: createHash('sha256').update(resource).digest('hex').slice(0, 6),
      resourcePath: resource,
      httpMethod: method,
      extendedRequestId: Buffer.from(requestId).toString('base64').slice(0, 16),
      requestTime: commonLogTime(receivedAt),
      // Without the stage: like a custom domain, this gateway serves its stage at the root.
      path,
      accountId: ACCOUNT,
      protocol: 'HTTP/1.1',
      stage: STAGE,
      domainPrefix: API,
      domainName: received.authority,
      requestTimeEpoch: receivedAt.getTime(),
      requestId,
      apiId: API,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        user: null,
        userArn: null,
        sourceIp,
        userAgent: userAgent === '' ? null : userAgent,
      },
      authorizer: authorizer === undefined ? null : { ...authorizer },
    },
    body: body === '' ? null : body,
    isBase64Encoded: received.isBase64Encoded ?? false,
  };
};

/** What a REQUEST authorizer is asked: the request without its body. */
export const authorizerEvent = (event: APIGatewayProxyEvent): APIGatewayRequestAuthorizerEvent => {
  const { body: _body, isBase64Encoded: _encoded, requestContext, ...request } = event;
  const { authorizer: _authorizer, ...context } = requestContext;
  return {
    type: 'REQUEST',
    methodArn: methodArn(event.httpMethod, event.path),
    ...request,
    requestContext: { ...context, authorizer: undefined },
  };
};
