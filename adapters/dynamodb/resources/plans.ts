import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { notFound } from '../../../core/errors.ts';
import { planAnswerSchema } from '../../../core/plans/answer.ts';
import type { PlanChanges } from '../../../core/plans/changes.ts';
import { expiryOf, planSchema, stateAt, summaryOf, type Plan, type Plans } from '../../../core/plans/plan.ts';
import { planStepSchema } from '../../../core/plans/log.ts';
import { planRequestSchema } from '../../../core/plans/request.ts';
import { epochSeconds, type Clock } from '../../../core/time/instant.ts';
import { all, put, putOver, update, type KeyedItem, type Planned, type Writes } from '../actions.ts';
import { find, makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { directoryKey, PLAN_ANSWER, PLAN_ASKED, PLAN_STEP, planPartKey } from '../keys.ts';
import { listPage, tableListing, whereFields } from '../listing.ts';
import { END } from '../pages.ts';
import { KEY } from '../table.ts';
import type { Item } from '../transaction.ts';

const planKey = /* @__PURE__ */ directoryKey('plan');

const kept: Codec<Plan> = /* @__PURE__ */ makeCodec({ schema: planSchema, key: owned(planKey) });
export const planCodec: Codec<Plan> = { ...kept, toItem: (plan) => ({ ...kept.toItem(plan), ...expiring(plan) }) };

/** All of a plan goes at once. */
const expiring = (plan: Plan) => ({ [KEY.expiry]: epochSeconds(expiryOf(plan)) });

const blobSchema = z.object({ compressed: z.instanceof(Uint8Array) });

/** An answer may be larger than an item: it is compressed, and cut into parts. */
const PART_BYTES = 350 * 1024;

const partsOf = (plan: Plan, prefix: string, content: unknown): readonly KeyedItem[] => {
  const compressed = gzipSync(JSON.stringify(content));
  const count = Math.max(1, Math.ceil(compressed.byteLength / PART_BYTES));
  return Array.from({ length: count }, (_, index) => ({
    ...planPartKey(plan.tenant_id, plan.id, count === 1 ? prefix : `${prefix}${String(index).padStart(4, '0')}`),
    compressed: compressed.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
    ...expiring(plan),
  }));
};

const contentOf = (parts: readonly Item[]): unknown =>
  JSON.parse(gunzipSync(Buffer.concat(parts.map((part) => blobSchema.parse(part).compressed))).toString('utf8'));

export const makePlans = ({ reader, clock }: Reads & { readonly clock: Clock }): Plans => {
  const partsWith = async (tenantId: string, planId: string, prefix: string): Promise<readonly Item[]> =>
    reader.range({ partition: planPartKey(tenantId, planId, '').PK, from: prefix, to: `${prefix}${END}` });
  return {
    get: async (tenantId, id) => {
      const plan = await find({ reader }, planCodec, planKey(tenantId, id));
      if (plan === undefined) throw notFound('plan', id);
      return plan;
    },
    list: async (tenantId, { state }, page) => {
      const now = clock();
      const first = planKey(tenantId, '');
      const listing = tableListing({
        partition: first.PK,
        prefixes: [first.SK],
        // Which plans have expired the table does not know.
        where: whereFields({ state: state === 'EXPIRED' ? undefined : state }),
        recordOf: planCodec.fromItem,
      });
      const { items, ...rest } = await listPage(reader, listing, page);
      const asked = items.filter((plan) => state === undefined || stateAt(plan, now) === state);
      return { ...rest, items: asked.map((plan) => summaryOf(plan, now)) };
    },
    request: async (tenantId, id) => planRequestSchema.parse(contentOf(await partsWith(tenantId, id, PLAN_ASKED))),
    steps: async (tenantId, id) => (await partsWith(tenantId, id, PLAN_STEP)).map((item) => planStepSchema.parse(item)),
    answer: async (tenantId, id) => {
      const parts = await partsWith(tenantId, id, PLAN_ANSWER);
      return parts.length === 0 ? undefined : planAnswerSchema.parse(contentOf(parts));
    },
  };
};

const changed = (before: Plan, after: Plan): Planned =>
  update('plan', planCodec.toItem(before), planCodec.toItem(after), { version: before.version });

export const planWrites: Writes<PlanChanges> = {
  plan_created: ({ plan, request }) =>
    all(
      put('plan', planCodec.toItem(plan)),
      ...partsOf(plan, PLAN_ASKED, request).map((part) => put('request of the plan', part)),
    ),
  plan_changed: ({ before, after }) => changed(before, after),
  plan_step_made: ({ plan, step }) =>
    put('step of the plan', {
      ...planPartKey(plan.tenant_id, plan.id, `${PLAN_STEP}${step.id}`),
      ...step,
      ...expiring(plan),
    }),
  plan_solved: ({ before, after, answer }) =>
    all(
      changed(before, after),
      ...partsOf(after, PLAN_ANSWER, answer).map((part) => putOver('answer of the plan', part)),
    ),
};
