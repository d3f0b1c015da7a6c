import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { permissionsFor } from '../../adapters/http/contract.ts';
import { problemKindOf } from '../../adapters/http/problems.ts';
import document from '../../docs/openapi.json' with { type: 'json' };
import { CONTRACTS } from '../../functions/contracts.ts';
import { documentText } from '../../local/openapi/text.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: unknown;
}

const paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> = document.paths;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const rows = CONTRACTS.map((contract) => ({ name: contract.operation, contract }));
const operationOf = (name: string): Operation => {
  const found = operations.find(({ operation }) => operation.operationId === name);
  if (found === undefined) throw new Error(`There is no operation ${name}`);
  return found.operation;
};

/** A part of the document as text, with every component that it refers to, directly or not. */
const written = (part: unknown): string => {
  const seen = new Set<string>();
  let text = JSON.stringify(part);
  for (let found = refsIn(text); found.some((ref) => !seen.has(ref)); found = refsIn(text)) {
    for (const ref of found.filter((one) => !seen.has(one))) {
      seen.add(ref);
      text += JSON.stringify(at(ref));
    }
  }
  return text;
};
const refsIn = (text: string): readonly string[] =>
  [...text.matchAll(/"\$ref":"#(?<path>[^"]+)"/g)].map(({ groups }) => groups?.['path'] ?? '');
const at = (pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], document);

const ajv = new Ajv2020({ strict: false });
addFormats(ajv);

describe('docs/openapi.json', () => {
  it('is what the contracts give: run `npm run openapi` after a change of them', async () => {
    const committed = await readFile(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8');
    expect(JSON.parse(documentText())).toEqual(JSON.parse(committed));
    expect(documentText() === committed).toBe(true);
  });

  it('has the routes of the contracts, and no others', () => {
    const served = CONTRACTS.map(({ method, path, operation }) => `${method} ${path} ${operation}`);
    const documented = operations.map(({ method, path, operation }) => `${method} ${path} ${operation.operationId}`);
    expect(documented.toSorted()).toEqual(served.toSorted());
  });

  it('leads somewhere with every reference', () => {
    for (const ref of refsIn(JSON.stringify(document))) expect(at(ref), ref).toBeDefined();
  });

  it.each(Object.entries(document.components.schemas))(
    'has a valid schema %s, and examples that keep it',
    (name, schema) => {
      expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
      const validate = ajv.compile({ ...schema, components: document.components, $id: name });
      for (const example of 'examples' in schema ? schema.examples : []) {
        expect(validate(example), ajv.errorsText(validate.errors)).toBe(true);
      }
    },
  );
});

describe.each(rows)('$name', ({ contract }) => {
  const operation = operationOf(contract.operation);

  it('says what it is for, and who may', () => {
    expect(operation.summary).toBe(contract.summary);
    expect(operation.tags).toEqual([contract.tag.name]);
    expect(document.tags).toContainEqual(contract.tag);
    const isOpen = contract.access === 'public' || contract.access === 'bootstrap';
    const permissions = permissionsFor(contract);
    for (const permission of permissions) expect(operation.description).toContain(`\`${permission}\``);
    if (permissions.length === 0) expect(operation.description).toContain(isOpen ? 'no token' : 'a token');
  });

  it('documents every refusal under its status', () => {
    for (const code of contract.refusals) {
      const { status } = problemKindOf(code);
      expect(written(operation.responses[String(status)]), code).toContain(`"const":"${code}"`);
    }
  });

  it('documents its path parameters', () => {
    const names = [...contract.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(contract.params?.shape ?? {}).toSorted()).toEqual(names.toSorted());
    for (const name of names) expect(written(operation.parameters)).toContain(`"name":"${name}","in":"path"`);
  });

  it('shows a body that its contract takes', () => {
    if (contract.body === undefined) {
      expect(operation.requestBody).toBeUndefined();
      return;
    }
    const examples = contract.body.meta()?.['examples'] ?? [{}];
    expect(examples).toBeInstanceOf(Array);
    for (const example of examples as unknown[]) {
      contract.body.parse(example);
      if (JSON.stringify(example) !== '{}') expect(written(operation.requestBody)).toContain(JSON.stringify(example));
    }
    const takesFields = !contract.body.safeParse({}).success;
    if (takesFields) expect(examples).not.toEqual([{}]);
  });
});
