import { createServer } from 'node:net';
import { startupError, systemCode } from './startup-error.ts';

const REASONS: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (host, port) => `Port ${port} on ${host} is taken: stop what uses it, or choose another with --port.`,
  EACCES: (_, port) => `Port ${port} needs more rights than this user has: choose one above 1023 with --port.`,
  EADDRNOTAVAIL: (host) => `${host} is not an address of this machine: choose another with --host.`,
  ENOTFOUND: (host) => `The host name ${host} is not known: choose another with --host.`,
};

/** Turns the failure to listen into a sentence for the user; an unknown failure is returned as it is. */
export const listenError = (error: Error, host: string, port: number): Error => {
  const sentence = REASONS[systemCode(error) ?? '']?.(host, port);
  return sentence === undefined ? error : startupError(sentence, error);
};

const tryPort = (port: number, host?: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port, ...(host === undefined ? {} : { host }), exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  });

/** A port that nothing uses on any address of the machine just now. Another program may still take it first. */
export const freePort = (): Promise<number> => tryPort(0);

/** Refuses early, before anything slow is started, when the port cannot be had. */
export const requirePort = async (host: string, port: number): Promise<void> => {
  try {
    await tryPort(port, host);
  } catch (error) {
    throw error instanceof Error ? listenError(error, host, port) : error;
  }
};
