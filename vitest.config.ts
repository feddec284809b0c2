import { defineConfig } from 'vitest/config';

// `@sts/source` makes packages import one another's TypeScript, so tests need no build.
const conditions = ['@sts/source', 'node', 'import', 'module', 'default'];

/**
 * Files of these share the modules of their worker, for no test of theirs leaves anything behind: loading them anew
 * would take longer than most of the tests. Each group has workers of its own. Tests of networks are in none: what
 * engines keep of them adds up to more than WebAssembly holds.
 */
const shared = {
  data: [
    ...['amplify', 'datasets', 'experiment', 'inference', 'metrics', 'views', 'volume-io', 'web'],
  ].map((name) => `packages/${name}/test/**/*.test.ts`),
  // All but a file that sees the threads which its process starts.
  'sts-net': ['packages/sts-net/test/**/!(batch-threads).test.ts'],
};

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['node', 'import', 'default'] } },
  test: {
    projects: [
      ...Object.entries(shared).map(([name, include]) => ({
        extends: true as const,
        test: {
          name,
          include,
          isolate: false,
          restoreMocks: true,
          unstubGlobals: true,
          unstubEnvs: true,
        },
      })),
      {
        extends: true,
        test: {
          name: 'isolated',
          include: [
            'packages/*/test/**/*.test.ts',
            'examples/*/test/**/*.test.ts',
            'tools/**/*.test.ts',
            'bench/**/*.test.ts',
            ...Object.values(shared)
              .flat()
              .map((pattern) => `!${pattern}`),
          ],
        },
      },
    ],
    globalSetup: ['tools/check/temporary-folder.mjs'],
    setupFiles: ['packages/testing/src/setup.ts'],
    reporters: ['default', './tools/check/summary-reporter.mjs'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    env: {
      // Progress is told by the clock, which no test may depend on.
      STS_NET_PROGRESS: 'none',
      // Two workers with as many threads each wait for one another: an eighth more processor time.
      STS_NET_THREADS: process.env['STS_NET_THREADS'] ?? '1',
    },
    execArgv: [
      // Operations leave many small objects behind: with more room for young ones tests take a tenth less time.
      '--max-semi-space-size=64',
      // Worker threads inherit this.
      '--import',
      new URL('./tools/workers/register.mjs', import.meta.url).href,
    ],
  },
});
