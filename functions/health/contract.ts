import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';

const tag = { name: 'health', description: 'Whether the service runs, and what it can do.' };

const status = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

export const getDocument = route({
  operation: 'getDocument',
  method: 'GET',
  path: '/openapi.json',
  tag,
  summary: 'This document',
  access: 'public',
  handler: 'health/openapi',
  status: 200,
  response: z
    .looseObject({ openapi: z.string(), info: z.looseObject({ title: z.string(), version: z.string() }) })
    .meta({ id: 'OpenApiDocument', description: 'An OpenAPI 3.1 document' }),
  refusals: [],
  table: [],
});

export const healthz = route({
  operation: 'healthz',
  method: 'GET',
  path: '/healthz',
  tag,
  summary: 'Whether the service runs; it does not ask the database',
  access: 'public',
  handler: 'health/healthz',
  status: 200,
  response: status,
  refusals: [],
  table: [],
});

export const readyz = route({
  operation: 'readyz',
  method: 'GET',
  path: '/readyz',
  tag,
  summary: 'Whether the table answers',
  access: 'public',
  handler: 'health/readyz',
  status: 200,
  response: status,
  refusals: ['table_unavailable'],
  table: ['GetItem'],
});
