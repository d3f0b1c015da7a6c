import { AsyncLocalStorage } from 'node:async_hooks';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Trouble, TroubleServer } from './trouble.ts';

/** The parts of the SDK's request that are rerouted. */
interface WireRequest {
  hostname: string;
  port?: number | undefined;
  protocol: string;
  headers: Record<string, string>;
}

/** One attempt of one call, which is what one `client.send` makes. */
export interface Sent {
  /** Counted from 1, in the order of sending. */
  readonly number: number;
  readonly operation: string;
  /** Of this call, counted from 1. */
  readonly attempt: number;
  /** Of all calls, counted from 1: how many requests have gone out. */
  readonly request: number;
}

export interface Fault {
  readonly trouble: Trouble;
  /** The table carries the request out first: only the answer is lost. */
  readonly afterEffect: boolean;
}

/** What an attempt suffers; undefined for nothing. */
export type Plan = (sent: Sent) => Fault | undefined;

interface Running {
  readonly plan: Plan;
  readonly calls: string[];
  requests: number;
  hits: number;
}

interface Suffered<T> {
  readonly result: T;
  /** What was sent: the names of the operations, in order. */
  readonly calls: readonly string[];
  /** Attempts of all calls. */
  readonly requests: number;
  /** Attempts that suffered. */
  readonly hits: number;
}

export interface Injector {
  /** Runs work while its calls suffer what the plan says; other work at the same time does not. */
  readonly during: <T>(plan: Plan, work: () => Promise<T>) => Promise<Suffered<T>>;
}

/** Far less than the client would wait: it is the waiting that is tested, not its length. */
const PATIENCE_MS = 60;

/**
 * Puts faults between the SDK and the wire: behind its retries, its signing and its parsing, so that all of those see
 * what they would see in earnest.
 */
export const makeInjector = (client: DynamoDBDocumentClient, server: TroubleServer): Injector => {
  const storage = new AsyncLocalStorage<Running>();
  const sentBy = new WeakMap<object, { number: number; attempt: number }>();

  client.middlewareStack.add(
    (next, context) => (args) => {
      const running = storage.getStore();
      if (running !== undefined) {
        running.calls.push(String(context.commandName).replace(/Command$/, ''));
        sentBy.set(context, { number: running.calls.length, attempt: 0 });
      }
      return next(args);
    },
    { step: 'initialize', name: 'numberCalls' },
  );

  client.middlewareStack.add(
    (next, context) => async (args) => {
      const running = storage.getStore();
      const call = sentBy.get(context);
      if (running === undefined || call === undefined) return next(args);
      call.attempt += 1;
      const operation = running.calls[call.number - 1] ?? '';
      running.requests += 1;
      const sent = { number: call.number, operation, attempt: call.attempt, request: running.requests };
      const fault = running.plan(sent);
      if (fault === undefined) return next(args);
      running.hits += 1;
      if (fault.afterEffect) await drop(await next(args));
      const request = args.request as WireRequest;
      const { port, headers } = server.addressOf(fault.trouble);
      const rerouted: unknown = Object.assign(Object.create(Object.getPrototypeOf(request) as object), request, {
        protocol: 'http:',
        hostname: '127.0.0.1',
        port,
        headers: { ...request.headers, ...headers, host: `127.0.0.1:${port}` },
      });
      const patience = fault.trouble.kind === 'silent' ? { requestTimeout: PATIENCE_MS } : {};
      const { response } = await client.config.requestHandler.handle(rerouted as never, patience);
      // The deserializer, which is next on the way out, makes the output of it.
      return { response };
    },
    { step: 'deserialize', name: 'injectFaults', priority: 'low' },
  );

  return {
    during: async (plan, work) => {
      const running: Running = { plan, calls: [], requests: 0, hits: 0 };
      const result = await storage.run(running, work);
      return { result, calls: running.calls, requests: running.requests, hits: running.hits };
    },
  };
};

/** Reads an answer to its end, so that its connection is free again. */
const drop = async ({ response }: { readonly response: unknown }): Promise<void> => {
  const { body } = response as { readonly body: Readable };
  await finished(body.resume());
};
