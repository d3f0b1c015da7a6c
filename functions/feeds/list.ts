import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { feeds } from '../../adapters/runtime/resources/feeds.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListFeeds } from '../../core/feeds/manage.ts';
import { listFeeds } from './contract.ts';

const run = makeListFeeds({ calendars, feeds });

export const handler = serve(listFeeds, ({ call, params }) => run(call.tenantId, params.user_id));
