// Runs the tests of operations that TensorFlow.js ships in @tensorflow/tfjs-core against the `ort`
// backend and writes op-tests/results.md: how many passed, failed and were left out in each file.
//
//   npm run test:ops --workspace packages/tfjs-backend-ort [-- part of a file's name]
//
// Prints every failure. Ends with code 1 if fewer than 95 % of what was run passed.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const core = join(dirname(require.resolve('@tensorflow/tfjs-core')), 'index.js');
const ops = join(dirname(core), 'ops');
const wanted = process.argv[2] ?? '';
const files = readdirSync(ops, { recursive: true })
  .filter((file) => file.endsWith('_test.js') && file.includes(wanted))
  .sort();
const skips = JSON.parse(readFileSync(join(here, 'skips.json'), 'utf8'));

// One bundle, so that tests, backend and TensorFlow.js share one copy of its engine.
const entry = `
import { ENGINE } from '${join(dirname(core), 'engine.js')}';
import '${core}';
import '${join(dirname(core), 'public/chained_ops/register_all_chained_ops.js')}';
import '${join(dirname(core), 'register_all_gradients.js')}';
import '${join(dirname(require.resolve('@tensorflow/tfjs-backend-cpu')), 'index.js')}';
import { registerOrtBackend } from '${join(here, '../src/index.ts')}';
import { setTestEnvs } from '${join(dirname(core), 'jasmine_util.js')}';
export async function prepare() {
  await registerOrtBackend({ threads: 1, cacheSize: 8 });
  setTestEnvs([{ name: 'ort', backendName: 'ort', flags: {}, isDataSync: false }]);
}
export function declare(of) {
${files.map((file) => `  of(${JSON.stringify(file)}, () => require('${join(ops, file)}'));`).join('\n')}
}
`;
const bundle = join(here, 'bundle.cjs');
await build({
  stdin: { contents: entry, resolveDir: here, loader: 'js' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outfile: bundle,
  alias: { '@tensorflow/tfjs-core': core },
  external: ['onnxruntime-node', 'jasmine-core/*'],
  logLevel: 'error',
});

const jasmineRequire = require('jasmine-core/lib/jasmine-core/jasmine.js');
const jasmine = jasmineRequire.core(jasmineRequire);
const env = jasmine.getEnv({ suppressLoadErrors: true });
Object.assign(globalThis, jasmineRequire.interface(jasmine, env), { jasmine });
jasmine.DEFAULT_TIMEOUT_INTERVAL = 20_000;

const { prepare, declare } = require(bundle);
await prepare();
// Suites are named after their files; a file may have none for this backend.
const { describe } = globalThis;
declare((file, load) => {
  globalThis.describe = (name, body) => {
    const outer = globalThis.describe;
    globalThis.describe = describe;
    describe(`${file} ${name}`, body);
    globalThis.describe = outer;
  };
  load();
  globalThis.describe = describe;
});

const reasonFor = (name) => skips.find(({ match }) => new RegExp(match).test(name))?.reason;
const counts = new Map(files.map((file) => [file, { passed: 0, failed: 0, skipped: 0 }]));
const reasons = new Map();
const failures = [];
env.configure({
  random: false,
  specFilter: (spec) => {
    const reason = reasonFor(spec.getFullName());
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    return reason === undefined;
  },
});
env.addReporter({
  specDone({ fullName, status, failedExpectations }) {
    const file = files.find((one) => fullName.startsWith(`${one} `));
    const count = counts.get(file);
    if (status === 'passed') count.passed++;
    else if (status === 'failed') {
      count.failed++;
      failures.push(`${fullName}\n    ${failedExpectations[0].message.split('\n')[0]}`);
    } else count.skipped++;
  },
});
await env.execute();

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
