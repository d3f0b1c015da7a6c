import { beforeEach, describe, expect, it, vi } from 'vitest';

const BASE = {
  TABLE_NAME: 'tasks',
  IDENTITY_MODE: 'builtin',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** Loads the module as a function does: once its environment is set. */
const load = async (environment: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries({ ...BASE, ...environment })) {
    vi.stubEnv(name, value);
  }
  return import('../../../../adapters/runtime/security.ts');
};

describe('the bootstrap key', () => {
  beforeEach(() => {
    vi.resetModules();
  });

  it('may be missing in a local run', async () => {
    const { bootstrapKey } = await load({ LOCAL_SECRETS: '{}' });
    expect(await bootstrapKey()).toBeUndefined();
  });

  it('is what the secrets of a local run say', async () => {
    const { bootstrapKey } = await load({ LOCAL_SECRETS: '{"bootstrap":"open sesame"}' });
    expect(await bootstrapKey()).toBe('open sesame');
  });

  it.each([{}, { LOCAL_SECRETS: '' }])(
    'keeps a deployed function shut when it is missing (%j)',
    async (environment) => {
      const { bootstrapKey } = await load(environment);
      await expect(bootstrapKey()).rejects.toThrow('There is no bootstrap secret.');
    },
  );
});
