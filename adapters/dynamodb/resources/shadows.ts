import type { ShadowCompared } from '../../../core/scoring/changes.ts';
import { add, all, putOver, type Writes } from '../actions.ts';
import { SHADOW_SHARDS, shadowCountKey, shadowExampleKey } from '../keys.ts';

/** What a strategy in shadow would have decided: counts of all its decisions, and those that differ. */
export const shadowWrites: Writes<ShadowCompared> = {
  shadow_compared: ({ comparison }) => {
    const { tenant_id, strategy_id, decision_id, selected_user_id, shadow_user_id } = comparison;
    const isOther = selected_user_id !== shadow_user_id;
    const shard = Number.parseInt(decision_id.slice(-2), 16) % SHADOW_SHARDS;
    const counted = add('shadow count', shadowCountKey(tenant_id, strategy_id, shard), {
      decisions: 1,
      disagreements: isOther ? 1 : 0,
    });
    if (!isOther) return counted;
    const example = { ...comparison, ...shadowExampleKey(tenant_id, strategy_id, decision_id) };
    return all(counted, putOver('shadow example', example));
  },
};
