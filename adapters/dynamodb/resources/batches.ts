import type { BatchCreated } from '../../../core/tasks/changes.ts';
import { put, type Writes } from '../actions.ts';
import { singleKey } from '../keys.ts';

export const batchKey = /* @__PURE__ */ singleKey('batch');

export const batchWrites: Writes<BatchCreated> = {
  batch_created: ({ batch }) => ({
    ...put('batch', { ...batch, ...batchKey(batch.tenant_id, batch.id) }),
    // A batch of 99 fills the transaction with its record: with a receipt, that record is the receipt.
    inReceipt: { batch },
  }),
};
