import * as z from 'zod';
import type { UserChanges } from '../../../core/identity/changes.ts';
import { userSchema, type Directory, type User } from '../../../core/identity/directory.ts';
import { all, claim, keyOf, put, putOver, remove, update, type KeyedItem, type Writes } from '../actions.ts';
import { find, makeCodec, owned, tenantOf, type Codec, type Reads } from '../codec.ts';
import { claimKey, rosterKey, userKey } from '../keys.ts';
import { END, listPage } from '../pages.ts';
import { calendarCodec } from './calendars.ts';

export const userCodec: Codec<User> = /* @__PURE__ */ makeCodec({
  schema: userSchema,
  key: owned(userKey),
  list: 'users',
  tenantOf,
});

const ownerSchema = z.object({ owner_id: z.string() });

export const userReads = (reads: Reads): Pick<Directory, 'hasUsers' | 'findUser' | 'findUserByName' | 'listUsers'> => ({
  hasUsers: async (tenantId) => {
    const { PK: partition } = rosterKey(tenantId, '', true);
    return (await reads.reader.range({ partition, from: ' ', to: END, limit: 1 })).length > 0;
  },
  findUser: (tenantId, id) => find(reads, userCodec, userKey(tenantId, id)),
  findUserByName: async (tenantId, username) => {
    const claimed = await reads.reader.get(claimKey(tenantId, 'USERNAME', username));
    return claimed === undefined
      ? undefined
      : find(reads, userCodec, userKey(tenantId, ownerSchema.parse(claimed).owner_id));
  },
  listUsers: (tenantId, page) => listPage(reads, 'users', userCodec, tenantId, {}, page),
});

const rosterEntry = ({ tenant_id, id, is_active }: User): KeyedItem => ({
  ...rosterKey(tenant_id, id, is_active),
  user_id: id,
});

export const userWrites: Writes<UserChanges> = {
  user_created: ({ user, calendar }) =>
    all(
      claim(user.tenant_id, 'USERNAME', user.username, user.id, 'username'),
      put('user', userCodec.toItem(user)),
      put('calendar', calendarCodec.toItem(calendar)),
      put('roster', rosterEntry(user)),
    ),
  user_changed: ({ before, after }) => {
    const changed = update('user', userCodec.toItem(before), userCodec.toItem(after), { version: before.version });
    if (before.is_active === after.is_active) return changed;
    return all(changed, remove('roster before', keyOf(rosterEntry(before))), putOver('roster', rosterEntry(after)));
  },
};
