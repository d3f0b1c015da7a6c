import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { ENV } from '../../adapters/runtime/environment.ts';
import { startupError, systemCode } from '../startup-error.ts';

const FUNCTION = 'AWS::Lambda::Function';

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.looseObject({}).default({}) })),
});
const variablesSchema = z.object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) });

/** What a synthesised template says of its functions, as far as `sam local` is concerned. */
export interface SamTemplate {
  /** Whether it has the routes of the built-in identity. */
  readonly isBuiltin: boolean;
}

/** How to make a template that `sam local` can run. */
const SYNTH = 'npx cdk synth --quiet -c samLocal=true -c identity=builtin';

const contentOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw startupError(`There is no ${file}. Make it: ${SYNTH}`, error);
  }
};

/**
 * Reads a template and checks that every function declares `names`: `sam local` sets no variable that a function does
 * not declare. Throws a startup error for a template that it could not run.
 */
export const readSamTemplate = async (file: string, names: readonly string[]): Promise<SamTemplate> => {
  const { Resources: resources } = templateSchema.parse(JSON.parse(await contentOf(file)));
  const functions = Object.values(resources)
    .filter(({ Type }) => Type === FUNCTION)
    .map(({ Properties }) => variablesSchema.parse(Properties).Environment.Variables);
  if (functions.length === 0) throw startupError(`${file} has no functions.`);
  const missing = names.filter((name) => !functions.every((variables) => name in variables));
  if (missing.length > 0) {
    throw startupError(`Not every function of ${file} declares ${missing.join(', ')}. Make it again: ${SYNTH}`);
  }
  return { isBuiltin: functions.some((variables) => variables[ENV.identityMode] === 'builtin') };
};
