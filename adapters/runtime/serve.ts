import { customVerb, type RouteContract } from '../http/contract.ts';
import { corsHeaders } from '../http/cors.ts';
import { headerOf } from '../http/headers.ts';
import { makePipeline, type Handler, type Observation, type Request } from '../http/pipeline.ts';
import { AsyncLocalStorage } from 'node:async_hooks';
import * as z from 'zod';
import { makeTenantShare } from '../../core/tenant-share.ts';
import { metered, type Cost } from '../dynamodb/meter.ts';
import { environment, receipts } from './composition.ts';
import { LOCAL_STAGE } from './environment.ts';
import { metricLine, metricsOf } from './metrics.ts';
import { tell } from './tell.ts';

/** What is learned of a request while it is worked on. */
const learned = new AsyncLocalStorage<{ cost?: Cost; result?: unknown; isPreview?: boolean }>();

const observe = (observation: Observation): void => {
  const { cost, result, isPreview = false } = learned.getStore() ?? {};
  const { status, method, path } = observation;
  tell(`${status} ${method} ${path}`, observation, cost);
  emit(metricsOf({ ...observation, isPreview, retries: cost?.retries ?? 0, result }));
};

/** Whatever the log level: metrics are no log. A local run has nobody who would collect them. */
const emit = (metrics: Readonly<Record<string, number>>): void => {
  if (environment.STAGE === LOCAL_STAGE || Object.keys(metrics).length === 0) return;
  process.stdout.write(`${metricLine(metrics, environment.STAGE, Date.now())}\n`);
};

const share = makeTenantShare(environment.TENANT_SHARE);

const serveWith = (bootstrapKey: () => Promise<string | undefined>) =>
  makePipeline({
    observe,
    receipts,
    measured: (work) =>
      metered((cost) => {
        const known = learned.getStore();
        if (known !== undefined) known.cost = cost;
        return work();
      }),
    share,
    stopwatch: () => performance.now(),
    bootstrapKey,
    publicUrl: environment.PUBLIC_URL,
  });

const traced =
  (handler: Handler): Handler =>
  (event, context) =>
    learned.run({}, async () => {
      const answer = await handler(event, context);
      const readable = corsHeaders(headerOf(event.headers, 'origin'), environment.CORS_ORIGINS);
      return { ...answer, headers: { ...answer.headers, ...readable } };
    });

const previewing = z.object({ validate_only: z.literal(true) });

/** Keeps for the metrics whether the work was a preview, and what it returned. */
const remembered =
  <R extends { readonly body: unknown }>(work: (request: R) => Promise<unknown>) =>
  async (request: R): Promise<unknown> => {
    const known = learned.getStore();
    if (known !== undefined) known.isPreview = previewing.safeParse(request.body).success;
    const result = await work(request);
    if (known !== undefined) known.result = result;
    return result;
  };

/** Serves a contract. `bootstrapKey` is only needed by routes that demand it. */
export const serve = <const C extends RouteContract>(
  contract: C,
  work: (request: Request<C>) => Promise<unknown>,
  {
    bootstrapKey = () => Promise.resolve(undefined),
  }: { readonly bootstrapKey?: () => Promise<string | undefined> } = {},
): Handler => traced(serveWith(bootstrapKey)(contract, remembered(work)));

/** Serves a contract that reads and writes no table: its bundle carries no database client, so it starts faster. */
export const serveWithoutTable = <
  const C extends RouteContract & { readonly method: 'GET'; readonly table: readonly [] },
>(
  contract: C,
  work: (request: Request<C>) => Promise<unknown>,
): Handler => {
  const nothing = () => Promise.resolve(undefined);
  const pipeline = makePipeline({
    observe,
    receipts: { find: nothing },
    measured: (run) => run(),
    share,
    stopwatch: () => performance.now(),
    bootstrapKey: nothing,
    publicUrl: environment.PUBLIC_URL,
  });
  return traced(pipeline(contract, work));
};

/**
 * Serves routes that differ in their custom verb only, which a gateway hands to one function. What has another verb is
 * refused by the first, as any route would.
 */
export const serveVerbs =
  (first: Verb, ...others: readonly Verb[]): Handler =>
  (event, context) => {
    const asked = others.find(([contract]) => isAskedFor(contract, event)) ?? first;
    return asked[1](event, context);
  };
type Verb = readonly [RouteContract, Handler];

const isAskedFor = ({ path }: RouteContract, { pathParameters }: Parameters<Handler>[0]): boolean => {
  const { segment = '', verb = '' } = customVerb(path) ?? {};
  const given = pathParameters?.[segment.slice(1, -1)] ?? '';
  return given.endsWith(`:${verb}`) || given.toUpperCase().endsWith(`%3A${verb.toUpperCase()}`);
};
