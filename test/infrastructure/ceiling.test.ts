import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { RouteContract } from '../../adapters/http/contract.ts';
import { DEPLOYED } from '../../functions/contracts.ts';
import { getTask } from '../../functions/tasks/contract.ts';
import { gatewayProblems } from '../../local/routing.ts';
import { definitionOf } from './service.ts';
import { EVERYTHING, ofType, removeFolders, synthesize, templateOf, textOf, type Template } from './templates.ts';

afterAll(removeFolders);

/** The routes of the service and, up to a number, more: each like that which reads a task, at a path of its own. */
const grownTo = (count: number): readonly RouteContract[] => [
  ...DEPLOYED,
  ...Array.from({ length: count - DEPLOYED.length }, (_, at): RouteContract => {
    const operation = `readSomethingOfALaterYear${at}`;
    return { ...getTask, operation, path: `/api/task-center/something-of-a-later-year-${at}` };
  }),
];

/** CloudFormation's limits of one stack. */
const RESOURCES = 500;
const TEMPLATE_BYTES = 1_000_000;
/** What all inline policies of a role may hold, without white space. */
const POLICY_CHARACTERS = 10_240;
/** Resources (parts of paths) that an API may have before AWS is asked for more. */
const API_RESOURCES = 300;

/** As long as what stands there after the deployment. */
const LONGEST: Readonly<Record<string, string>> = {
  '<AWS::Partition>': 'aws-us-gov',
  '<AWS::Region>': 'ap-southeast-2',
  '<AWS::AccountId>': '111111111111',
};
const LONGEST_ARN = 'x'.repeat(160);

const rendered = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(rendered);
  const isIntrinsic = Object.keys(value).every((name) => name === 'Ref' || name.startsWith('Fn::'));
  if (!isIntrinsic) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, rendered(one)]));
  return textOf(value).replaceAll(/<[^>]+>/g, (reference) => LONGEST[reference] ?? LONGEST_ARN);
};

const roleSchema = z.looseObject({ Policies: z.array(z.object({ PolicyDocument: z.unknown() })).default([]) });
/** Characters of the inline policies by the logical id of their role. */
const policiesOf = (template: Template): readonly (readonly [string, number])[] =>
  [...ofType(template, 'AWS::IAM::Role')].map(([id, { Properties }]) => [
    id,
    JSON.stringify(rendered(roleSchema.parse(Properties).Policies.map((one) => one.PolicyDocument))).length,
  ]);

const partsOf = (template: Template): number =>
  new Set(
    Object.keys(definitionOf(template).paths).flatMap((path) =>
      path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/')),
    ),
  ).size;

describe.each([
  [120, 400],
  [200, RESOURCES],
])('a stage with everything that a context can switch on and %i routes', (count, resources) => {
  const routes = grownTo(count);
  const synthesis = synthesize({ stage: 'dev', ...EVERYTHING }, { routes });
  const template = templateOf(synthesis, 'task-center-dev');

  it('has them all, each with a function', () => {
    expect(gatewayProblems(routes)).toEqual([]);
    expect(ofType(template, 'AWS::Lambda::Function').size).toBeGreaterThan(count);
  });

  it(`has fewer than ${resources} resources`, () => {
    expect(Object.keys(template.Resources).length).toBeLessThan(resources);
  });

  it('has a template that CloudFormation takes', () => {
    expect(statSync(join(synthesis.outdir, 'task-center-dev.template.json')).size).toBeLessThan(TEMPLATE_BYTES);
  });

  it('has policies far below what a role may hold', () => {
    const policies = policiesOf(template);
    expect(policies.length).toBeGreaterThan(count);
    expect(policies.filter(([, characters]) => characters > POLICY_CHARACTERS / 2)).toEqual([]);
  });

  it('is invoked by a role whose policy does not grow with the routes', () => {
    const [[, characters] = [], ...others] = policiesOf(template).filter(([id]) => id.startsWith('ApiInvoker'));
    expect(others).toEqual([]);
    expect(characters).toBeLessThan(300);
  });

  it('has fewer parts of paths than an API may have', () => {
    expect(partsOf(template)).toBeLessThan(API_RESOURCES);
  });
});
