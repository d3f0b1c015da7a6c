import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { DecisionMade } from '../../../core/dispatch/changes.ts';
import { decisionSchema, type Decision, type Decisions } from '../../../core/dispatch/decision.ts';
import { put, type Writes } from '../actions.ts';
import { find, type Codec, type Reads } from '../codec.ts';
import { DECISION_PREFIX, decisionKey, taskKey } from '../keys.ts';
import { behind, END, firstOf } from '../pages.ts';

/** A decision holds the facts of up to a thousand candidates: it is kept compressed. */
const decisionCodec: Codec<Decision> = {
  toItem: (decision) => ({
    ...decisionKey(decision.tenant_id, decision.task_id, decision.id),
    compressed: gzipSync(JSON.stringify(decision)),
  }),
  fromItem: ({ compressed }) =>
    decisionSchema.parse(JSON.parse(gunzipSync(z.instanceof(Uint8Array).parse(compressed)).toString('utf8'))),
};

export const makeDecisions = (reads: Reads): Decisions => ({
  find: (tenantId, taskId, id) => find(reads, decisionCodec, decisionKey(tenantId, taskId, id)),
  list: async (tenantId, taskId, { limit, after }) => {
    const { PK: partition } = taskKey(tenantId, taskId);
    const from = after === undefined ? DECISION_PREFIX : behind(decisionKey(tenantId, taskId, after));
    const to = `${DECISION_PREFIX}${END}`;
    const read = await reads.reader.rangePage({ partition, from, to, limit: limit + 1 });
    // They are kept compressed: what counts is how large they are in the answer.
    const decisions = read.items.slice(0, limit).map(decisionCodec.fromItem);
    const page = firstOf(decisions, (decision) => Buffer.byteLength(JSON.stringify(decision)));
    const last = page.at(-1);
    const isLast = page.length === read.items.length && read.last === undefined;
    return isLast || last === undefined ? { items: page } : { items: page, next: last.id };
  },
});

export const decisionWrites: Writes<DecisionMade> = {
  decision_made: ({ decision }) => put('decision', decisionCodec.toItem(decision)),
};
