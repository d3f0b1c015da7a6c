import { makeCommit } from '../../dynamodb/commit.ts';
import { makeTemplates, templateWrites } from '../../dynamodb/resources/templates.ts';
import { commitPorts, reader } from '../composition.ts';

export const templates = /* @__PURE__ */ makeTemplates({ reader });
export const commit = /* @__PURE__ */ makeCommit(commitPorts, templateWrites);
