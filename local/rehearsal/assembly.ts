import { createHash } from 'node:crypto';
import { appendFile, cp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const resourceSchema = z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).default({}),
});
const environmentSchema = z.object({ Variables: z.record(z.string(), z.unknown()).default({}) });
const manifestSchema = z.looseObject({ files: z.record(z.string(), z.unknown()).default({}) });
const metricSchema = z.object({
  MetricStat: z.object({
    Metric: z.looseObject({ Namespace: z.string(), MetricName: z.string() }),
    Period: z.number(),
    Stat: z.string(),
  }),
});

type Resource = z.infer<typeof resourceSchema>;
/** A synthesised template, as far as the rehearsal reads it. */
export type Template = z.infer<typeof templateSchema>;
export type Edit = (template: Template) => Template;

export const mapResources = (template: Template, change: (one: Resource, id: string) => object): Template =>
  templateSchema.parse({
    ...template,
    Resources: Object.fromEntries(Object.entries(template.Resources).map(([id, one]) => [id, change(one, id)])),
  });

const TEMPLATE = '.template.json';
const MANIFEST = '.assets.json';

/** All templates of an assembly, those of nested stacks too. */
const templatesOf = async (assembly: string): Promise<readonly string[]> =>
  (await readdir(assembly)).filter((name) => name.endsWith(TEMPLATE)).map((name) => join(assembly, name));

export const readTemplate = async (file: string): Promise<Template> =>
  templateSchema.parse(JSON.parse(await readFile(file, 'utf8')));

const ofType = (template: Template, type: string): readonly string[] =>
  Object.entries(template.Resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));

/** Replaces what `change` answers something for, all the way down. */
const mapDeep = (value: unknown, change: (node: object) => unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  const changed = change(value);
  if (changed !== undefined) return changed;
  if (Array.isArray(value)) return value.map((one: unknown) => mapDeep(one, change));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapDeep(one, change)]));
};

/** The emulator answers the name of a secret to `Ref`, AWS its ARN: docs/rehearsal.md. */
export const secretsByAttribute: Edit = (template) => {
  const secrets = ofType(template, 'AWS::SecretsManager::Secret');
  const asAttribute = (node: object): unknown => {
    const target = Object.keys(node).length === 1 && 'Ref' in node ? node.Ref : undefined;
    return typeof target === 'string' && secrets.includes(target) ? { 'Fn::GetAtt': [target, 'Id'] } : undefined;
  };
  return templateSchema.parse(mapDeep(template, asAttribute));
};

/** The emulator knows no alarm over an expression: it gets the first metric of it instead. */
export const alarmsOfOneMetric: Edit = (template) =>
  mapResources(template, (one) => {
    const { Metrics: metrics, ...rest } = one.Properties;
    if (one.Type !== 'AWS::CloudWatch::Alarm' || metrics === undefined) return one;
    const first = z
      .array(z.unknown())
      .parse(metrics)
      .find((metric) => metricSchema.safeParse(metric).success);
    const { Metric, Period, Stat: Statistic } = metricSchema.parse(first).MetricStat;
    return { ...one, Properties: { ...rest, ...Metric, Period, Statistic } };
  });

/** Edits every template of an assembly in place; answers how many of them changed. */
export const editTemplates = async (assembly: string, edits: readonly Edit[]): Promise<number> => {
  let changed = 0;
  for (const file of await templatesOf(assembly)) {
    const template = await readTemplate(file);
    const before = JSON.stringify(template);
    const after = JSON.stringify(edits.reduce((edited, edit) => edit(edited), template));
    if (after === before) continue;
    changed += 1;
    await writeFile(file, after);
  }
  return changed;
};

const FUNCTION = 'AWS::Lambda::Function';
const MARK = 'REHEARSAL_VERSION';

/** Functions of another configuration. */
const reconfigured: Edit = (template) =>
  mapResources(template, (one) => {
    if (one.Type !== FUNCTION) return one;
    const { Variables } = environmentSchema.parse(one.Properties['Environment'] ?? {});
    return { ...one, Properties: { ...one.Properties, Environment: { Variables: { ...Variables, [MARK]: '2' } } } };
  });

/**
 * Makes the next version of an assembly: every function with other code and another configuration. An asset is stored
 * under its hash, and one that is there already is not sent again: so each changed one gets another name.
 */
export const makeNextVersion = async (assembly: string, next: string): Promise<void> => {
  await cp(assembly, next, { recursive: true });
  await editTemplates(next, [reconfigured]);
  const names = await readdir(next);
  const texts = names.filter((name) => name.endsWith('.json'));
  const hashes = new Map<string, string>();
  for (const name of names.filter((one) => one.endsWith(MANIFEST))) {
    const { files } = manifestSchema.parse(JSON.parse(await readFile(join(next, name), 'utf8')));
    for (const hash of Object.keys(files)) hashes.set(hash, createHash('sha256').update(`${hash} 2`).digest('hex'));
  }
  for (const [hash, other] of hashes) {
    const folder = join(next, `asset.${hash}`);
    const bundle = join(folder, 'index.mjs');
    if (existsSync(bundle)) await appendFile(bundle, '\n// The second version.\n');
    if (existsSync(folder)) await rename(folder, join(next, `asset.${other}`));
  }
  for (const name of texts) {
    const text = await readFile(join(next, name), 'utf8');
    await writeFile(
      join(next, name),
      text.replaceAll(/\b[0-9a-f]{64}\b/g, (hash) => hashes.get(hash) ?? hash),
    );
  }
};
