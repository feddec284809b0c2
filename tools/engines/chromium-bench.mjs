// Training steps in Chromium on the processor: TensorFlow.js's `wasm` with our kernels, `ort` on
// onnxruntime-web, and jax-js, in turns within one page. Prints medians in seconds, and ratios to the
// first; once in a page that is cross-origin isolated (threads) and once in one that is not.
//
//   node tools/engines/chromium-bench.mjs [ROUNDS]
import { findBrowser, serve, visit } from '../chromium/browser.mjs';
import { bundle } from './chromium/bundle.mjs';

const rounds = Number(process.argv[2] ?? 5);
const browser = findBrowser();
if (browser === undefined) throw new Error('no Chromium: name it by CHROMIUM_PATH');
const server = await serve(await bundle('bench-page.mjs', []));
try {
  for (const isolated of [false, true]) {
    const settings = { rounds, threads: isolated ? 2 : 1 };
    const result = await visit(browser, server, settings, 600, { isolated });
    if (result.error !== undefined) throw new Error(result.error);
    console.log(isolated ? `isolated, ${result.tfjsThreads} threads` : 'one thread');
    for (const [title, engines] of Object.entries(result.seconds)) {
      const medians = Object.entries(engines).map(([name, all]) => [name, median(all)]);
      for (const [name, seconds] of medians) {
        const ratio = (seconds / medians[0][1]).toFixed(2);
        console.log(`  ${title}: ${name}: ${seconds.toFixed(3)} s, ${ratio}`);
      }
    }
  }
} finally {
  server.close();
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
