import { makeCommit } from '../../dynamodb/commit.ts';
import { makePlans, planWrites } from '../../dynamodb/resources/plans.ts';
import { clock, commitPorts, reader } from '../composition.ts';

export const plans = /* @__PURE__ */ makePlans({ reader, clock });
export const commit = /* @__PURE__ */ makeCommit(commitPorts, planWrites);
