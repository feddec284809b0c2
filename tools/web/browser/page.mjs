// Runs in the browser: one test of the lane. Sends what came of it back to the server.
import { openSegmenter } from '@sts-net/web';
import { answerBy, distance, expected, fetched, options, scan } from './lane-page.mjs';

await answerBy({ worker, main, half, adapter, webgpu, cancel, offline, noWorker, failure });

function open(more = {}) {
  return openSegmenter({ model: '/served/model/model.json', ...options, ...more });
}

/** How far what was found is from what Node found, its lesions too. */
async function compared(found) {
  const { lesions } = await expected();
  const far = await distance(found);
  if (far.marked === 0 || lesions.length === 0) throw new Error('Node found nothing');
  const places = (list) =>
    JSON.stringify(list.map(({ centroidMm, voxels }) => [centroidMm, voxels]));
  const isSameList = places(found.lesions) === places(lesions);
  return { ...far, lesions: found.lesions.length, isSameList };
}

async function checkSame(segmenter) {
  const found = await segmenter.segment(await scan());
  const same = await compared(found);
  // Threads add in another order than one thread does.
  if (same.flipped > 0 || same.difference > 1e-5 || !same.isSameList) {
    throw new Error(`is not as in Node: ${JSON.stringify(same)}`);
  }
  const { engine } = segmenter.info;
  return `${engine.name}, ${engine.threads} threads, ${found.seconds.toFixed(1)} s; largest difference ${same.difference}, ${same.flipped} of ${same.voxels} labels differ, ${same.marked} marked in ${same.lesions} lesions`;
}

async function worker() {
  const segmenter = await open();
  if (!segmenter.info.worker) throw new Error(segmenter.info.noWorker);
  const note = await checkSame(segmenter);
  segmenter.close();
  return { note };
}

async function main() {
  const segmenter = await open({ worker: false });
  if (segmenter.info.worker) throw new Error('a worker computes');
  const note = await checkSame(segmenter);
  segmenter.close();
  return { note };
}

async function half() {
  const segmenter = await open({ model: '/served/half/model.json' });
  const { flipped, difference, voxels } = await compared(await segmenter.segment(await scan()));
  if (difference > 0.02 || difference === 0) throw new Error(`differs by ${difference}`);
  return {
    note: `largest difference ${difference.toFixed(5)}, ${flipped} of ${voxels} labels differ`,
  };
}

async function adapter() {
  const { engine } = (await open()).info;
  if (engine.name !== 'wasm' || !/webgpu: the adapter is software/.test(engine.reason)) {
    throw new Error(`${engine.name}: ${engine.reason}`);
  }
  return { note: engine.reason };
}

async function webgpu() {
  const segmenter = await open({ engine: 'webgpu' });
  const found = await segmenter.segment(await scan());
  const { flipped, difference, voxels } = await compared(found);
  // Other shaders round otherwise; a label may flip where two classes are equally likely.
  if (difference > 1e-3 || flipped > voxels / 1e5) throw new Error(`${difference}, ${flipped}`);
  const { engine } = segmenter.info;
  return {
    note: `${engine.device}, ${found.seconds.toFixed(1)} s; largest difference ${difference}, ${flipped} of ${voxels} labels differ`,
  };
}

async function cancel() {
  const segmenter = await open();
  const file = await scan();
  const stop = new AbortController();
  let at = 0;
  const running = segmenter.segment(file, {
    signal: stop.signal,
    onProgress({ stage, done }) {
      if (stage !== 'predict' || done !== 1) return;
      // In the midst of the next pass.
      setTimeout(() => {
        at = performance.now();
        stop.abort(new Error('enough'));
      }, 30);
    },
  });
  const reason = await running.then(
    () => 'it was not cancelled',
    (error) => error.message,
  );
  const milliseconds = performance.now() - at;
  if (reason !== 'enough') throw new Error(reason);
  const note = await checkSame(segmenter);
  segmenter.close();
  const after = await segmenter.segment(file).catch((error) => error.message);
  if (!/closed/.test(after)) throw new Error(`after closing: ${after}`);
  return { note: `ended after ${milliseconds.toFixed(0)} ms; then ${note}` };
}

async function offline() {
  const { bytes } = (await (await fetched('/served/model/model.json')).json()).weights;
  const told = [];
  const first = await open({ onProgress: ({ stage, ...rest }) => told.push({ stage, ...rest }) });
  first.close();
  const last = told.filter(({ stage }) => stage === 'download').at(-1);
  if (first.info.from !== 'network' || last?.done !== bytes || last.total !== bytes) {
    throw new Error(`first: ${first.info.from}, ${JSON.stringify(last)}`);
  }
  const [file, before] = [
    await scan(),
    (await (await fetched('/served/labels.bin')).arrayBuffer()).byteLength,
  ];
  // The engine's files are those of the browser's own cache or of a service worker.
  const wasm = new Map();
  for (const kind of ['', '-simd', '-threaded-simd']) {
    const path = `/served/model/wasm/tfjs-backend-wasm${kind}.wasm`;
    wasm.set(path, await (await fetch(path)).blob());
  }
  await fetch('/offline');
  const refused = await fetch('/served/model/model.json').then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error('there is a network');
  const own = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const blob = wasm.get(new URL(String(input.url ?? input), location.href).pathname);
    return blob === undefined ? own(input, init) : Promise.resolve(new Response(blob));
  };
  const second = await open({ worker: false });
  const { labels } = await second.segment(file);
  if (second.info.from !== 'cache' || labels.voxels.size !== before) {
    throw new Error(`second: ${second.info.from}`);
  }
  return { note: `${bytes} bytes from the ${second.info.from}, ${labels.voxels.size} voxels` };
}

async function noWorker() {
  const segmenter = await open();
  if (segmenter.info.worker || !/worker/.test(segmenter.info.noWorker)) {
    throw new Error(`a worker computes: ${segmenter.info.noWorker}`);
  }
  const note = await checkSame(segmenter);
  return { note: `${segmenter.info.noWorker}; ${note}` };
}

async function failure() {
  const message = await open().then(
    () => {
      throw new Error('it started');
    },
    (error) => error.message,
  );
  return { message };
}
