import { makeAttempt } from '../../../core/identity/sign-in.ts';
import { makeCommit } from '../../dynamodb/commit.ts';
import { makeSignIns, signInWrites } from '../../dynamodb/resources/sign-ins.ts';
import { clock, commitPorts, reader, retry } from '../composition.ts';

const signIns = /* @__PURE__ */ makeSignIns({ reader });
const commit = /* @__PURE__ */ makeCommit(commitPorts, signInWrites);
export const attempt = /* @__PURE__ */ makeAttempt({ signIns, commit, retry, clock });
