import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { shadowDraft, shadowReportView, strategyDraft, strategyView } from '../../core/scoring/strategies.ts';

const PATH = '/api/task-center/strategies';
const tag = {
  name: 'strategies',
  description: 'How candidates are scored: versions, which of them decides, which runs in shadow.',
};
const params = z.object({ strategy_id: z.string() });

export const createStrategy = route({
  operation: 'createStrategy',
  method: 'POST',
  path: PATH,
  tag,
  summary: 'Keep a new version of weights and caps; it decides nothing until it is activated',
  access: 'mission.write',
  handler: 'strategies/create',
  body: strategyDraft,
  status: 201,
  response: strategyView,
  refusals: ['duplicate', 'limit_reached'],
  table: ['Query', 'PutItem'],
});

export const listStrategies = route({
  operation: 'listStrategies',
  method: 'GET',
  path: PATH,
  tag,
  summary: 'All strategies: the built-in one first, then those of the tenant, oldest first',
  access: 'mission.read',
  handler: 'strategies/list',
  status: 200,
  response: z.array(strategyView),
  refusals: [],
  table: ['GetItem', 'Query'],
});

const choice = {
  method: 'POST',
  tag,
  access: 'mission.write',
  params,
  body: z.strictObject({}),
  status: 200,
  response: strategyView,
} as const;

export const activateStrategy = route({
  ...choice,
  operation: 'activateStrategy',
  path: `${PATH}/{strategy_id}/activate`,
  summary: 'Let a strategy decide from now on',
  handler: 'strategies/activate',
  refusals: ['strategy_not_found', 'strategy_retired'],
  table: ['GetItem', 'PutItem'],
});

export const shadowStrategy = route({
  ...choice,
  operation: 'shadowStrategy',
  path: `${PATH}/{strategy_id}/shadow`,
  summary: 'Let a strategy score each live decision without effect, or stop it',
  description: 'At most one strategy runs in shadow: starting one stops the other. Its counts and examples stay.',
  handler: 'strategies/shadow',
  body: shadowDraft,
  refusals: ['strategy_not_found', 'strategy_retired', 'strategy_active'],
  table: ['GetItem', 'PutItem'],
});

export const retireStrategy = route({
  ...choice,
  operation: 'retireStrategy',
  path: `${PATH}/{strategy_id}/retire`,
  summary: 'Take a strategy out of use',
  handler: 'strategies/retire',
  refusals: ['strategy_not_found', 'strategy_retired', 'strategy_active'],
  table: ['GetItem', 'PutItem', 'UpdateItem'],
});

export const getShadowReport = route({
  operation: 'getShadowReport',
  method: 'GET',
  path: `${PATH}/{strategy_id}/shadow-report`,
  tag,
  summary: 'How often a strategy in shadow would have decided otherwise, with examples',
  access: 'mission.read',
  handler: 'strategies/shadow-report',
  params,
  status: 200,
  response: shadowReportView,
  refusals: ['strategy_not_found'],
  table: ['GetItem', 'Query'],
});
