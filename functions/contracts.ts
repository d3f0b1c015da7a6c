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

/**
 * What only the built-in identity has. With OIDC tenants are the issuer's: their ids come from its claims, and nothing
 * reads a tenant record. So `/tenants`, which only a shared key would guard, does not exist there either: no route of an
 * OIDC stage writes without a verified token.
 */
const BUILTIN_ONLY: readonly RouteContract[] = [identity.createTenant, identity.bootstrapAdmin, identity.devLogin];

/** The routes that a mode of identity has. */
export const contractsOf = (mode: 'builtin' | 'oidc'): readonly RouteContract[] =>
  mode === 'builtin' ? CONTRACTS : CONTRACTS.filter((contract) => !BUILTIN_ONLY.includes(contract));
