import * as z from 'zod';
import type { Method, RouteContract } from '../../adapters/http/contract.ts';

/** A contract of which only the route matters: for gateways with made-up handlers. */
export const echoContract = (
  operation: string,
  method: Method,
  path: `/${string}`,
  access: RouteContract['access'] = 'public',
): RouteContract => ({
  operation,
  method,
  path,
  access,
  tag: { name: 'test', description: '' },
  summary: operation,
  handler: operation,
  status: 200,
  response: z.unknown(),
  refusals: [],
  table: [],
});
