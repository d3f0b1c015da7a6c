import { gatewayPaths, methodsOf, type RouteContract } from '../adapters/http/contract.ts';
import { CORS } from '../adapters/http/cors.ts';
import { constant, gatewayResponses } from './gateway-responses.ts';

/** How long a verified token is taken as verified: a key taken out of use still opens the API for so long. */
const AUTHORIZER_CACHE_SECONDS = 300;
const PREFLIGHT_CACHE_SECONDS = 3_600;

const AUTHORIZER = 'token';
const JSON_BODIES = ['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8'];

/** Needs no token: for whoever monitors it, logs in, or has the bootstrap key and makes the first tenant. */
const isOpen = ({ access }: RouteContract): boolean => access === 'public' || access === 'bootstrap';

export interface ApiParts {
  readonly name: string;
  readonly routes: readonly { readonly contract: RouteContract; readonly functionUri: string }[];
  readonly authorizerUri: string;
  /** ARN of the role with which API Gateway invokes the functions. */
  readonly invoker: string;
  /** Origins whose pages may call the API. */
  readonly origins: readonly string[];
}

/**
 * The API as API Gateway imports it: OpenAPI with Amazon's extensions, a path for each route. As resources of
 * CloudFormation, routes, preflights and answers would be three quarters of the 500 that a stack may have.
 */
export const apiDefinition = ({ name, routes, authorizerUri, invoker, origins }: ApiParts) => {
  const paths: Record<string, Record<string, object>> = {};
  for (const { contract, functionUri } of routes) {
    const served = {
      ...(isOpen(contract) ? {} : { security: [{ [AUTHORIZER]: [] }] }),
      responses: {},
      'x-amazon-apigateway-integration': {
        type: 'aws_proxy',
        httpMethod: 'POST',
        uri: functionUri,
        credentials: invoker,
      },
    };
    for (const path of gatewayPaths(contract)) {
      paths[path] = {
        ...(origins.length === 0 ? {} : { options: preflight(origins) }),
        ...paths[path],
        ...Object.fromEntries(methodsOf(contract).map((method) => [method.toLowerCase(), served])),
      };
    }
  }
  return {
    openapi: '3.0.1',
    // As bytes: read as text, what is no UTF-8 would be repaired on the way, and nobody could refuse it.
    'x-amazon-apigateway-binary-media-types': JSON_BODIES,
    info: { title: name, version: '1' },
    paths,
    components: {
      securitySchemes: {
        [AUTHORIZER]: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          'x-amazon-apigateway-authtype': 'custom',
          'x-amazon-apigateway-authorizer': {
            type: 'request',
            authorizerUri,
            authorizerCredentials: invoker,
            // A request without the header is refused by API Gateway itself.
            identitySource: 'method.request.header.Authorization',
            authorizerResultTtlInSeconds: AUTHORIZER_CACHE_SECONDS,
          },
        },
      },
    },
    'x-amazon-apigateway-gateway-responses': gatewayResponses({ isReadableByPages: origins.length > 0 }),
  };
};

/** Chooses the caller's origin where it is one of those that are configured; else the first stays, which refuses. */
const originTemplate = (origins: readonly string[]): string =>
  [
    '#set($origin = $input.params().header.get("Origin"))',
    '#if($origin == "")#set($origin = $input.params().header.get("origin"))#end',
    `#if(${origins.map((origin) => `$origin == "${origin}"`).join(' || ')})`,
    '#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)',
    '#end',
  ].join('\n');

/** A mock answers preflights: browsers send no token with them. */
const preflight = (origins: readonly string[]): object => {
  const headers: Readonly<Record<string, string>> = {
    'Access-Control-Allow-Origin': origins[0] ?? '',
    'Access-Control-Allow-Methods': CORS.methods.join(','),
    'Access-Control-Allow-Headers': CORS.requestHeaders.join(','),
    'Access-Control-Max-Age': String(PREFLIGHT_CACHE_SECONDS),
    Vary: 'Origin',
  };
  const names = Object.keys(headers);
  return {
    responses: {
      204: {
        description: 'The answer to a preflight',
        headers: Object.fromEntries(names.map((header) => [header, { schema: { type: 'string' } }])),
      },
    },
    'x-amazon-apigateway-integration': {
      type: 'mock',
      requestTemplates: { 'application/json': '{ "statusCode": 204 }' },
      responses: {
        default: {
          statusCode: '204',
          responseParameters: Object.fromEntries(
            names.map((header) => [`method.response.header.${header}`, constant(headers[header] ?? '')]),
          ),
          responseTemplates: { 'application/json': originTemplate(origins) },
        },
      },
    },
  };
};
