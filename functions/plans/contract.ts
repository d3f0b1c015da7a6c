import * as z from 'zod';
import { TASK_INDEXES } from '../../adapters/dynamodb/table.ts';
import { route } from '../../adapters/http/contract.ts';
import { planFilters, planSummary, planView } from '../../core/plans/plan.ts';
import { planDraft } from '../../core/plans/request.ts';

const PATH = '/api/task-center/plans';
const tag = {
  name: 'plans',
  description: 'Many tasks and many people decided together: asked for, made in the background, shown, and committed.',
};
const params = z.object({ plan_id: z.string() });

export const createPlan = route({
  operation: 'createPlan',
  method: 'POST',
  path: PATH,
  tag,
  summary: 'Ask for a plan of many tasks at once',
  description:
    'The plan is made in the background: read it again until it is `READY`. Nothing is dispatched before it is committed.',
  access: 'mission.write',
  handler: 'plans/create',
  body: planDraft,
  status: 202,
  response: planView,
  etag: true,
  indexes: [TASK_INDEXES.planned.name],
  refusals: ['too_many_tasks', 'too_many_candidates', 'strategy_not_found', 'strategy_retired'],
  table: ['GetItem', 'Query', 'PutItem'],
});

export const listPlans = route({
  operation: 'listPlans',
  method: 'GET',
  path: PATH,
  tag,
  summary: 'The plans without their assignments, newest first',
  access: 'mission.read',
  handler: 'plans/list',
  query: planFilters,
  status: 200,
  response: z.array(planSummary),
  paged: true,
  list: 'plan',
  refusals: [],
  table: ['Query'],
});

export const getPlan = route({
  operation: 'getPlan',
  method: 'GET',
  path: `${PATH}/{plan_id}`,
  tag,
  summary: 'One plan: how far it is, and once it is made who takes what, how good that is, and what is left out',
  access: 'mission.read',
  handler: 'plans/get',
  params,
  status: 200,
  response: planView,
  etag: true,
  refusals: ['plan_not_found'],
  table: ['GetItem', 'Query'],
});

export const cancelPlan = route({
  operation: 'cancelPlan',
  method: 'POST',
  path: `${PATH}/{plan_id}:cancel`,
  tag,
  summary: 'Cancel a plan that waits, or stop one that is being made: the best so far is kept, marked',
  access: 'mission.write',
  handler: 'plans/cancel',
  params,
  status: 200,
  response: planSummary,
  etag: true,
  refusals: ['plan_not_found', 'plan_state'],
  table: ['GetItem', 'UpdateItem'],
});
