import { randomUUID } from 'node:crypto';
import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { EVENT_SOURCE } from '../core/events/envelope.ts';

/** The source of the event with which the probe tries its own rule: nobody else listens to it. */
const TRIAL_SOURCE = `${EVENT_SOURCE}_probe`;
const TARGET = 'queue';
/** A new rule takes effect "after a short period of time"; on AWS up to about a minute was seen. */
const RULE_MS = 120_000;
const LONG_POLL_S = 5;

const envelope = z.object({ source: z.string(), detail: z.looseObject({ tenant_id: z.string() }) });
const arrivedSchema = z.looseObject({ id: z.string(), name: z.string(), task_id: z.string().optional() });

/** A domain event as a consumer behind a rule of the bus gets it. */
export type Arrived = z.infer<typeof arrivedSchema>;

/** A consumer of the events of one tenant, for as long as it is open. */
export interface EventProbe {
  /** Collects events until `isEnough`, or until the time is over; answers all that arrived since it was opened. */
  readonly collect: (isEnough: (arrived: readonly Arrived[]) => boolean, ms: number) => Promise<readonly Arrived[]>;
  /** Removes rule and queue. */
  readonly close: () => Promise<void>;
}

/** Runs every step, then throws the first failure. */
const eachOf = async (steps: readonly (() => Promise<unknown>)[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
};

/**
 * Makes a queue and a rule of the bus that sends it the events of a tenant, and waits until the rule is in effect.
 * Whoever runs it needs to put and delete rules and targets of the bus, to put an event, and to make, read and delete a
 * queue. Throws when the rule does not come into effect within two minutes; then nothing is left behind.
 */
export const openEventProbe = async ({
  busName,
  tenantId,
}: {
  readonly busName: string;
  readonly tenantId: string;
}): Promise<EventProbe> => {
  const [events, queues] = [new EventBridgeClient({}), new SQSClient({})];
  const name = `task-center-probe-${randomUUID()}`;
  const rule = { Rule: name, EventBusName: busName };
  const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: name }));
  const close = async (): Promise<void> => {
    await eachOf([
      () => events.send(new RemoveTargetsCommand({ ...rule, Ids: [TARGET] })),
      () => events.send(new DeleteRuleCommand({ Name: name, EventBusName: busName })),
      () => queues.send(new DeleteQueueCommand({ QueueUrl })),
    ]);
    events.destroy();
    queues.destroy();
  };

  const arrived: Arrived[] = [];
  let isInEffect = false;
  const receive = async (): Promise<void> => {
    const { Messages: messages = [] } = await queues.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: LONG_POLL_S }),
    );
    if (messages.length === 0) return;
    for (const { Body } of messages) {
      const { source, detail } = envelope.parse(JSON.parse(Body ?? ''));
      if (source === TRIAL_SOURCE) isInEffect = true;
      else arrived.push(arrivedSchema.parse(detail));
    }
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await queues.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  };

  const connect = async (): Promise<void> => {
    const { Attributes } = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    const Arn = Attributes?.QueueArn;
    const EventPattern = JSON.stringify({ source: [EVENT_SOURCE, TRIAL_SOURCE], detail: { tenant_id: [tenantId] } });
    const { RuleArn } = await events.send(new PutRuleCommand({ Name: name, EventBusName: busName, EventPattern }));
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: Arn,
        Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
      },
    });
    await queues.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await events.send(new PutTargetsCommand({ ...rule, Targets: [{ Id: TARGET, Arn }] }));
    const trial = {
      EventBusName: busName,
      Source: TRIAL_SOURCE,
      DetailType: 'trial',
      Detail: JSON.stringify({ tenant_id: tenantId }),
    };
    for (const deadline = Date.now() + RULE_MS; !isInEffect;) {
      if (Date.now() > deadline) throw new Error(`The rule ${name} of ${busName} did not come into effect.`);
      await events.send(new PutEventsCommand({ Entries: [trial] }));
      await receive();
    }
  };

  try {
    await connect();
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  return {
    collect: async (isEnough, ms) => {
      for (const deadline = Date.now() + ms; !isEnough(arrived) && Date.now() < deadline;) await receive();
      return arrived;
    },
    close,
  };
};
