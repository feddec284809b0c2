// Runs the backend `ort` of @sts-net/tfjs-backend-ort/web in Chromium, on WebAssembly and on WebGPU:
// TensorFlow.js's own tests of operations, golden logits, gradients and training steps, and the logits of
// whole networks that Node computes (on SwiftShader only with --full); and looks whether what keeps it
// from starting is named. Needs no graphics processor: WebGPU is SwiftShader's,
// the driver in software that Chromium ships. About 2 minutes; with --full 10 or more.
//
//   node tools/engines/chromium-lane.mjs [--full] [wasm|webgpu|tfjs-wasm …]
//
// `tfjs-wasm` is TensorFlow.js's own WebAssembly with threads and the kernels of @sts-net/backend.
//
// CHROMIUM_PATH names the browser; without one, the lane names what it skips and succeeds.
import { useBackend } from '@sts-net/backend';
import { suites } from '../../packages/tfjs-backend-ort/op-tests/suites.mjs';
import { findBrowser, serve, visit } from '../chromium/browser.mjs';
import { bundle } from './chromium/bundle.mjs';
import { logitsOf, wholeNetworks } from './chromium/whole-networks.mjs';

const given = process.argv.slice(2);
const full = given.includes('--full');
const named = given.filter((one) => one !== '--full');
const providers = named.length > 0 ? named : ['wasm', 'webgpu', 'tfjs-wasm'];
/** Of the files of tests of operations, those that the short form runs. */
const few =
  /^(acosh|asinh|atanh|cos|tan|add|arithmetic|expm1|log|log1p|strided_slice|avg_pool|batchnorm|cast|clip_by_value|concat|conv2d|conv2d_transpose|depthwise_conv2d|gather|mat_mul|max_pool|mean|pad|reduce_sum|relu|resize_bilinear|resize_nearest_neighbor|slice|softmax|split|sum|transpose|unsorted_segment_sum|where)_test\.js$/;

const browser = findBrowser();
if (browser === undefined) {
  console.log(
    `chromium lane: skipped, no Chromium (Debian: apt install chromium): ${providers.join(', ')}`,
  );
  process.exit(0);
}
const bundles = await bundle(
  'page.mjs',
  suites().filter((file) => (full ? !file.includes('from_pixels') : few.test(file))),
);
if (providers.some(runsWhole)) bundles.set('logits.json', JSON.stringify(await nodesLogits()));
const server = await serve(bundles);
try {
  let failed = 0;
  for (const provider of providers) failed += await check(provider);
  for (const failure of failures()) failed += await checkFailure(failure);
  process.exitCode = failed > 0 ? 1 : 0;
} finally {
  server.close();
}

async function check(provider) {
  const start = performance.now();
  const result = await visit(
    browser,
    server,
    {
      ...{ provider, threads: 2, full, whole: runsWhole(provider) },
      wasmPaths: provider === 'tfjs-wasm' ? '/tfjs/' : '/ort/',
    },
    1500,
  );
  if (result.error !== undefined) {
    console.log(`FAIL ${provider}: ${result.error}`);
    return 1;
  }
  for (const failure of result.failures) console.log(`FAIL ${provider}: ${failure}`);
  const total = (counts, key) => counts.reduce((sum, [, count]) => sum + count[key], 0);
  const of = result.counts.filter(([file]) => file.endsWith('_test.js'));
  const rows = [
    ...(of.length > 0 ? [[`operations (${of.length} files)`, of]] : []),
    ...result.counts.filter(([file]) => !file.endsWith('_test.js')).map((one) => [one[0], [one]]),
  ];
  for (const [title, counts] of rows) {
    console.log(
      `${provider.padEnd(7)} ${title.padEnd(26)} ${total(counts, 'passed')} passed, ${total(counts, 'failed')} failed, ${total(counts, 'skipped')} skipped`,
    );
  }
  console.log(`${provider}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return result.failures.length + (total(result.counts, 'passed') === 0 ? 1 : 0);
}

/** Whether whole networks are predicted by; on SwiftShader that takes long. */
function runsWhole(provider) {
  return full || provider !== 'webgpu';
}

async function nodesLogits() {
  await useBackend('wasm');
  const logits = {};
  for (const name of wholeNetworks) logits[name] = await logitsOf(name);
  return logits;
}

/** Ways in which engines do not start, and what the message must name. */
function failures() {
  const files = { provider: 'wasm', wasmPaths: '/ort/' };
  const ours = { ...files, provider: 'auto' };
  return [
    {
      ...files,
      title: 'files that are not served',
      wasmPaths: '/nowhere/',
      names: ['/nowhere/ort-wasm-simd-threaded.wasm', 'wasmPaths', 'connect-src'],
    },
    {
      ...files,
      title: 'a page in place of the file',
      wasmPaths: { wasm: '/page', mjs: '/ort/ort-wasm-simd-threaded.mjs' },
      names: ['/page', 'wasmPaths'],
    },
    {
      ...files,
      title: 'a policy without wasm-unsafe-eval',
      policy: "script-src 'self'",
      names: ["'wasm-unsafe-eval'"],
    },
    {
      ...files,
      title: 'no WebGPU',
      provider: 'webgpu',
      noWebgpu: true,
      names: ['WebGPU', "provider: 'wasm'"],
    },
    {
      ...ours,
      title: "TensorFlow.js's files that are not served",
      names: ['tfjs-backend-wasm-threaded-simd.wasm', '404', 'setWasmPaths'],
    },
    {
      ...ours,
      title: "a policy without wasm-unsafe-eval, TensorFlow.js's files",
      policy: "script-src 'self' blob:",
      names: ["'wasm-unsafe-eval'"],
    },
    {
      ...ours,
      title: "a policy without connect-src for TensorFlow.js's files",
      policy: 'connect-src http://localhost:*/result',
      names: ['cannot be fetched', 'connect-src'],
    },
  ];
}

async function checkFailure({ title, names, policy = '', noWebgpu = false, ...settings }) {
  const { name, message, error } = await visit(
    browser,
    server,
    { ...settings, failure: true },
    180,
    {
      policy,
      noWebgpu,
    },
  );
  const missing = error ?? names.filter((one) => !message.includes(one)).join(', ');
  const isRight = missing === '' && (settings.provider === 'auto' || name === 'OrtMissingError');
  console.log(
    isRight ? `named: ${title}: ${message}` : `FAIL ${title}: ${missing}: ${name}: ${message}`,
  );
  return isRight ? 0 : 1;
}
