import type { RouteContract, ServedMethod } from '../adapters/http/contract.ts';
import { gatewayPaths, methodsOf } from '../adapters/http/contract.ts';

type Mounted = Pick<RouteContract, 'operation' | 'method' | 'path'>;

export interface RouteMatch<C> {
  readonly contract: C;
  /** The resource path with its variables, such as `/tasks/{task_id}`. */
  readonly resource: string;
  /** As received: still percent-encoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

export interface RouteTable<C> {
  /** `path` is raw, without the query. */
  match(method: string, path: string): RouteMatch<C> | undefined;
}

interface Mount<C> {
  readonly contract: C;
  readonly resource: string;
}

interface ResourceNode<C> {
  readonly literals: Map<string, ResourceNode<C>>;
  variable?: { readonly name: string; readonly node: ResourceNode<C> };
  readonly mounts: Map<string, Mount<C>>;
}

/** What API Gateway accepts as one part of a REST resource path. */
const LEGAL_PART = /^[\w.:,-]+$|^\{[\w.-]+\+?\}$/;

const newNode = <C>(): ResourceNode<C> => ({ literals: new Map(), mounts: new Map() });

const variableName = (part: string): string | undefined => /^\{(.+)\}$/.exec(part)?.[1];

const partsOf = (path: string): readonly string[] => (path === '/' ? [] : path.slice(1).split('/'));

const child = <C>(node: ResourceNode<C>, part: string, refuse: (problem: string) => void): ResourceNode<C> => {
  const name = variableName(part);
  if (name === undefined) {
    const next = node.literals.get(part) ?? newNode<C>();
    node.literals.set(part, next);
    return next;
  }
  node.variable ??= { name, node: newNode<C>() };
  if (node.variable.name !== name) {
    refuse(`{${name}} stands beside {${node.variable.name}}: sibling variables must share one name`);
  }
  return node.variable.node;
};

const build = <C extends Mounted>(contracts: readonly C[]): { root: ResourceNode<C>; problems: string[] } => {
  const root = newNode<C>();
  const problems: string[] = [];
  for (const contract of contracts) {
    for (const resource of gatewayPaths(contract)) {
      const refuse = (problem: string): void => {
        problems.push(`${contract.operation} (${contract.method} ${resource}): ${problem}`);
      };
      const parts = partsOf(resource);
      let node = root;
      for (const [position, part] of parts.entries()) {
        if (!LEGAL_PART.test(part)) refuse(`"${part}" is not a legal path part`);
        if (part.endsWith('+}') && position < parts.length - 1) refuse(`the greedy ${part} must be the last part`);
        node = child(node, part, refuse);
      }
      for (const method of methodsOf(contract)) {
        const taken = node.mounts.get(method);
        if (taken === undefined) node.mounts.set(method, { contract, resource });
        else if (method !== 'HEAD') refuse(`${taken.contract.operation} is served there already`);
      }
    }
  }
  return { root, problems };
};

/** What AWS would refuse when the contracts are deployed as a REST API: one sentence each; empty when it is all right. */
export const gatewayProblems = (contracts: readonly Mounted[]): readonly string[] => build(contracts).problems;

/** Every (method, resource path) at which the gateway serves the contracts, such as `GET /tasks/{task_id}`. */
export const gatewayRoutes = (contracts: readonly Mounted[]): readonly `${ServedMethod} ${string}`[] =>
  contracts.flatMap((contract) =>
    gatewayPaths(contract).flatMap((path) => methodsOf(contract).map((method) => `${method} ${path}` as const)),
  );

/**
 * Routes as API Gateway does: on the raw path, part by part, a literal before a variable and without turning back; one
 * trailing slash is ignored. The contracts must be without `gatewayProblems`.
 */
export const makeRouteTable = <C extends Mounted>(contracts: readonly C[]): RouteTable<C> => {
  const { root } = build(contracts);
  return {
    match: (method, path) => {
      if (!path.startsWith('/')) return undefined;
      const parts = partsOf(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
      const pathParameters: Record<string, string> = {};
      let node = root;
      for (const [position, part] of parts.entries()) {
        const literal = node.literals.get(part);
        if (literal !== undefined) {
          node = literal;
          continue;
        }
        if (node.variable === undefined || part === '') return undefined;
        const { name } = node.variable;
        node = node.variable.node;
        if (name.endsWith('+')) {
          pathParameters[name.slice(0, -1)] = parts.slice(position).join('/');
          break;
        }
        pathParameters[name] = part;
      }
      const mount = node.mounts.get(method);
      return mount === undefined ? undefined : { ...mount, pathParameters };
    },
  };
};
