import { joined } from '../../dynamodb/actions.ts';
import { makeCommit } from '../../dynamodb/commit.ts';
import { accessReads } from '../../dynamodb/resources/access.ts';
import { calendarWrites } from '../../dynamodb/resources/calendars.ts';
import { identityWrites, makeDirectory } from '../../dynamodb/resources/directory.ts';
import { commitPorts, reader } from '../composition.ts';

export const { findAccess } = /* @__PURE__ */ accessReads({ reader });
export const directory = /* @__PURE__ */ makeDirectory({ reader });
/** A user and the user's calendar change together. */
export const commit = /* @__PURE__ */ makeCommit(commitPorts, /* @__PURE__ */ joined(identityWrites, calendarWrites));
