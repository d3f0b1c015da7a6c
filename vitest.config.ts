import { defineConfig } from 'vitest/config';
import { JAVA_OPTIONS } from './test/java-options.ts';

/** A start and a stop of a database, processor time of seconds: a machine that does much else takes minutes. */
const PATIENCE = { testTimeout: 240_000, hookTimeout: 240_000 };

/** These set the environment that functions read when they are loaded, so each runs in a process of its own. */
const OWN_ENVIRONMENT = ['events', 'logs', 'oidc', 'tenant-snapshot', 'trail'].map(
  (name) => `test/integration/${name}.test.ts`,
);

/**
 * What takes seconds in plenty, and finds what a change breaks rarely: in `npm run test:long` only. `npm test` does the
 * same jobs on a smaller scale elsewhere.
 */
const FOR_THE_LONG_RUN = [
  ...['day-plan', 'docs-page', 'first-minute', 'my-day', 'pages', 'settings'].map(
    (name) => `test/browser/${name}.test.ts`,
  ),
  ...['events', 'plan-rivals', 'sam', 'taking-back', 'trail', 'upgrade'].map(
    (name) => `test/integration/${name}.test.ts`,
  ),
  ...['database', 'demo', 'main-failures'].map((name) => `test/local/${name}.test.ts`),
];
const LEFT_OUT = process.env['TEST_LONG'] === 'true' ? [] : FOR_THE_LONG_RUN;

const ON_DATABASE = {
  globalSetup: ['test/integration/database.ts'],
  setupFiles: ['test/seed.ts', 'test/integration/environment.ts'],
};

export default defineConfig({
  test: {
    // One more than the cores of CI: while one waits for the database, another works.
    pool: 'forks',
    maxWorkers: 3,
    exclude: LEFT_OUT,
    restoreMocks: true,
    unstubEnvs: true,
    // No test is about time: these only end what hangs.
    ...PATIENCE,
    expect: { poll: { timeout: 60_000 } },
    setupFiles: ['test/seed.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/architecture/**/*.test.ts'],
          // Nothing here outlives its file, so that files share what they load.
          isolate: false,
          pool: 'threads',
        },
      },
      {
        extends: true,
        test: {
          name: 'local',
          include: ['test/local/**/*.test.ts'],
          globalSetup: ['test/integration/database.ts'],
          env: JAVA_OPTIONS,
        },
      },
      {
        extends: true,
        test: {
          name: 'infrastructure',
          include: ['test/infrastructure/**/*.test.ts'],
          // Loading CDK takes as long as a synth.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: OWN_ENVIRONMENT,
          isolate: false,
          ...ON_DATABASE,
        },
      },
      {
        extends: true,
        test: { name: 'integration-apart', include: OWN_ENVIRONMENT, ...ON_DATABASE },
      },
      {
        extends: true,
        // Every call of every operation fails in turn, and processes are killed.
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          maxConcurrency: 3,
          env: JAVA_OPTIONS,
          ...ON_DATABASE,
        },
      },
      {
        extends: true,
        test: { name: 'model', include: ['test/model/**/*.test.ts'], ...ON_DATABASE },
      },
      {
        extends: true,
        // The pages in a real browser, on a server of their own.
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/browser/notice.ts'],
          env: { LOG_LEVEL: 'SILENT', JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1' },
        },
      },
      {
        extends: true,
        // What takes a network, a download or many minutes: in `npm run test:long` only.
        test: { name: 'long', include: ['test/long/**/*.test.ts'], ...ON_DATABASE },
      },
    ],
  },
});
