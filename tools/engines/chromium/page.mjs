// Runs in the browser: everything that the lane checks on one provider, or one failure to start.
// Sends what came of it back to the server.
import { useBackend } from '@sts-net/backend';
import { registerOrtBackend } from '@sts-net/tfjs-backend-ort/web';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js';
import * as operations from 'operations';
import { runJasmine } from '../../../packages/tfjs-backend-ort/op-tests/jasmine-run.mjs';
import { declareNetworks, declareWholeNetworks } from './networks.mjs';
import { declareNumbers } from './numbers.mjs';

const { provider, threads, wasmPaths, failure, full, whole } = JSON.parse(
  decodeURIComponent(location.hash.slice(1)),
);
try {
  await send(await (failure ? fail() : check()));
} catch (error) {
  await send({ error: String(error?.stack ?? error) });
}

async function check() {
  const declare = provider === 'tfjs-wasm' ? await ourKernels() : await onnxRuntime();
  const skips = operations.skips.filter((skip) => (skip.provider ?? provider) === provider);
  const { counts, failures } = await runJasmine(jasmineRequire, declare, skips, 120_000);
  return { counts: [...counts], failures, isolated: globalThis.crossOriginIsolated };
}

async function onnxRuntime() {
  await registerOrtBackend({ provider, threads, wasmPaths, cacheSize: 8 });
  operations.setBackend();
  return (of) => {
    operations.declare(of);
    declareNumbers(of);
    declareNetworks(of, 'ort', full);
    if (whole) declareWholeNetworks(of, 'ort');
  };
}

/** TensorFlow.js's WebAssembly with our kernels; in an isolated page it is the one with threads. */
async function ourKernels() {
  setWasmPaths(wasmPaths);
  const { threads: running } = await useBackend('wasm');
  if (running < 2) throw new Error(`must run with threads, got ${running}`);
  return (of) => {
    declareNetworks(of, 'wasm', full);
    if (whole) declareWholeNetworks(of, 'wasm');
  };
}

/** The message with which it does not start. */
async function fail() {
  try {
    if (provider === 'auto') await useBackend();
    else await registerOrtBackend({ provider, wasmPaths });
  } catch (error) {
    return { name: error.name, message: error.message };
  }
  throw new Error('it started');
}

async function send(result) {
  await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
}
