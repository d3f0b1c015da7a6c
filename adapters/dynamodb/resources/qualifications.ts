import * as z from 'zod';
import type { QualificationChanges } from '../../../core/qualifications/changes.ts';
import {
  qualificationSchema,
  type Qualification,
  type Qualifications,
} from '../../../core/qualifications/qualification.ts';
import { all, claim, put, update, type Writes } from '../actions.ts';
import { find, makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { claimKey, directoryKey } from '../keys.ts';
import { directoryPage } from '../listing.ts';

const qualificationKey = /* @__PURE__ */ directoryKey('qualification');

export const qualificationCodec: Codec<Qualification> = /* @__PURE__ */ makeCodec({
  schema: qualificationSchema,
  key: owned(qualificationKey),
});

const ownerSchema = z.object({ owner_id: z.string() });

export const makeQualifications = (reads: Reads): Qualifications => ({
  find: (tenantId, id) => find(reads, qualificationCodec, qualificationKey(tenantId, id)),
  byCodes: async (tenantId, codes) => {
    const claims = await reads.reader.getMany(codes.map((code) => claimKey(tenantId, 'QUALIFICATION_CODE', code)));
    const keys = claims.map((claimed) => qualificationKey(tenantId, ownerSchema.parse(claimed).owner_id));
    return (await reads.reader.getMany(keys)).map(qualificationCodec.fromItem);
  },
  list: (tenantId, filters, page) =>
    directoryPage(reads, qualificationCodec, qualificationKey(tenantId, ''), filters, page),
});

export const qualificationWrites: Writes<QualificationChanges> = {
  qualification_created: ({ qualification }) =>
    all(
      claim(qualification.tenant_id, 'QUALIFICATION_CODE', qualification.code, qualification.id, 'code'),
      put('qualification', qualificationCodec.toItem(qualification)),
    ),
  qualification_changed: ({ before, after }) =>
    update('qualification', qualificationCodec.toItem(before), qualificationCodec.toItem(after), {
      version: before.version,
    }),
};
