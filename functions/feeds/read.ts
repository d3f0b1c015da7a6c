import { clock } from '../../adapters/runtime/composition.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { calendarFile, feeds, tokens } from '../../adapters/runtime/resources/feeds.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeReadFeed } from '../../core/feeds/read.ts';
import { readFeed } from './contract.ts';

const run = makeReadFeed({ feeds, tokens, calendars, tasks, clock });

export const handler = serve(readFeed, async ({ params }) => calendarFile(await run(params.token)));
