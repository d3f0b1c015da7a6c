import { makeCommit } from '../../dynamodb/commit.ts';
import { makeTaskTypes, taskTypeWrites } from '../../dynamodb/resources/task-types.ts';
import { commitPorts, reader } from '../composition.ts';

export const taskTypes = /* @__PURE__ */ makeTaskTypes({ reader });
export const commit = /* @__PURE__ */ makeCommit(commitPorts, taskTypeWrites);
