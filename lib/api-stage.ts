import {
  AccessLogFormat,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodDeploymentOptions,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RouteContract } from '../adapters/http/contract.ts';
import { bootstrapAdmin, createTenant, devLogin } from '../functions/identity/contract.ts';
import type { Stage } from './stages.ts';

/** Guessing the bootstrap key must be slow, whoever guesses. */
const GUESSABLE = { throttlingRateLimit: 5, throttlingBurstLimit: 10 };
/**
 * Guesses at a password are counted by name and address (`core/identity/sign-in.ts`). This bound is of all callers
 * together, so it is so high that a stranger does not lock them out; it keeps sign-ins, a third of a second of a core
 * each, from taking all of the account's concurrency.
 */
const SIGN_IN = { throttlingRateLimit: 100, throttlingBurstLimit: 200 };
const THROTTLED: readonly (readonly [RouteContract, MethodDeploymentOptions])[] = [
  [devLogin, SIGN_IN],
  [createTenant, GUESSABLE],
  [bootstrapAdmin, GUESSABLE],
];

const MEASURED: MethodDeploymentOptions = {
  metricsEnabled: true,
  loggingLevel: MethodLoggingLevel.ERROR,
  dataTraceEnabled: false,
};

/** Neither the caller's address nor the user: the function's own log names the user, by id. */
const ACCESS_LOG = {
  request_id: '$context.requestId',
  extended_request_id: '$context.extendedRequestId',
  trace_id: '$context.xrayTraceId',
  time: '$context.requestTime',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  latency_ms: '$context.responseLatency',
  integration_latency_ms: '$context.integrationLatency',
  integration_status: '$context.integrationStatus',
  response_bytes: '$context.responseLength',
  protocol: '$context.protocol',
  tenant_id: '$context.authorizer.tenant_id',
  authorizer_status: '$context.authorizer.status',
  authorizer_latency_ms: '$context.authorizer.latency',
  gateway_answer: '$context.error.responseType',
  waf_status: '$context.waf.status',
} as const;

/** How the stage of the API is throttled, measured, traced and logged. */
export const stageOptions = (
  { name, throttle }: Stage,
  contracts: readonly RouteContract[],
  accessLog: LogGroup,
): StageOptions => ({
  ...MEASURED,
  stageName: name,
  tracingEnabled: true,
  throttlingRateLimit: throttle.rate,
  throttlingBurstLimit: throttle.burst,
  methodOptions: Object.fromEntries(
    THROTTLED.filter(([contract]) => contracts.includes(contract))
      // CDK itself writes `~1` for each slash of the path.
      .map(([{ method, path }, bound]) => [`${path}/${method}`, { ...MEASURED, ...bound }]),
  ),
  accessLogDestination: new LogGroupLogDestination(accessLog),
  accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
});
