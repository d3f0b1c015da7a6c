import * as z from 'zod';
import type { UserChanges } from '../../../core/identity/changes.ts';
import {
  comparedName,
  userSchema,
  userView,
  type Directory,
  type User,
  type UserView,
} from '../../../core/identity/directory.ts';
import { all, claim, keyOf, put, putOver, remove, update, type Writes } from '../actions.ts';
import { find, makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { ACTIVE_PREFIX, claimKey, INACTIVE_PREFIX, rosterKey, userKey } from '../keys.ts';
import { listPage, tableListing } from '../listing.ts';
import { END } from '../pages.ts';
import { accessOf } from '../../../core/identity/access.ts';
import { accessCodec } from './access.ts';
import { calendarCodec } from './calendars.ts';

export const userCodec: Codec<User> = /* @__PURE__ */ makeCodec({
  schema: userSchema,
  key: owned(userKey),
});

/** The entry of a user in the roster: all that a list shows, so that no list reads the users themselves. */
const rosterCodec: Codec<UserView> = {
  toItem: ({ id: user_id, tenant_id, username, is_active, created_at }) => ({
    ...rosterKey(tenant_id, user_id, is_active),
    ...{ user_id, tenant_id, username, is_active, created_at },
  }),
  fromItem: ({ user_id: id, ...rest }) => userView.parse({ id, ...rest }),
};

const ownerSchema = z.object({ owner_id: z.string() });

export const userReads = (reads: Reads): Pick<Directory, 'hasUsers' | 'findUser' | 'findUserByName' | 'listUsers'> => ({
  hasUsers: async (tenantId) => {
    const { PK: partition } = rosterKey(tenantId, '', true);
    return (await reads.reader.range({ partition, from: ' ', to: END, limit: 1 })).length > 0;
  },
  findUser: (tenantId, id) => find(reads, userCodec, userKey(tenantId, id)),
  findUserByName: async (tenantId, username) => {
    const claimed = await reads.reader.get(claimKey(tenantId, 'USERNAME', comparedName(username)));
    return claimed === undefined
      ? undefined
      : find(reads, userCodec, userKey(tenantId, ownerSchema.parse(claimed).owner_id));
  },
  listUsers: (tenantId, page) => {
    const { PK: partition } = rosterKey(tenantId, '', true);
    const prefixes = [ACTIVE_PREFIX, INACTIVE_PREFIX];
    return listPage(reads.reader, tableListing({ partition, prefixes, recordOf: rosterCodec.fromItem }), page);
  },
});

export const userWrites: Writes<UserChanges> = {
  user_created: ({ user, calendar }) =>
    all(
      claim(user.tenant_id, 'USERNAME', comparedName(user.username), user.id, 'username', user.username),
      put('user', userCodec.toItem(user)),
      put('calendar', calendarCodec.toItem(calendar)),
      put('roster', rosterCodec.toItem(user)),
      put('access', accessCodec.toItem(accessOf(user))),
    ),
  user_changed: ({ before, after }) => {
    const changed = update('user', userCodec.toItem(before), userCodec.toItem(after), { version: before.version });
    const access = putOver('access', accessCodec.toItem(accessOf(after)));
    if (before.is_active === after.is_active) return all(changed, access);
    return all(
      changed,
      access,
      remove('roster before', keyOf(rosterCodec.toItem(before))),
      putOver('roster', rosterCodec.toItem(after)),
    );
  },
};
