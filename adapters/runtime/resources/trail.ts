import { makeTrail } from '../../dynamodb/resources/trail.ts';
import { reader } from '../composition.ts';

export const trail = /* @__PURE__ */ makeTrail({ reader });
