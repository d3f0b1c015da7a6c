/** A refusal to start whose message is one sentence for the person at the terminal: shown alone, without a stack. */
export const startupError = (sentence: string, cause?: unknown): Error => {
  const error = new Error(sentence, cause === undefined ? undefined : { cause });
  error.name = 'StartupError';
  return error;
};

export const isStartupError = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'StartupError';

/** The code of a failed system call, such as `ENOENT`; undefined for any other error. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
