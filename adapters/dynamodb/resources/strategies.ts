import * as z from 'zod';
import type { StrategyChanges } from '../../../core/scoring/changes.ts';
import { lastChoiceOf } from '../../../core/scoring/last-choice.ts';
import {
  chosenSchema,
  shadowReportView,
  tenantStrategySchema,
  type ChosenStrategies,
  type Strategies,
  type TenantStrategy,
} from '../../../core/scoring/strategies.ts';
import { all, claim, put, putAtVersion, update, type Writes } from '../actions.ts';
import { find, makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { chosenKey, shadowCountPrefix, shadowExamplePrefix, STRATEGY_PREFIX, strategyKey } from '../keys.ts';
import { END } from '../pages.ts';

export const strategyCodec: Codec<TenantStrategy> = /* @__PURE__ */ makeCodec({
  schema: tenantStrategySchema,
  key: owned(strategyKey),
});
export const chosenCodec: Codec<ChosenStrategies> = /* @__PURE__ */ makeCodec({
  schema: chosenSchema,
  key: ({ tenant_id }) => chosenKey(tenant_id),
});

const countSchema = z.object({ decisions: z.number().int(), disagreements: z.number().int() });
const comparisonSchema = shadowReportView.shape.examples.element;
const EXAMPLES_SHOWN = 20;

export const makeStrategies = (reads: Reads): Strategies => ({
  find: (tenantId, id) => find(reads, strategyCodec, strategyKey(tenantId, id)),
  all: async (tenantId) => {
    const { PK: partition } = chosenKey(tenantId);
    const kept = await reads.reader.range({ partition, from: STRATEGY_PREFIX, to: `${STRATEGY_PREFIX}${END}` });
    return kept.map(strategyCodec.fromItem);
  },
  chosen: async (tenantId) =>
    (await find(reads, chosenCodec, chosenKey(tenantId))) ?? {
      tenant_id: tenantId,
      active: null,
      shadow: null,
      version: 0,
    },
  shadowReport: async (tenantId, id) => {
    const { PK: partition } = chosenKey(tenantId);
    const [counts, examples] = await Promise.all([
      reads.reader.range({ partition, from: shadowCountPrefix(id), to: `${shadowCountPrefix(id)}${END}` }),
      reads.reader.range({
        partition,
        from: shadowExamplePrefix(id),
        to: `${shadowExamplePrefix(id)}${END}`,
        descending: true,
        limit: EXAMPLES_SHOWN,
      }),
    ]);
    const sums = counts.map((count) => countSchema.parse(count));
    const decisions = sums.reduce((sum, count) => sum + count.decisions, 0);
    const disagreements = sums.reduce((sum, count) => sum + count.disagreements, 0);
    return {
      strategy_id: id,
      decisions,
      disagreements,
      rate: decisions === 0 ? null : disagreements / decisions,
      examples: examples.map((example) => comparisonSchema.parse(example)),
    };
  },
});

export const strategyWrites: Writes<StrategyChanges> = {
  strategy_created: ({ strategy }) =>
    all(
      claim(strategy.tenant_id, 'STRATEGY_VERSION', strategy.version, strategy.id, 'version'),
      put('strategy', strategyCodec.toItem(strategy)),
    ),
  strategy_retired: ({ before, after }) =>
    update('strategy', strategyCodec.toItem(before), strategyCodec.toItem(after), { is_retired: false }),
  strategies_chosen: ({ before, after, choice }) => {
    const item = chosenCodec.toItem(after);
    const dated = choice === undefined ? item : { ...item, last_choice: lastChoiceOf(choice) };
    return putAtVersion('chosen strategies', dated, before.version);
  },
};
