import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import * as z from 'zod';
import type { RouteContract } from '../../adapters/http/contract.ts';
import type { Bundle } from '../../lib/bundle.ts';
import { makeApp } from '../../lib/task-center-app.ts';

const ROOT = join(import.meta.dirname, '../..');
const cdkSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/** The context of `cdk.json`, and what the command line adds to it. */
const CDK_CONTEXT = {
  ...cdkSchema.parse(JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'))).context,
  'aws:cdk:enable-asset-metadata': true,
};

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
});
export type Resource = z.infer<typeof resourceSchema>;
const templateSchema = z.object({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.looseObject({ Export: z.unknown().optional() })),
});
export type Template = z.infer<typeof templateSchema>;

const folders: string[] = [];
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stack-'));
  folders.push(folder);
  return folder;
};
export const removeFolders = (): void => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
};

/** One empty handler for all: what the templates say does not depend on the code. */
const emptyBundle = (): Bundle => {
  const folder = newFolder();
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => ({});\n');
  return { folderOf: () => folder };
};

export interface Synthesis {
  readonly outdir: string;
  readonly templates: ReadonlyMap<string, Template>;
  /** What cdk-nag and the other checks warn of. What they refuse is thrown. */
  readonly findings: readonly string[];
}

const reportSchema = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      violations: z.array(z.object({ ruleName: z.string() })),
    }),
  ),
});

/** An issuer that nobody would take for the example of cdk.json. */
const ISSUER = { oidcIssuer: 'https://login.task-center.test' };

/** Everything that a context can switch on. */
export const EVERYTHING = {
  identity: 'builtin',
  corsOrigins: 'https://app.example.com,https://admin.example.com',
  waf: 'true',
  tableKey: 'customer',
  maxReadUnits: '100',
  maxWriteUnits: '50',
  alarmEmail: 'ops@example.com',
  publicUrl: 'https://planning.example.com',
  auditDays: '30',
  domainName: 'tasks.example.com',
  certificateArn: 'arn:aws:acm:eu-central-1:111111111111:certificate/1',
  hostedZoneId: 'Z1',
  hostedZoneName: 'example.com',
};

/** Synthesizes as `cdk synth` with `-c name=value` does. `change` may spoil the app first. */
export const synthesize = (
  context: Readonly<Record<string, unknown>>,
  {
    validatesSchemas = false,
    change = () => undefined,
    routes,
  }: {
    readonly validatesSchemas?: boolean;
    readonly change?: (app: App) => void;
    /** Instead of those of the service. */
    readonly routes?: readonly RouteContract[];
  } = {},
): Synthesis => {
  const outdir = newFolder();
  const app = makeApp(
    emptyBundle,
    {
      outdir,
      context: { ...CDK_CONTEXT, ...ISSUER, ...context },
      builtinCloudFormationValidation: validatesSchemas,
    },
    ...(routes === undefined ? [] : [() => routes]),
  );
  change(app);
  const assembly = app.synth();
  const report = join(outdir, 'validation-report.json');
  return {
    outdir,
    templates: new Map(assembly.stacks.map(({ stackName, template }) => [stackName, templateSchema.parse(template)])),
    findings: reportSchema
      .parse(JSON.parse(readFileSync(report, 'utf8')))
      .pluginReports.flatMap(({ violations }) => violations)
      .map(({ ruleName }) => ruleName),
  };
};

export const templateOf = ({ templates }: Synthesis, stack: string): Template => {
  const template = templates.get(stack);
  if (template === undefined) throw new Error(`There is no stack ${stack}.`);
  return template;
};

/** The resources of a type by their logical ids. */
export const ofType = (template: Template, type: string): ReadonlyMap<string, Resource> =>
  new Map(Object.entries(template.Resources).filter(([, { Type }]) => Type === type));

/** The properties of the one resource of a type. */
export const theOne = <T>(template: Template, type: string, schema: z.ZodType<T>): T => {
  const all = [...ofType(template, type).values()];
  if (all.length !== 1) throw new Error(`There are ${all.length} of ${type}.`);
  return schema.parse(all[0]?.Properties);
};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

const referenceSchema = z.union([
  z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
  z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform(({ 'Fn::GetAtt': [id] }) => id),
]);

/** The logical id that a `Ref` or `Fn::GetAtt` names. */
export const referred = (value: unknown): string => referenceSchema.parse(value);

const joinSchema = z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) });

/** A value as text, with references in angle brackets: `<Table.Arn>/index/LIST0`. */
export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const joined = joinSchema.safeParse(value);
  if (joined.success) return joined.data['Fn::Join'][1].map(textOf).join('');
  const attribute = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).safeParse(value);
  if (attribute.success) return `<${attribute.data['Fn::GetAtt'].join('.')}>`;
  const { success, data } = referenceSchema.safeParse(value);
  return success ? `<${data}>` : JSON.stringify(value);
};

/** The logical id of the one function that a value, such as the URI of an integration, refers to. */
export const functionIn = (template: Template, value: unknown): string => {
  const ids = [...JSON.stringify(value).matchAll(/"([A-Za-z0-9]+)"/g)].map(([, id = '']) => id);
  const [id, ...others] = new Set(ids.filter((one) => template.Resources[one]?.Type === 'AWS::Lambda::Function'));
  if (id === undefined || others.length > 0) throw new Error(`It refers to ${others.length} functions more than one.`);
  return id;
};
