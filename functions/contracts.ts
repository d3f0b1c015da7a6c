import type { RouteContract } from '../adapters/http/contract.ts';
import * as health from './health/contract.ts';
import * as identity from './identity/contract.ts';
import * as assets from './assets/contract.ts';
import * as types from './types/contract.ts';
import * as templates from './templates/contract.ts';
import * as calendar from './calendar/contract.ts';
import * as strategies from './strategies/contract.ts';
import * as tasks from './tasks/contract.ts';

/** Every route of the service. */
export const CONTRACTS: readonly RouteContract[] = [
  ...Object.values(health),
  ...Object.values(identity),
  ...Object.values(assets),
  ...Object.values(types),
  ...Object.values(templates),
  ...Object.values(tasks),
  ...Object.values(calendar),
  ...Object.values(strategies),
];
