import { clock, retry } from '../../adapters/runtime/composition.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit, feeds } from '../../adapters/runtime/resources/feeds.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeDeleteFeed } from '../../core/feeds/manage.ts';
import { deleteFeed } from './contract.ts';

const run = makeDeleteFeed({ calendars, feeds, commit, retry, clock });

export const handler = serve(deleteFeed, ({ call, params }) => run(call, params.user_id, params.feed_id));
