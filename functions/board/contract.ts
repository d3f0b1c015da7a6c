import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';

const tag = { name: 'board', description: 'The pages for dispatchers and for people in the field.' };
const MEDIA_TYPES = ['text/html', 'text/javascript', 'text/css', 'image/svg+xml', 'application/manifest+json'] as const;

export const openBoard = route({
  operation: 'openBoard',
  method: 'GET',
  path: '/board',
  tag,
  summary: "The dispatcher's page",
  description: 'An issuer of OpenID Connect sends people back here, with parameters that are for the page.',
  access: 'public',
  handler: 'board/open',
  query: z.object({}),
  status: 200,
  response: z.string(),
  mediaTypes: ['text/html'],
  refusals: [],
  table: [],
});

export const getBoardFile = route({
  operation: 'getBoardFile',
  method: 'GET',
  path: '/board/{file}',
  tag,
  summary: 'Another page of the board, or a file that a page needs',
  description: 'A name without a dot is a page. Files with a digest in their name never change.',
  access: 'public',
  handler: 'board/file',
  params: z.object({ file: z.string() }),
  status: 200,
  response: z.string(),
  mediaTypes: MEDIA_TYPES,
  refusals: [],
  table: [],
});

export const getBoardSettings = route({
  operation: 'getBoardSettings',
  method: 'GET',
  path: '/board/settings.json',
  tag,
  summary: 'How one signs in here',
  access: 'public',
  handler: 'board/settings',
  status: 200,
  response: z
    .object({
      identity: z.enum(['builtin', 'oidc']),
      oidc: z
        .object({ issuer: z.string(), client_id: z.string(), audience: z.string() })
        .nullable()
        .meta({ description: 'null with the built-in identity, and where no client is configured' }),
    })
    .meta({ id: 'BoardSettings' }),
  refusals: [],
  table: [],
});
