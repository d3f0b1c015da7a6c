import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit, feeds, tokens } from '../../adapters/runtime/resources/feeds.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateFeed } from '../../core/feeds/manage.ts';
import { createFeed, readFeed } from './contract.ts';

const run = makeCreateFeed({ calendars, feeds, tokens, commit, retry, clock, newId });

export const handler = serve(createFeed, ({ call, params, serviceUrl }) =>
  run(call, params.user_id, (token) => `${serviceUrl}${readFeed.path.replace('{token}', token)}`),
);
