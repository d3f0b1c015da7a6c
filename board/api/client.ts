import type * as z from 'zod';
import type * as resources from '../../functions/resources.ts';
import { Refusal, readProblem } from './refusal.ts';

/** Every route of the service, as a type: nothing of the contracts is bundled. */
type Resources = typeof resources;
type Route = { [R in keyof Resources]: Resources[R][keyof Resources[R]] }[keyof Resources];
type Of<M extends string, P extends string> = Extract<Route, { readonly method: M; readonly path: P }>;
type PathsOf<M extends string> = Extract<Route, { readonly method: M }>['path'];

type Params<C> = C extends { readonly params: infer P extends z.ZodType }
  ? { readonly params: z.input<P> }
  : { readonly params?: undefined };
type Query<C> = C extends { readonly query: infer Q extends z.ZodType }
  ? { readonly query?: z.input<Q> & Paging }
  : { readonly query?: Paging };
type Body<C> = C extends { readonly body: infer B extends z.ZodType } ? { readonly body: z.input<B> } : object;
type Answer<C> = C extends { readonly response: infer R extends z.ZodType } ? z.output<R> : never;

interface Paging {
  readonly limit?: string;
}
interface Writing {
  /** The version that was seen: somebody else's change since is refused. */
  readonly ifMatch?: number;
  /** Without one every call is a request of its own; a call is repeated with the same one where the network failed. */
  readonly idempotencyKey?: string;
}

interface Sent {
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
}

export interface ClientOptions {
  /** Ends in a slash. */
  readonly root: string;
  readonly token: () => string | undefined;
  /** The service knows the token no more. */
  readonly onSignedOut: () => void;
  readonly fetch: typeof fetch;
  readonly newKey: () => string;
  readonly wait: (milliseconds: number) => Promise<void>;
}

const RETRIES = 2;
const RETRY_MS = 600;

const urlOf = (root: string, path: string, { params = {}, query = {} }: Sent): string => {
  const filled = path
    .slice(1)
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(Reflect.get(params, name))));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return `${root}${filled}${search.size === 0 ? '' : `?${search.toString()}`}`;
};

/**
 * The public API, typed by its contracts. Reads are kept with their tags: where nothing has changed, `get` answers the very
 * object of the time before. Throws a `Refusal` for every answer that is none, and when there is no answer.
 */
export const makeClient = ({ root, token, onSignedOut, fetch, newKey, wait }: ClientOptions) => {
  const kept = new Map<
    string,
    { readonly tag: string; readonly content: unknown; readonly next: string | undefined }
  >();

  const send = async (method: string, url: string, headers: Record<string, string>, body?: unknown) => {
    const bearer = token();
    const request = {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const isRepeatable = method === 'GET' || headers['Idempotency-Key'] !== undefined;
    for (let attempt = 0; ; attempt += 1) {
      const last = !isRepeatable || attempt === RETRIES;
      const response = await fetch(url, request).catch((error: unknown) => {
        if (last)
          throw new Refusal({ status: 0, code: 'unreachable', detail: 'The service cannot be reached.' }, error);
        return undefined;
      });
      if (response !== undefined && (last || (response.status !== 503 && response.status !== 429))) {
        if (response.status === 401 && bearer !== undefined) onSignedOut();
        if (response.ok || response.status === 304) return response;
        throw new Refusal(await readProblem(response));
      }
      await wait(RETRY_MS * (attempt + 1));
    }
  };

  const read = async (url: string, isAnew = false) => {
    const known = isAnew ? undefined : kept.get(url);
    const response = await send('GET', url, known === undefined ? {} : { 'If-None-Match': known.tag });
    if (response.status === 304 && known !== undefined) return known;
    const content = (await response.json()) as unknown;
    const next = /[?&]cursor=([^&>]+)/.exec(response.headers.get('Link') ?? '')?.[1];
    const entry = { tag: response.headers.get('ETag') ?? '', content, next };
    kept.set(url, entry);
    return entry;
  };

  /** A POST gets an idempotency key, so that it can be repeated where the network failed. */
  const write = async (method: 'POST' | 'PATCH' | 'PUT', path: string, request: Sent & Writing): Promise<unknown> => {
    const { ifMatch, idempotencyKey = newKey(), body = {} } = request;
    const headers = {
      ...(method === 'POST' ? { 'Idempotency-Key': idempotencyKey } : {}),
      ...(ifMatch === undefined ? {} : { 'If-Match': `"${ifMatch}"` }),
    };
    const response = await send(method, urlOf(root, path, request), headers, body);
    return response.status === 204 ? undefined : response.json();
  };

  return {
    get: async <P extends PathsOf<'GET'>>(
      path: P,
      request: Params<Of<'GET', P>> & Query<Of<'GET', P>> & { readonly isAnew?: boolean },
    ): Promise<Answer<Of<'GET', P>>> =>
      // The service checks its answers by the same contract.
      (await read(urlOf(root, path, request), request.isAnew)).content as Answer<Of<'GET', P>>,

    /** All pages of a list, up to a number of entries; `isCut` says that there are more. */
    list: async <P extends PathsOf<'GET'>>(
      path: P,
      request: Params<Of<'GET', P>> & Query<Of<'GET', P>>,
      atMost: number,
    ): Promise<{ readonly items: Answer<Of<'GET', P>>; readonly isCut: boolean }> => {
      const first = urlOf(root, path, { ...request, query: { limit: '200', ...request.query } });
      const items: unknown[] = [];
      let url = first;
      for (;;) {
        const { content, next } = await read(url);
        items.push(...(content as unknown[]));
        if (next === undefined || items.length >= atMost)
          return { items: items.slice(0, atMost) as Answer<Of<'GET', P>>, isCut: next !== undefined };
        url = `${first}&cursor=${next}`;
      }
    },

    post: <P extends PathsOf<'POST'>>(
      path: P,
      request: Params<Of<'POST', P>> & Body<Of<'POST', P>> & Writing,
    ): Promise<Answer<Of<'POST', P>>> => write('POST', path, request) as Promise<Answer<Of<'POST', P>>>,

    patch: <P extends PathsOf<'PATCH'>>(
      path: P,
      request: Params<Of<'PATCH', P>> & Body<Of<'PATCH', P>> & Pick<Writing, 'ifMatch'>,
    ): Promise<Answer<Of<'PATCH', P>>> => write('PATCH', path, request) as Promise<Answer<Of<'PATCH', P>>>,

    put: <P extends PathsOf<'PUT'>>(
      path: P,
      request: Params<Of<'PUT', P>> & Body<Of<'PUT', P>>,
    ): Promise<Answer<Of<'PUT', P>>> => write('PUT', path, request) as Promise<Answer<Of<'PUT', P>>>,

    remove: async <P extends PathsOf<'DELETE'>>(path: P, request: Params<Of<'DELETE', P>>): Promise<void> => {
      await send('DELETE', urlOf(root, path, request), {});
    },

    /** Forgets what was read: of one who signs out. */
    forget: () => kept.clear(),
  };
};
