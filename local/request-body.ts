import type { IncomingMessage } from 'node:http';

/** The largest body that API Gateway takes. */
export const BODY_BYTES = 10 * 1024 * 1024;
/** How much of a refused body is read and dropped, so that the client gets to see the answer. */
const DRAIN = { bytes: 256 * 1024 * 1024, ms: 10_000 } as const;

interface Body {
  /** Bytes, as far as they were read. */
  readonly size: number;
  /** Absent when it is over the limit. */
  readonly bytes?: Buffer;
}

/** Reads a body to its end. Rejects when the client goes away. */
export const readBody = (request: IncomingMessage): Promise<Body> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let impatience: NodeJS.Timeout | undefined;
    const settle = (body: Body): void => {
      clearTimeout(impatience);
      resolve(body);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      impatience ??= setTimeout(() => settle({ size }), DRAIN.ms);
      if (size > DRAIN.bytes) settle({ size });
    });
    request.once('end', () => settle(size > BODY_BYTES ? { size } : { size, bytes: Buffer.concat(chunks) }));
    request.once('error', reject);
    request.once('close', () => {
      clearTimeout(impatience);
      reject(new Error('The client went away'));
    });
  });
