import { deployedAs, type RouteContract } from '../adapters/http/contract.ts';
import * as resources from './resources.ts';

/** Every route of the service. */
export const CONTRACTS: readonly RouteContract[] = Object.values(resources).flatMap((routes) =>
  Object.values<RouteContract>(routes),
);

const { createTenant, bootstrapAdmin, devLogin } = resources.identity;
const { changeOwnPassword } = resources.directory;
/**
 * What only the built-in identity has. With OIDC tenants are the issuer's: their ids come from its claims, and nothing
 * reads a tenant record. So `/tenants`, which only a shared key would guard, does not exist there either: no route of an
 * OIDC stage writes without a verified token.
 */
const BUILTIN_ONLY: readonly RouteContract[] = [createTenant, bootstrapAdmin, devLogin, changeOwnPassword];

/** Every route of the service, a function each. */
export const DEPLOYED: readonly RouteContract[] = deployedAs(CONTRACTS);

/** The routes that are deployed for a mode of identity. */
export const contractsOf = (mode: 'builtin' | 'oidc'): readonly RouteContract[] =>
  mode === 'builtin' ? DEPLOYED : DEPLOYED.filter((contract) => !BUILTIN_ONLY.includes(contract));
