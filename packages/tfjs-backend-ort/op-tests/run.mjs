// Runs the tests of operations that TensorFlow.js ships in @tensorflow/tfjs-core against the `ort`
// backend and writes op-tests/results.md: how many passed, failed and were left out in each file.
//
//   npm run test:ops --workspace packages/tfjs-backend-ort [-- part of a file's name]
//
// Prints every failure. Ends with code 1 if fewer than 95 % of what was run passed.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { runJasmine } from './jasmine-run.mjs';
import { core, declaration, skips, suites } from './suites.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const wanted = process.argv[2] ?? '';

const bundle = join(here, 'bundle.cjs');
await build({
  stdin: {
    contents: `${declaration(suites(wanted))}
export { registerOrtBackend } from '${join(here, '../src/index.ts')}';`,
    resolveDir: here,
    loader: 'js',
  },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outfile: bundle,
  alias: { '@tensorflow/tfjs-core': core },
  external: ['onnxruntime-node', 'jasmine-core/*'],
  logLevel: 'error',
});
// TensorFlow.js's tests ask for Jasmine when they are loaded, which is after Jasmine is there.
const { declare, setBackend, registerOrtBackend } = require(bundle);
await registerOrtBackend({ threads: 1, cacheSize: 8 });
setBackend();
const { counts, reasons, failures } = await runJasmine(
  require('jasmine-core/lib/jasmine-core/jasmine.js'),
  declare,
  skips.filter(({ provider }) => provider === undefined),
);

const total = { passed: 0, failed: 0, skipped: 0 };
for (const count of counts.values()) for (const key in total) total[key] += count[key];
for (const failure of failures) console.log(`FAIL ${failure}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (wanted === '') writeFileSync(join(here, 'results.md'), table());
process.exitCode = total.passed < 0.95 * (total.passed + total.failed) ? 1 : 0;

function table() {
  const rows = [...counts].filter(([, c]) => c.passed + c.failed + c.skipped > 0);
  return [
    "# TensorFlow.js's own tests of operations on the `ort` backend",
    '',
    `@tensorflow/tfjs-core ${require('@tensorflow/tfjs-core/package.json').version}, onnxruntime-node ${require('onnxruntime-node/package.json').version}. Written by \`npm run test:ops\`.`,
    '',
    `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped.`,
    '',
    '## Why tests are skipped',
    '',
    ...[...reasons].map(([reason, count]) => `- ${count}: ${reason}`),
    '',
    ...(failures.length === 0
      ? []
      : ['## Failures', '', ...failures.map((f) => `- ${f.replace(/\n\s*/, ': `')}\``), '']),
    '## By file',
    '',
    '| file | passed | failed | skipped |',
    '| --- | ---: | ---: | ---: |',
    ...rows.map(([file, c]) => `| ${file} | ${c.passed} | ${c.failed} | ${c.skipped} |`),
    '',
  ].join('\n');
}
