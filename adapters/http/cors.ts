/** What pages of the configured origins may send and read. No cookie is involved, so none is allowed. */
export const CORS = {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  requestHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match'],
  responseHeaders: ['ETag', 'Link', 'Retry-After', 'Idempotency-Replayed', 'X-Request-Id'],
} as const;

/** The headers that let a page read an answer; none for an origin that is not configured, or where none is. */
export const corsHeaders = (
  origin: string | undefined,
  origins: readonly string[],
): Readonly<Record<string, string>> => {
  if (origins.length === 0) return {};
  // A cache must not give one origin what was meant for another.
  const vary = { Vary: 'Origin' };
  return origin === undefined || !origins.includes(origin)
    ? vary
    : {
        ...vary,
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': CORS.responseHeaders.join(', '),
      };
};
