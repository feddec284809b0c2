// Grouped 3×3 convolutions of ResNeXt50-32x4d at 480² input, batch 1, on TensorFlow.js's WASM
// backend: `conv2d` of @sts-net/layers-core against what TensorFlow.js alone offers.
//
//   npm run build && node bench/grouped-conv-wasm.mjs
//
// Prints medians of interleaved runs in processor time, and how many times longer each alternative
// takes. Ends with code 1 if one of them is faster.
import { useBackend } from '@sts-net/backend';
import { conv2d } from '@sts-net/layers-core';
import tf from '@tensorflow/tfjs-core';

const ROUNDS = 7;
const groups = 32;
const stages = [
  { title: 'stage 1', size: 120, channels: 128, dilation: 1 },
  { title: 'stage 2', size: 60, channels: 256, dilation: 1 },
  { title: 'stage 3', size: 30, channels: 512, dilation: 1 },
  { title: 'stage 3, dilated', size: 60, channels: 512, dilation: 2 },
  { title: 'stage 4', size: 15, channels: 1024, dilation: 1 },
  { title: 'stage 4, dilated', size: 60, channels: 1024, dilation: 4 },
];

/** The same convolution in four ways: functions of x, with their weights prepared. */
function implementations(filter, channels, dilation) {
  const width = channels / groups;
  const parts = tf.split(filter, groups, 3);
  const blocks = tf.tidy(() =>
    tf.concat(
      parts.map((part, g) =>
        tf.pad(part, [
          [0, 0],
          [0, 0],
          [g * width, channels - (g + 1) * width],
          [0, 0],
        ]),
      ),
      3,
    ),
  );
  // Input channel g·width + k gets the filters that lead from it to the group's outputs.
  const spread = tf.tidy(() =>
    tf.reshape(tf.transpose(tf.reshape(filter, [3, 3, width, groups, width]), [0, 1, 3, 2, 4]), [
      3,
      3,
      channels,
      width,
    ]),
  );
  const dense = (x, f) => tf.conv2d(x, f, 1, 'same', 'NHWC', dilation);
  return {
    ours: (x) => conv2d(x, filter, { dilations: [dilation, dilation], padding: 'same', groups }),
    'split and concat': (x) =>
      tf.concat(
        tf.split(x, groups, 3).map((part, g) => dense(part, parts[g])),
        3,
      ),
    'block-diagonal': (x) => dense(x, blocks),
    'depthwise and sum': (x) => {
      const products = tf.depthwiseConv2d(x, spread, 1, 'same', 'NHWC', dilation);
      const [b, h, w] = x.shape;
      const sums = tf.sum(tf.reshape(products, [b * h * w, groups, width, width]), 2);
      return tf.reshape(sums, [b, h, w, channels]);
    },
  };
}

/** Processor time, which other work on the machine disturbs less than the clock: wasm runs in one thread. */
function milliseconds(run, x) {
  const start = process.cpuUsage();
  const y = tf.tidy(() => run(x));
  const { user, system } = process.cpuUsage(start);
  y.dispose();
  return (user + system) / 1000;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

await useBackend('wasm');
let slowest = Number.POSITIVE_INFINITY;
for (const { title, size, channels, dilation } of stages) {
  const x = tf.randomNormal([1, size, size, channels], 0, 1, 'float32', 1);
  const filter = tf.randomNormal([3, 3, channels / groups, channels], 0, 0.1, 'float32', 2);
  const ways = Object.entries(implementations(filter, channels, dilation));
  const reference = tf.tidy(() => ways[0][1](x));
  for (const [name, run] of ways) {
    const error = tf.tidy(() => tf.max(tf.abs(tf.sub(run(x), reference))));
    const [difference] = await error.data();
    if (difference > 1e-3) throw new Error(`${title}: ${name} differs by ${difference}`);
  }
  const times = ways.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, [, run]] of ways.entries()) times[i].push(milliseconds(run, x));
  }
  const [ours, ...others] = times.map(median);
  const line = `${title}: ${size}×${size}, ${channels} channels, dilation ${dilation}`;
  console.log(`${line.padEnd(56)}ours ${ours.toFixed(2)} ms`);
  for (const [i, time] of others.entries()) {
    slowest = Math.min(slowest, time / ours);
    console.log(
      `  ${ways[i + 1][0].padEnd(20)}${time.toFixed(2).padStart(9)} ms${(time / ours).toFixed(1).padStart(7)} ×`,
    );
  }
  tf.disposeVariables();
  tf.dispose([x, filter, reference]);
}
if (slowest <= 1) {
  console.error('an alternative is faster');
  process.exitCode = 1;
}
