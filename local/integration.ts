import { randomUUID } from 'node:crypto';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Context } from 'aws-lambda';
import * as z from 'zod';

/** A proxy integration's answer, ready to be written. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
}

/** Lambda's context without the callbacks, which its Node 24 no longer has. */
export type HandlerContext = Omit<Context, 'done' | 'fail' | 'succeed'>;

/** Both directions of a synchronous Lambda call. */
export const LAMBDA_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** The gateway frames the message itself. */
const FRAMING = new Set(['connection', 'content-length', 'transfer-encoding', 'keep-alive']);

const plain = z.union([z.string(), z.number(), z.boolean()]);
const proxyResult = z.object({
  statusCode: z.int().min(200).max(599),
  headers: z.record(z.string(), plain.optional()).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(plain).optional()).nullish(),
  body: z.string().nullish(),
});

/** What Lambda hands a handler beside the event. `deadline` is in milliseconds since the epoch. */
export const lambdaContext = (operation: string, deadline: number): HandlerContext => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: operation,
  functionVersion: '$LATEST',
  invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${operation}`,
  memoryLimitInMB: '1024',
  awsRequestId: randomUUID(),
  logGroupName: `/aws/lambda/${operation}`,
  logStreamName: 'local',
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

/**
 * Checks what a handler returned and merges its headers; those with several values win.
 * Throws where API Gateway calls a proxy response malformed. `isBase64Encoded` is not looked at: a REST API without
 * binary media types passes the body on as it is.
 */
export const readResult = (result: unknown): Answer => {
  const parsed = proxyResult.safeParse(result);
  if (!parsed.success) throw new Error(`The handler's response is malformed: ${z.prettifyError(parsed.error)}`);
  const { statusCode, headers: single, multiValueHeaders: multiple } = parsed.data;
  const body = parsed.data.body ?? '';
  if (Buffer.byteLength(body) > LAMBDA_PAYLOAD_BYTES) {
    throw new Error(`The handler's response is over the ${LAMBDA_PAYLOAD_BYTES} bytes that Lambda lets through`);
  }
  const headers: Record<string, string | string[]> = body === '' ? {} : { 'content-type': 'application/json' };
  for (const [name, value] of [...Object.entries(single ?? {}), ...Object.entries(multiple ?? {})]) {
    const lower = name.toLowerCase();
    if (value === undefined || FRAMING.has(lower)) continue;
    validateHeaderName(lower);
    const texts = [value].flat().map(String);
    for (const text of texts) validateHeaderValue(lower, text);
    headers[lower] = texts;
  }
  return { status: statusCode, headers, body };
};
