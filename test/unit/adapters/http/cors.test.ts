import { describe, expect, it } from 'vitest';
import { corsHeaders } from '../../../../adapters/http/cors.ts';

const ORIGINS = ['https://app.example.com', 'https://admin.example.com'];

describe('the headers for pages of other origins', () => {
  it('let a configured origin read the answer, and the headers that it needs', () => {
    expect(corsHeaders('https://admin.example.com', ORIGINS)).toEqual({
      Vary: 'Origin',
      'Access-Control-Allow-Origin': 'https://admin.example.com',
      'Access-Control-Expose-Headers': 'ETag, Link, Retry-After, Idempotency-Replayed, X-Request-Id',
    });
  });

  it.each(['https://evil.example.com', 'https://app.example.com.evil.test', 'null', '', undefined])(
    'say nothing to %j, but keep caches from mixing the answers',
    (origin) => {
      expect(corsHeaders(origin, ORIGINS)).toEqual({ Vary: 'Origin' });
    },
  );

  it('are not there where no origin is configured', () => {
    expect(corsHeaders('https://app.example.com', [])).toEqual({});
  });
});
