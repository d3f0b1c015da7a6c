import { makeCommit } from '../../dynamodb/commit.ts';
import { assetWrites, makeAssets } from '../../dynamodb/resources/assets.ts';
import { commitPorts, reader } from '../composition.ts';

export const assets = /* @__PURE__ */ makeAssets({ reader });
export const commit = /* @__PURE__ */ makeCommit(commitPorts, assetWrites);
