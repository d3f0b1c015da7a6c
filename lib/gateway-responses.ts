import { PROBLEM_CONTENT_TYPE, PROBLEMS, problemType } from '../adapters/http/problems.ts';
import { LIMITS, RETRY } from '../core/limits.ts';

interface GatewayAnswer {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const known = (
  code: keyof typeof PROBLEMS,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): GatewayAnswer => ({ ...PROBLEMS[code], code, detail, headers });

const noRoute = known('route_not_found', 'There is no such route.');
const unauthenticated = known('unauthenticated', 'The request carries no valid token.', {
  'WWW-Authenticate': 'Bearer',
});
const throttled = known('throttled', 'There are too many requests at the moment.', {
  'Retry-After': String(RETRY.retryAfterSeconds),
});
const badRequest: GatewayAnswer = {
  status: 400,
  title: 'Bad request',
  code: 'bad_request',
  detail: 'The request is malformed.',
};
const failed = (status: number): GatewayAnswer => ({
  status,
  title: 'Internal error',
  code: 'internal_error',
  detail: 'Something went wrong on our side.',
});
const forbidden = (detail: string): GatewayAnswer => ({ status: 403, title: 'Forbidden', code: 'forbidden', detail });
const timedOut: GatewayAnswer = {
  status: 504,
  title: 'Gateway timeout',
  code: 'gateway_timeout',
  detail: 'No answer came in time; what was asked for may still happen.',
};

/**
 * What API Gateway answers itself, by the type of its response.
 * A route or method that does not exist is, to API Gateway, a request that lacks a signature, or has a wrong one when an
 * `Authorization` header is there: no route here takes signatures. The default of 4xx is what it says of a header that
 * does not even look like a signature, such as a bearer token; every other kind has a row of its own.
 */
const GATEWAY_ANSWERS = {
  UNAUTHORIZED: unauthenticated,
  ACCESS_DENIED: forbidden('This caller may not use this API.'),
  WAF_FILTERED: forbidden('The request was refused by the firewall.'),
  INVALID_API_KEY: forbidden('This caller may not use this API.'),
  MISSING_AUTHENTICATION_TOKEN: noRoute,
  RESOURCE_NOT_FOUND: noRoute,
  INVALID_SIGNATURE: noRoute,
  EXPIRED_TOKEN: noRoute,
  DEFAULT_4XX: noRoute,
  BAD_REQUEST_BODY: badRequest,
  BAD_REQUEST_PARAMETERS: badRequest,
  UNSUPPORTED_MEDIA_TYPE: {
    ...badRequest,
    status: 415,
    title: 'Unsupported media type',
    code: 'unsupported_media_type',
  },
  REQUEST_TOO_LARGE: known('body_too_large', `A request body may hold ${LIMITS.bodyBytes} bytes; this one holds more.`),
  THROTTLED: throttled,
  QUOTA_EXCEEDED: throttled,
  API_CONFIGURATION_ERROR: failed(500),
  AUTHORIZER_CONFIGURATION_ERROR: failed(500),
  AUTHORIZER_FAILURE: failed(500),
  INTEGRATION_FAILURE: failed(502),
  DEFAULT_5XX: failed(502),
  INTEGRATION_TIMEOUT: timedOut,
} as const satisfies Record<string, GatewayAnswer>;

/** In single quotes: a constant, to API Gateway. */
export const constant = (value: string): string => `'${value}'`;

/** API Gateway chooses a template by the caller's `Accept`, and would answer in a form of its own where none fits. */
const CONTENT_TYPES = [PROBLEM_CONTENT_TYPE, 'application/json'];

const responseOf = (
  { status, title, code, detail, headers = {} }: GatewayAnswer,
  more: Readonly<Record<string, string>>,
) => {
  const body = { type: problemType(code), title, status, detail, code, request_id: '$context.requestId' };
  const sent = { ...headers, 'Cache-Control': 'no-store', ...more };
  return {
    statusCode: String(status),
    responseParameters: Object.fromEntries(
      Object.entries(sent).map(([name, value]) => [`gatewayresponse.header.${name}`, constant(value)]),
    ),
    responseTemplates: Object.fromEntries(CONTENT_TYPES.map((type) => [type, JSON.stringify(body)])),
  };
};

/**
 * The answers of API Gateway itself, as its definition takes them (`x-amazon-apigateway-gateway-responses`): problem
 * documents with the members of our own. They hold no data and no cookie opens anything, so a page of any origin may read
 * them: API Gateway cannot choose an origin here.
 */
export const gatewayResponses = ({ isReadableByPages }: { readonly isReadableByPages: boolean }) =>
  Object.fromEntries(
    Object.entries<GatewayAnswer>(GATEWAY_ANSWERS).map(([type, answer]) => [
      type,
      responseOf(answer, isReadableByPages ? { 'Access-Control-Allow-Origin': '*' } : {}),
    ]),
  );
