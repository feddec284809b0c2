import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { registerWasmTrainingKernels } from '../src/index.ts';
import { floats, type WasmBackend } from '../src/wasm/native/backend.ts';
import { shares } from '../src/wasm/native/shares.ts';
import { type Beginning, startThreads, threadScript } from '../src/wasm/native/start-threads.ts';
import { teamOf } from '../src/wasm/native/teams.ts';

const workers: Worker[] = [];
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

beforeAll(registerWasmTrainingKernels);
afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.terminate())));

/** Memory as TensorFlow.js has it in a page that is isolated, with nothing else of its backend. */
function sharedBackend(): WasmBackend {
  const wasmMemory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  let end = 1024;
  const _malloc = (bytes: number) => {
    const address = end;
    end += 16 * Math.ceil(bytes / 16);
    const lacking = end - wasmMemory.buffer.byteLength;
    if (lacking > 0) wasmMemory.grow(Math.ceil(lacking / 65536));
    return address;
  };
  return {
    wasm: { wasmMemory, _malloc, _free: () => {} },
    dataIdMap: { get: (id) => id as { memoryOffset: number } },
    incRef: () => {},
    disposeData: () => true,
    makeOutput: (shape, dtype) => ({
      ...{ shape, dtype },
      dataId: { memoryOffset: _malloc(4 * size(shape)) },
    }),
  };
}

/** A worker of a browser, in Node.js. */
async function startWorker(beginning: Beginning): Promise<void> {
  const script = `
    const { parentPort } = require('node:worker_threads');
    const postMessage = (data) => parentPort.postMessage(data);
    let onmessage;
    parentPort.on('message', (data) => onmessage({ data }));
    ${threadScript}`;
  const worker = new Worker(script, { eval: true });
  workers.push(worker);
  worker.postMessage(beginning);
  await once(worker, 'message');
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** What a kernel gives with so many threads. */
async function resultsOf(threads: number, name: string, shapes: Shapes, attrs: object) {
  const backend = sharedBackend();
  expect(await startThreads(backend, threads, startWorker)).toBe(threads);
  const tensor = ([input, shape]: [string, readonly number[]]) => {
    const made = backend.makeOutput([...shape], 'float32');
    const drawn = signed(`${name} ${input}`, size(shape));
    const isVariance = ['variance', 'v'].includes(input);
    floats(backend, made).set(isVariance ? drawn.map(Math.abs) : drawn);
    return [input, made] as const;
  };
  const inputs = Object.fromEntries(Object.entries(shapes).map(tensor));
  const { kernelFunc } = tf.getKernel(name, 'wasm');
  const given = kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend });
  return [given].flat().map((one) => Float32Array.from(floats(backend, one)));
}

const dense = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 };
const groups = { ...dense, strides: [2, 1], groups: 4 };
const depthwise = { ...dense, dilations: [2, 3], groups: 40 };
const adamW = {
  ...{ learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, step: 3 },
};
const perChannel = { gamma: [40], mean: [40], variance: [40] };
const kernels: readonly (readonly [kernel: string, shapes: Shapes, attrs: object])[] = [
  ['StsConv2D', { x: [2, 41, 40, 24], filter: [3, 3, 24, 44] }, dense],
  ['StsConv2D', { x: [2, 41, 40, 48], filter: [3, 3, 12, 44] }, groups],
  ['StsConv2D', { x: [3, 41, 40, 40], filter: [3, 3, 1, 40] }, depthwise],
  // So few positions that what is shared is packing.
  ['StsConv2D', { x: [1, 2, 2, 300], filter: [3, 3, 300, 203] }, dense],
  ...(
    [
      [[2, 41, 40, 24], [3, 3, 24, 44], [2, 41, 40, 44], dense],
      [[2, 41, 40, 48], [3, 3, 12, 44], [2, 21, 40, 44], groups],
      [[3, 41, 40, 40], [3, 3, 1, 40], [3, 39, 36, 40], depthwise],
      // One block of columns, and more positions than float32 adds up.
      [[2, 130, 131, 7], [3, 3, 7, 5], [2, 130, 131, 5], dense],
      [[1, 130, 131, 24], [3, 3, 24, 12], [1, 130, 131, 12], dense],
      [[2, 130, 131, 40], [3, 3, 1, 40], [2, 128, 127, 40], depthwise],
    ] as const
  ).flatMap(([x, filter, dy, attrs]) => [
    ['StsConv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x }] as const,
    ['StsConv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter }] as const,
  ]),
  ['StsBatchNormTraining', { x: [4, 60, 61, 40], gamma: [40], beta: [40] }, { epsilon: 1e-3 }],
  [
    'StsBatchNormTrainingGrad',
    { x: [4, 60, 61, 40], dy: [4, 60, 61, 40], ...perChannel },
    { epsilon: 1e-3 },
  ],
  ['FusedBatchNorm', { x: [4, 60, 61, 40], mean: [40], variance: [40] }, { varianceEpsilon: 1e-3 }],
  ['StsReLUGrad', { dy: [600_001], y: [600_001] }, { maxValue: 6 }],
  ['StsAdamW', { value: [600_001], gradient: [600_001], m: [600_001], v: [600_001] }, adamW],
  ['Sum', { x: [600_001] }, { axis: [0], keepDims: false }],
  ['Sum', { x: [60, 10_001] }, { axis: [1], keepDims: false }],
  ['Sum', { x: [3, 60, 10_001] }, { axis: [1], keepDims: false }],
  [
    'ResizeNearestNeighborGrad',
    { images: [4, 20, 21, 30], dy: [4, 60, 63, 30] },
    { alignCorners: false },
  ],
];

describe('results do not depend on the number of threads', () => {
  test.each(kernels)('%s of %j', async (name, shapes, attrs) => {
    const alone = await resultsOf(1, name, shapes, attrs);
    expect(alone.every((values) => values.some((value) => value !== 0))).toBe(true);
    for (const threads of [2, 3, 8]) {
      const results = await resultsOf(threads, name, shapes, attrs);
      for (const [i, result] of results.entries()) {
        expect(Buffer.compare(Buffer.from(result.buffer), Buffer.from(alone[i]!.buffer))).toBe(0);
      }
    }
  });
});

test('what fails in a thread is said, and the thread can be called again', async () => {
  const backend = sharedBackend();
  await startThreads(backend, 2, startWorker);
  const team = teamOf(backend);
  const here = backend.wasm._malloc(64);
  const beyond = 4_000_000_000;
  const sum = (x: number) => [x, 1, 4, here];
  expect(() => team.run('rowSums', [sum(here), sum(beyond)])).toThrow(
    '`rowSums` failed in a thread',
  );
  expect(() => team.run('rowSums', [sum(here), sum(here)])).not.toThrow();
});

test('where no thread can begin, one computes', async () => {
  const backend = sharedBackend();
  const refuse = () => Promise.reject(new Error('worker-src'));
  expect(await startThreads(backend, 4, refuse)).toBe(1);
  expect(teamOf(backend).size).toBe(1);
});

test.each([
  [
    10,
    3,
    1,
    [
      [0, 3],
      [3, 6],
      [6, 10],
    ],
  ],
  [
    17,
    2,
    8,
    [
      [0, 8],
      [8, 17],
    ],
  ],
  [
    17,
    8,
    8,
    [
      [0, 8],
      [8, 16],
      [16, 17],
    ],
  ],
  [0, 4, 8, [[0, 0]]],
  [5, 1, 1, [[0, 5]]],
])('%i in %i shares of units of %i', (total, parts, unit, expected) => {
  expect(shares(total, parts, unit)).toEqual(expected);
});
