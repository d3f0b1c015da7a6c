import { makeCommit } from '../../dynamodb/commit.ts';
import { makeStrategies, strategyWrites } from '../../dynamodb/resources/strategies.ts';
import { commitPorts, reader } from '../composition.ts';

export const strategies = /* @__PURE__ */ makeStrategies({ reader });
export const commit = /* @__PURE__ */ makeCommit(commitPorts, strategyWrites);
