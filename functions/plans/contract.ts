import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { commitDraft, commitView } from '../../core/plans/commit.ts';
import { planFilters, planSummary, planView } from '../../core/plans/plan.ts';
import { planDraft } from '../../core/plans/request.ts';
import { revertView } from '../../core/plans/revert.ts';

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
  indexes: ['planned'],
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
  handler: 'plans/act',
  params,
  status: 200,
  response: planSummary,
  refusals: ['plan_not_found', 'plan_state'],
  table: ['GetItem', 'UpdateItem'],
});

export const commitPlan = route({
  operation: 'commitPlan',
  method: 'POST',
  path: `${PATH}/{plan_id}:commit`,
  tag,
  summary: 'Do what a plan says, as far as nothing has moved since',
  description:
    'Tasks that share no people do not wait for each other: what has moved is left out with the exact differences, the rest is done. ' +
    'Repeated, it goes on where it ended and does nothing twice.',
  access: 'mission.write',
  handler: 'plans/act',
  params,
  body: commitDraft,
  status: 200,
  response: commitView,
  refusals: ['plan_not_found', 'plan_state', 'strategy_not_found', 'strategy_retired'],
  table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
});

export const revertPlan = route({
  operation: 'revertPlan',
  method: 'POST',
  path: `${PATH}/{plan_id}:revert`,
  tag,
  summary: 'Take back what a plan did and nobody has touched since',
  access: 'mission.write',
  handler: 'plans/act',
  params,
  status: 200,
  response: revertView,
  refusals: ['plan_not_found', 'plan_state'],
  table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
});
