import { makeCommit } from '../../dynamodb/commit.ts';
import { makeQualifications, qualificationWrites } from '../../dynamodb/resources/qualifications.ts';
import { commitPorts, reader } from '../composition.ts';

export const qualifications = /* @__PURE__ */ makeQualifications({ reader });
export const commit = /* @__PURE__ */ makeCommit(commitPorts, qualificationWrites);
