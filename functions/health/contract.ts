import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';

const tag = { name: 'health', description: 'Whether the service runs, and what it can do.' };

/** The way in: people are sent to the board, programs get links. Below the address of the service, all of them. */
export const start = route({
  operation: 'start',
  method: 'GET',
  path: '/',
  tag,
  summary: 'Where to go from here; a browser is sent to the board (302)',
  access: 'public',
  handler: 'health/start',
  status: 200,
  response: z
    .object({ board: z.string(), openapi: z.string(), healthz: z.string(), readyz: z.string() })
    .meta({ id: 'Start', description: 'Paths below the address of the service' }),
  browsersTo: '/board',
  refusals: [],
  table: [],
});

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
  response: z.object({ status: z.literal('ok') }).meta({ id: 'Health' }),
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
  response: z.object({ status: z.literal('ready') }).meta({ id: 'Readiness' }),
  refusals: ['table_unavailable'],
  table: ['GetItem'],
});
