import * as z from 'zod';
import { listOf, textOf } from './templates.ts';

/** Where the stack would be. */
export const PLACE = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-central-1',
  'AWS::AccountId': '111111111111',
} as const;

/** A value as text, its place filled in: ARNs are compared part by part, at their colons. */
const placedText = (value: unknown): string =>
  Object.entries(PLACE).reduce((text, [name, place]) => text.replaceAll(`<${name}>`, place), textOf(value));

const texts = z.unknown().transform((value) => listOf(value).map(placedText));
const named = z.strictObject({ AWS: texts.optional(), Service: texts.optional() });
const principals = z.union([z.literal('*').transform(() => named.parse({ AWS: '*' })), named]);

/** Whatever is not named here (`NotAction`, `NotPrincipal` …) is refused: nothing is passed over in silence. */
const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principals,
  Action: texts,
  Resource: texts,
  Condition: z.record(z.string(), z.record(z.string(), texts)).default({}),
});
type Statement = z.infer<typeof statementSchema>;

/** Who asks a resource for what. References in texts are written as `textOf` writes them. */
export interface Asked {
  readonly principal: { readonly kind: 'AWS' | 'Service'; readonly name: string };
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
}

/** `*` stands for anything, `?` for one character. */
const isLike = (pattern: string, text: string): boolean => {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text);
};
const isLikeArn = (pattern: string, arn: string): boolean => {
  // Part by part: `*` does not reach over a colon, but in the last part.
  const parts = (text: string): readonly string[] => /^(.*?):(.*?):(.*?):(.*?):(.*?):(.*)$/s.exec(text)?.slice(1) ?? [];
  const [wanted, given] = [parts(pattern), parts(arn)];
  return wanted.length > 0 && given.length > 0 && wanted.every((part, index) => isLike(part, given[index] ?? ''));
};

const OPERATORS: Readonly<Record<string, (wanted: string, given: string) => boolean>> = {
  StringEquals: (wanted, given) => wanted === given,
  StringLike: isLike,
  ArnLike: isLikeArn,
  ArnEquals: isLikeArn,
  Bool: (wanted, given) => wanted.toLowerCase() === given.toLowerCase(),
};

const holds = (operator: string, key: string, wanted: readonly string[], context: Asked['context']): boolean => {
  const compare = OPERATORS[operator];
  if (compare === undefined) throw new Error(`The operator ${operator} is not known to this evaluator.`);
  const given = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
  // A key that the request does not have fulfils no condition of these operators.
  return given !== undefined && wanted.some((one) => compare(one, given));
};

const applies = ({ Principal, Action, Resource, Condition }: Statement, asked: Asked): boolean => {
  const { kind, name } = asked.principal;
  const isNamed = (Principal[kind] ?? []).includes(name) || (Principal.AWS ?? []).includes('*');
  return (
    isNamed &&
    Action.some((action) => isLike(action.toLowerCase(), asked.action.toLowerCase())) &&
    Resource.some((resource) => isLike(resource, asked.resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, key, wanted, asked.context)),
    )
  );
};

const policySchema = z.looseObject({ Statement: z.unknown().transform(listOf).pipe(z.array(statementSchema)) });

/** What a resource policy answers by IAM's rules: a Deny that applies wins, and without an Allow nothing is allowed. */
export const allows = (policy: unknown, asked: Asked): boolean => {
  const { Statement: statements } = policySchema.parse(policy);
  const effects = statements.filter((statement) => applies(statement, asked)).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
};
