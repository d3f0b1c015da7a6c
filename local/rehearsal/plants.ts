import { mapResources, type Edit, type Template } from './assembly.ts';

const replaced = (template: Template, type: string, pattern: RegExp, text: string): Template =>
  mapResources(template, (one) =>
    one.Type === type
      ? { ...one, Properties: JSON.parse(JSON.stringify(one.Properties).replaceAll(pattern, text)) as object }
      : one,
  );

/** Faults that a rehearsal must find, planted in the copy of the templates that it deploys: `--plant`. */
export const PLANTS = {
  /** A function whose bundle has no such handler. */
  handler: (template) =>
    mapResources(template, (one, id) =>
      one.Type === 'AWS::Lambda::Function' && id.includes('createTask')
        ? { ...one, Properties: { ...one.Properties, Handler: 'index.absent' } }
        : one,
    ),
  /** The code and the grants name indexes that the table does not have. */
  index: (template) => replaced(template, 'AWS::DynamoDB::Table', /"IndexName":"([^"]+)"/g, '"IndexName":"$1-old"'),
  /** The publisher may not put events on the bus. */
  grant: (template) => replaced(template, 'AWS::IAM::Role', /events:PutEvents/g, 'events:ListRules'),
  /** An output that says nothing. */
  output: (template) => {
    const first = Object.keys(template.Outputs)[0];
    const outputs = Object.entries(template.Outputs);
    return {
      ...template,
      Outputs: Object.fromEntries(outputs.map(([id, one]) => [id, id === first ? { ...one, Value: '' } : one])),
    };
  },
} as const satisfies Record<string, Edit>;

export type PlantName = keyof typeof PLANTS;
export const isPlantName = (name: string): name is PlantName => Object.hasOwn(PLANTS, name);
