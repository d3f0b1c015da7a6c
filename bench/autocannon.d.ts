/** The part of autocannon that the benchmark uses; the package has no types of its own. */
declare module 'autocannon' {
  export interface Outgoing {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: string;
  }
  export interface Step<C> {
    readonly method: string;
    readonly path?: string;
    /** Makes the request; undefined starts the next round of steps. */
    readonly setupRequest?: (request: Outgoing, context: Partial<C>) => Outgoing | undefined;
    readonly onResponse?: (status: number, body: string, context: Partial<C>) => void;
  }
  export interface Options<C> {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    readonly timeout: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly requests: readonly Step<C>[];
  }
  export interface Results {
    readonly requests: { readonly total: number; readonly average: number };
    /** Milliseconds. */
    readonly latency: Readonly<Record<'p50' | 'p90' | 'p99' | 'max', number>>;
    readonly errors: number;
    readonly timeouts: number;
    readonly non2xx: number;
  }
  const autocannon: <C>(options: Options<C>) => Promise<Results>;
  export default autocannon;
}
