import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { indexesOf } from '../../adapters/http/contract.ts';
import { DEPLOYED } from '../../functions/contracts.ts';
import { HANDLER } from '../../lib/bundle.ts';
import { readTemplate, type Template } from '../../local/rehearsal/assembly.ts';
import { PLANTS } from '../../local/rehearsal/plants.ts';
import { removeFolders, synthesize } from './templates.ts';

const { outdir } = synthesize({ stage: 'dev', identity: 'builtin' });
const template = await readTemplate(join(outdir, 'task-center-dev.template.json'));
afterAll(removeFolders);

const namesSchema = z.object({ Ref: z.string() }).transform(({ Ref }) => Ref);
const attributeSchema = z
  .object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })
  .transform(({ 'Fn::GetAtt': [id] }) => id);

/** The logical ids that a value refers to, all the way down. */
const referencesIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const reference = z.union([namesSchema, attributeSchema]).safeParse(value);
  return reference.success ? [reference.data] : Object.values(value).flatMap(referencesIn);
};

const ofType = (from: Template, type: string) => Object.entries(from.Resources).filter(([, { Type }]) => Type === type);

const tableSchema = z.object({ GlobalSecondaryIndexes: z.array(z.object({ IndexName: z.string() })).default([]) });

/** What a deploy, or the first request after it, would fail at. */
const faultsOf = (from: Template): readonly string[] => {
  const isThere = (id: string): boolean => id.startsWith('AWS::') || id in from.Resources || id === 'BootstrapVersion';
  const dangling = referencesIn([from.Resources, from.Outputs]).filter((id) => !isThere(id));
  const silent = Object.entries(from.Outputs).filter(({ 1: { Value } }) => Value === '' || Value === undefined);
  const misnamed = ofType(from, 'AWS::Lambda::Function').filter(
    ([, { Properties }]) => Properties['Handler'] !== HANDLER.name,
  );
  const indexes = ofType(from, 'AWS::DynamoDB::Table').flatMap(([, { Properties }]) =>
    tableSchema.parse(Properties).GlobalSecondaryIndexes.map(({ IndexName }) => IndexName),
  );
  const granted = [...JSON.stringify(from.Resources).matchAll(/\/index\/([\w-]+)"/g)].map(([, name = '']) => name);
  const absent = new Set([...granted, ...DEPLOYED.flatMap(indexesOf)].filter((name) => !indexes.includes(name)));
  return [
    ...dangling.map((id) => `refers to ${id}, which is not there`),
    ...silent.map(([name]) => `output ${name} has no value`),
    ...misnamed.map(([id]) => `${id} names a handler that its bundle has not`),
    ...[...absent].map((name) => `index ${name} does not exist`),
  ];
};

it('deploys nothing that would fail at once', () => {
  expect(faultsOf(template)).toEqual([]);
  // The name of the handler is that of the bundle: its file, and what it exports.
  const [, { Metadata }] = ofType(template, 'AWS::Lambda::Function')[0] ?? [undefined, { Metadata: {} }];
  const asset = z.looseObject({ 'aws:asset:path': z.string() }).parse(Metadata)['aws:asset:path'];
  expect(readFileSync(join(outdir, asset, HANDLER.file), 'utf8')).toMatch(/export const handler/);
  expect(HANDLER.name).toBe(`${HANDLER.file.replace('.mjs', '')}.handler`);
});

describe('a planted fault is found', () => {
  it.each([
    ['handler', /createTask.* names a handler/],
    ['index', /^index \w+ does not exist$/],
    ['output', /^output \w+ has no value$/],
  ] as const)('%s', (name, sentence) => {
    const faults = faultsOf(PLANTS[name](template));
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) expect(fault).toMatch(sentence);
  });

  it('a reference into the void', () => {
    const spoiled = { ...template, Outputs: { ...template.Outputs, ApiUrl: { Value: { Ref: 'Nobody' } } } };
    expect(faultsOf(spoiled)).toEqual(['refers to Nobody, which is not there']);
  });
});
