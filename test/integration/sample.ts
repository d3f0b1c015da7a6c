import * as z from 'zod';

interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** A schema in which every reference is followed. */
const resolved = (
  schema: z.ZodType,
): { readonly root: JsonSchema; readonly follow: (schema: JsonSchema) => JsonSchema } => {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const follow = (one: JsonSchema): JsonSchema => {
    if (one.$ref === undefined) return one;
    const found = root.$defs?.[one.$ref.replace('#/$defs/', '')];
    if (found === undefined) throw new Error(`${one.$ref} leads nowhere`);
    return follow(found);
  };
  return { root: follow(root), follow };
};

/** Values for fields by their names, where a text of any kind would not do. */
export type Known = Readonly<Record<string, unknown>>;

/**
 * The smallest value that a schema takes: the required fields only. Made from the contracts, so that a new route has a
 * body without a line of test code. `salt` makes texts differ between two samples; a `whole` one has the optional fields.
 */
export const sampleOf = (
  schema: z.ZodType,
  known: Known = {},
  { salt = '', whole = false }: { readonly salt?: string; readonly whole?: boolean } = {},
): unknown => {
  const { root, follow } = resolved(schema);
  const sample = (given: JsonSchema): unknown => {
    const one = follow(given);
    if (one.const !== undefined) return one.const;
    if (one.enum !== undefined) return one.enum[0];
    const [first] = one.anyOf ?? [];
    if (first !== undefined) return sample(first);
    switch ([one.type].flat()[0]) {
      case 'string':
        return one.format === 'uri' ? `https://example.com/${salt}` : `x${salt}`.padEnd(one.minLength ?? 1, 'x');
      case 'integer':
      case 'number':
        return one.minimum ?? 1;
      case 'boolean':
        return true;
      case 'array':
        return Array.from({ length: one.minItems ?? 0 }, () => sample(one.items ?? {}));
      case 'object':
        return Object.fromEntries(
          (whole ? Object.keys(one.properties ?? {}) : (one.required ?? [])).map((name) => [
            name,
            name in known ? known[name] : sample(one.properties?.[name] ?? {}),
          ]),
        );
      default:
        return {};
    }
  };
  return sample(root);
};

/** The names of the fields that a body may have, required or not. */
export const fieldsOf = (schema: z.ZodType): readonly string[] => Object.keys(resolved(schema).root.properties ?? {});
