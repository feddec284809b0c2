// Prediction on WebAssembly in Chromium: TensorFlow.js's with our kernels against ONNX Runtime's, in turns
// within one page, with threads and without. Prints medians.
//
//   node tools/web/chromium-bench.mjs [ROUNDS]
import { findBrowser, serve, visit } from '../chromium/browser.mjs';
import { bundle } from './browser/bundle.mjs';

const rounds = Number(process.argv[2] ?? 5);
const browser = findBrowser();
if (browser === undefined) {
  console.log('web bench: skipped, no Chromium');
  process.exit(0);
}
const server = await serve(await bundle('bench.mjs'));
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
try {
  for (const isolated of [false, true]) {
    const settings = { rounds, threads: isolated ? 2 : 1 };
    const answer = await visit(browser, server, settings, 900, { isolated, noWebgpu: true });
    if (answer.error !== undefined) throw new Error(answer.error);
    for (const [network, { wasm, ort }] of Object.entries(answer.result)) {
      const [ours, theirs] = [median(wasm), median(ort)];
      console.log(
        `${network}, ${answer.threads} threads: wasm ${ours.toFixed(2)} s, ort ${theirs.toFixed(2)} s, ratio ${(theirs / ours).toFixed(2)}`,
      );
    }
  }
} finally {
  server.close();
}
