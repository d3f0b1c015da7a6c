import * as z from 'zod';

const lineSchema = z.looseObject({ timestamp: z.string(), level: z.string(), message: z.string() });

/** Text of several lines, such as a stack, stays readable. */
const shown = (value: unknown): string =>
  typeof value === 'string'
    ? value.replaceAll('\n', '\n    ')
    : JSON.stringify(value, null, 2).replaceAll('\n', '\n  ');

/** The lines that are about a request, each with its fields below it. */
export const about = (lines: readonly string[], requestId: string): readonly string[] =>
  lines
    .filter((line) => line.includes(requestId))
    .map((line) => lineSchema.parse(JSON.parse(line)))
    .filter(({ request_id }) => request_id === requestId)
    .map(({ timestamp, level, message, ...fields }) =>
      [
        `${timestamp} ${level} ${message}`,
        ...Object.entries(fields).map(([name, value]) => `  ${name}: ${shown(value)}`),
      ].join('\n'),
    );

/** The question to Logs Insights: the lines of the function, and that of the access log, have the same id. */
export const insightsQuery = (requestId: string): string =>
  `filter request_id = "${requestId}" | sort @timestamp asc | display @timestamp, @log, @message`;

/** The question as a command, over the last day. The names of the log groups are CloudFormation's. */
export const insightsCommand = (stage: string, query: string): string => {
  const groups = "StackResourceSummaries[?ResourceType=='AWS::Logs::LogGroup'].PhysicalResourceId";
  return [
    'aws logs start-query --start-time $(($(date +%s) - 86400)) --end-time $(date +%s)',
    `--log-group-names $(aws cloudformation list-stack-resources --stack-name task-center-${stage} --output text`,
    `--query "${groups}")`,
    `--query-string '${query}'`,
  ].join(' \\\n  ');
};
