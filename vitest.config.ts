import { defineConfig } from 'vitest/config';

// `@sts/source` makes packages import one another's TypeScript, so tests need no build.
const conditions = ['@sts/source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['node', 'import', 'default'] } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'tools/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    globalSetup: ['tools/check/temporary-folder.mjs'],
    setupFiles: ['packages/testing/src/setup.ts'],
    reporters: ['default', './tools/check/summary-reporter.mjs'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Progress is told by the clock, which no test may depend on.
    env: { STS_NET_PROGRESS: 'none' },
    // Worker threads inherit this.
    execArgv: ['--import', new URL('./tools/workers/register.mjs', import.meta.url).href],
  },
});
