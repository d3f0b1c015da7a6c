import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** A document client that asks nobody: each request is answered by the next of the answers, or thrown on when it is an error. */
export const makeFakeClient = (...answers: readonly unknown[]) => {
  const sent: { readonly name: string; readonly input: Record<string, unknown> }[] = [];
  const left = [...answers];
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  Object.assign(client, {
    send: async (command: { readonly input: Record<string, unknown> }) => {
      sent.push({ name: command.constructor.name, input: command.input });
      if (left.length === 0) throw new Error('Nothing was to be asked here.');
      const answer = left.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { client, sent };
};
