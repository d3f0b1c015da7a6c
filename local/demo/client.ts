import * as z from 'zod';
import type { RouteContract } from '../../adapters/http/contract.ts';
import { PROBLEM_CONTENT_TYPE, problemSchema } from '../../adapters/http/problems.ts';
import type { Code } from '../../core/errors.ts';
import { mismatch } from './expectation.ts';

/** What a contract asks for: its path parameters, its query, its body. */
export type RequestOf<C extends RouteContract> = (C extends { readonly params: infer P extends z.ZodObject }
  ? { readonly params: z.input<P> }
  : { readonly params?: undefined }) &
  (C extends { readonly query: infer Q extends z.ZodObject }
    ? { readonly query?: z.input<Q> }
    : { readonly query?: undefined }) &
  (C extends { readonly body: infer B extends z.ZodType }
    ? { readonly body: z.input<B> }
    : { readonly body?: undefined }) & { readonly headers?: Readonly<Record<string, string>> };

export interface Reply<T> {
  readonly headers: Headers;
  readonly body: T;
}
export type Problem = z.infer<typeof problemSchema>;

/** The API as its contracts describe it, for one caller. */
export interface Client {
  /** The answer that the contract promises. Throws a mismatch when another status or another shape comes. */
  readonly send: <const C extends RouteContract>(
    contract: C,
    request: RequestOf<C>,
  ) => Promise<Reply<z.output<C['response']>>>;
  /** The refusal with this status and code. Throws a mismatch when anything else comes. */
  readonly refused: <const C extends RouteContract>(
    contract: C,
    request: RequestOf<C>,
    expected: { readonly status: number; readonly code: Code },
  ) => Promise<Problem>;
}

interface Raw {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const PATIENCE_MS = 30_000;

/** A request of whatever contract. */
interface AnyRequest {
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const pathOf = (contract: RouteContract, { params = {}, query = {} }: AnyRequest): string => {
  const path = contract.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(Reflect.get(params, name))),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
};

/** `fetch` says why it failed in the cause of its error. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);

const parsed = (contract: RouteContract, { headers, text }: Raw): unknown => {
  // A calendar is text, and is taken as it is.
  if (headers.get('content-type')?.startsWith('text/') === true) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw mismatch(`The body of ${contract.operation}`, 'JSON', text);
  }
};

/** `baseUrl` may end in a path (the stage of an API Gateway); `onAnswer` is told of every request. */
export const makeClient = ({
  baseUrl,
  headers: own = {},
  onAnswer,
}: {
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onAnswer: (answer: { readonly method: string; readonly path: string; readonly status: number }) => void;
}): Client => {
  const root = baseUrl.replace(/\/+$/, '');
  const exchange = async (contract: RouteContract, request: AnyRequest): Promise<Raw> => {
    const { method } = contract;
    const path = pathOf(contract, request);
    const response = await fetch(`${root}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...own, ...request.headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    }).catch((error: unknown) => {
      throw mismatch(`${method} ${root}${path}`, 'an answer', reasonOf(error));
    });
    const text = await response.text();
    onAnswer({ method, path, status: response.status });
    return { status: response.status, headers: response.headers, text };
  };

  return {
    send: async (contract, request) => {
      const raw = await exchange(contract, request);
      if (raw.status !== contract.status)
        throw mismatch(`The answer to ${contract.operation}`, contract.status, `${raw.status} ${raw.text}`);
      const body = contract.response.safeParse(raw.status === 204 ? undefined : parsed(contract, raw));
      if (!body.success)
        throw mismatch(`The body of ${contract.operation}`, 'what its contract says', z.prettifyError(body.error));
      return { headers: raw.headers, body: body.data as z.output<(typeof contract)['response']> };
    },
    refused: async (contract, request, { status, code }) => {
      const raw = await exchange(contract, request);
      const what = `The refusal of ${contract.operation}`;
      if (raw.status !== status) throw mismatch(what, `${status} ${code}`, `${raw.status} ${raw.text}`);
      const type = raw.headers.get('content-type') ?? '';
      if (!type.startsWith(PROBLEM_CONTENT_TYPE)) throw mismatch(what, PROBLEM_CONTENT_TYPE, type);
      const body = problemSchema.safeParse(parsed(contract, raw));
      if (!body.success) throw mismatch(what, 'a problem document', z.prettifyError(body.error));
      if (body.data.code !== code) throw mismatch(what, `code ${code}`, raw.text);
      return body.data;
    },
  };
};
