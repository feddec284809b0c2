import { defineConfig } from 'vitest/config';

// `@sts/source` makes packages import one another's TypeScript, so tests need no build.
const conditions = ['@sts/source', 'node', 'import', 'module', 'default'];

/**
 * Packages of which no test leaves anything behind: loading their modules for each file anew would take longer than
 * most of their tests. Tests of networks are apart: what engines keep of them adds up to more than WebAssembly holds.
 */
const shared = [
  ...['amplify', 'datasets', 'experiment', 'inference', 'metrics', 'views', 'volume-io', 'web'].map(
    (name) => `packages/${name}/test/**/*.test.ts`,
  ),
  // That file sees the threads that its process starts.
  'packages/sts-net/test/**/!(batch-threads).test.ts',
];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['node', 'import', 'default'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: shared,
          isolate: false,
          restoreMocks: true,
          unstubGlobals: true,
          unstubEnvs: true,
        },
      },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: [
            'packages/*/test/**/*.test.ts',
            'examples/*/test/**/*.test.ts',
            'tools/**/*.test.ts',
            'bench/**/*.test.ts',
            ...shared.map((pattern) => `!${pattern}`),
          ],
        },
      },
    ],
    globalSetup: ['tools/check/temporary-folder.mjs'],
    setupFiles: ['packages/testing/src/setup.ts'],
    reporters: ['default', './tools/check/summary-reporter.mjs'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    env: {
      // Progress is told by the clock, which no test may depend on.
      STS_NET_PROGRESS: 'none',
      // Two workers with as many threads each wait for one another: an eighth more processor time.
      STS_NET_THREADS: process.env['STS_NET_THREADS'] ?? '1',
    },
    // Worker threads inherit this.
    execArgv: ['--import', new URL('./tools/workers/register.mjs', import.meta.url).href],
  },
});
