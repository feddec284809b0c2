// Prediction in the browser, the engines on WebAssembly in turns: seconds for a batch by network and engine.
import { useBackend } from '@sts-net/backend';
import { createModel, predictorOf } from '@sts-net/model';
import { registerOrtBackend } from '@sts-net/tfjs-backend-ort/web';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const { rounds, threads } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const side = 256;
const batch = 2;
const networks = [
  { encoder: 'mobilenet_v2', decoder: 'unet' },
  { encoder: 'resnext50_32x4d', decoder: 'deeplabv3', attention: 'esca' },
];
try {
  setWasmPaths('/tfjs/');
  const { threads: own } = await useBackend('wasm');
  await registerOrtBackend({ provider: 'wasm', wasmPaths: '/ort/', threads });
  const shape = [batch, side, side, 3];
  const images = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) =>
    Math.sin(i * i),
  );
  const result = {};
  for (const network of networks) {
    const asked = {};
    for (const engine of ['wasm', 'ort']) {
      await tf.setBackend(engine);
      asked[engine] = predictorOf(
        createModel({ ...network, classes: 2, inputShape: [null, null, 3] }),
      );
    }
    const seconds = { wasm: [], ort: [] };
    for (let round = -1; round < rounds; round++) {
      for (const [engine, predictor] of Object.entries(asked)) {
        await tf.setBackend(engine);
        const start = performance.now();
        await predictor.predict(images, shape);
        if (round >= 0) seconds[engine].push((performance.now() - start) / 1000);
      }
    }
    result[Object.values(network).join(' + ')] = seconds;
  }
  await send({ result, threads: own, isolated: globalThis.crossOriginIsolated });
} catch (error) {
  await send({ error: String(error?.stack ?? error) });
}

async function send(result) {
  await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
}
