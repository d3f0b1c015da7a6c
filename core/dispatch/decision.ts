import * as z from 'zod';
import { DomainError, notFound } from '../errors.ts';
import { idSchema } from '../fields.ts';
import type { Page, PageRequest } from '../page.ts';
import { passedOverSchema } from './equipment.ts';
import { candidateFactsSchema, isEligible, rank, scoreSchema, taskFactsSchema, type Ranked } from '../scoring/score.ts';
import { strategySchema, weightsSchema } from '../scoring/strategies.ts';
import { instantSchema } from '../time/instant.ts';
import type { Tasks } from '../tasks/tasks.ts';

/** Names the way candidates are ranked and ruled out. It changes with every change of that, so that old decisions stay true. */
export const ENGINE = 'ranking-3';
/** The first knew no rule but time, the second no qualifications; of what they kept, this one makes the same to the bit. */
const REPLAYED: readonly string[] = ['ranking-1', 'ranking-2', ENGINE];

/** An auto-dispatch with everything that it was decided from: enough to decide it again. */
export const decisionSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  task_id: idSchema,
  made_at: instantSchema,
  actor_id: z.string(),
  engine_version: z.string(),
  strategy: strategySchema,
  task: taskFactsSchema,
  candidates: z.array(candidateFactsSchema),
  selected_user_id: idSchema,
  /** Candidates who ranked as free and were found busy at the commit: they were passed over. */
  became_busy: z.array(idSchema),
  /** The ranking as it was: user ids and totals, best first. */
  ranking: z.array(z.tuple([idSchema, z.number()])),
  plan_id: idSchema.optional().meta({ description: 'The plan that decided; it ranked no others for this task alone' }),
  shadow: z.object({ strategy: strategySchema, selected_user_id: idSchema, agrees: z.boolean() }).nullable(),
  /** The equipment that went with it, the same for every candidate. */
  equipment: z
    .object({ asset_ids: z.array(idSchema), passed_over: passedOverSchema })
    .default({ asset_ids: [], passed_over: [] }),
});
export type Decision = z.infer<typeof decisionSchema>;

export const decisionView = decisionSchema
  .omit({ tenant_id: true })
  .meta({ id: 'Decision', description: 'An auto-dispatch with all that it was decided from' });

export const replayDraft = z
  .strictObject({
    weights: weightsSchema
      .partial()
      .optional()
      .meta({ id: 'OtherWeights', description: 'What another weighting would have decided; those left out stay' }),
  })
  .meta({ id: 'ReplayDraft', examples: [{}, { weights: { workload: 12.5 } }] });
export type ReplayDraft = z.infer<typeof replayDraft>;

export const replayView = z
  .object({
    decision_id: idSchema,
    engine_version: z.string(),
    strategy: strategySchema.meta({ description: 'That of the decision, with the weights of the request' }),
    selected_user_id: idSchema,
    same_selection: z.boolean().meta({ description: 'Whether the winner is the one that was dispatched' }),
    reproduced: z
      .boolean()
      .meta({ description: 'Whether the whole ranking, totals included, is the one that was kept' }),
    scores: z.array(scoreSchema),
  })
  .meta({ id: 'Replay' });
export type Replay = z.infer<typeof replayView>;

export interface Decisions {
  readonly find: (tenantId: string, taskId: string, decisionId: string) => Promise<Decision | undefined>;
  readonly list: (tenantId: string, taskId: string, page: PageRequest) => Promise<Page<Decision>>;
}

export const rankingOf = (ranked: readonly Ranked[]): [string, number][] =>
  ranked.map(({ score }) => [score.user_id, score.total_score]);

/** The first candidate of a ranking who is free: the one who is chosen. */
export const firstFree = (ranked: readonly Ranked[]): string | undefined =>
  ranked.find(({ candidate }) => isEligible(candidate))?.candidate.user_id;

/** Oldest first. Refuses with `task_not_found`. */
export const makeListDecisions =
  ({ tasks, decisions }: { readonly tasks: Pick<Tasks, 'get'>; readonly decisions: Pick<Decisions, 'list'> }) =>
  async (tenantId: string, taskId: string, page: PageRequest): Promise<Page<Decision>> => {
    const [, found] = await Promise.all([tasks.get(tenantId, taskId), decisions.list(tenantId, taskId, page)]);
    return found;
  };

/**
 * Decides again from the kept facts: with the kept weights, which reproduces the decision, or with other ones, which
 * tells what they would have decided. Weights left out stay as they were.
 */
export const makeReplayDecision =
  ({ tasks, decisions }: { readonly tasks: Pick<Tasks, 'get'>; readonly decisions: Pick<Decisions, 'find'> }) =>
  async (tenantId: string, taskId: string, decisionId: string, { weights }: ReplayDraft): Promise<Replay> => {
    const [, decision] = await Promise.all([tasks.get(tenantId, taskId), decisions.find(tenantId, taskId, decisionId)]);
    if (decision === undefined) throw notFound('decision', decisionId);
    if (!REPLAYED.includes(decision.engine_version)) {
      throw new DomainError(
        'engine_changed',
        `The decision was made by ${decision.engine_version}; this is ${ENGINE}.`,
        {},
      );
    }
    const changed = Object.fromEntries(Object.entries(weights ?? {}).filter(([, value]) => value !== undefined));
    const strategy = { ...decision.strategy, weights: { ...decision.strategy.weights, ...changed } };
    const ranked = rank(strategy, decision.task, decision.candidates);
    const selected = firstFree(ranked.filter(({ candidate }) => !decision.became_busy.includes(candidate.user_id)));
    if (selected === undefined) throw new Error(`Decision ${decisionId} chose nobody.`);
    return {
      decision_id: decision.id,
      engine_version: decision.engine_version,
      strategy,
      selected_user_id: selected,
      same_selection: selected === decision.selected_user_id,
      reproduced: JSON.stringify(rankingOf(ranked)) === JSON.stringify(decision.ranking),
      scores: ranked.map(({ score }) => score),
    };
  };
