import { accessSchema, type Access } from '../../../core/identity/access.ts';
import { find, makeCodec, type Codec, type Reads } from '../codec.ts';
import { singleKey } from '../keys.ts';

const accessKey = /* @__PURE__ */ singleKey('access');

/** In a partition of its own, so that the authorizer can read no hash of a password. */
export const accessCodec: Codec<Access> = /* @__PURE__ */ makeCodec({
  schema: accessSchema,
  key: ({ tenant_id, user_id }) => accessKey(tenant_id, user_id),
});

export const accessReads = (reads: Reads) => ({
  findAccess: (tenantId: string, userId: string): Promise<Access | undefined> =>
    find(reads, accessCodec, accessKey(tenantId, userId)),
});
