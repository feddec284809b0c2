import { expectNoNewTensors, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../src/index.ts';
import type { Convolution } from '../src/wasm/geometry.ts';
import { convolutionOf, slowConvolution, slowFilterGradient, slowInputGradient } from './oracle.ts';

const cases: readonly (readonly [title: string, Convolution])[] = [
  ...[1, 2, 4, 12, 36].map(
    (d) =>
      [
        `dense, dilation ${d}`,
        convolutionOf([2, 9, 13, 5], [3, 3, 11], { dilations: [d, d], pads: [d, d, d, d] }),
      ] as const,
  ),
  ...[1, 2, 4, 12, 36].map(
    (d) =>
      [
        `4 groups, dilation ${d}`,
        convolutionOf([2, 9, 13, 16], [3, 3, 16], {
          dilations: [d, d],
          pads: [d, d, d, d],
          groups: 4,
        }),
      ] as const,
  ),
  ...[1, 2, 4, 12, 36].map(
    (d) =>
      [
        `depthwise, dilation ${d}`,
        convolutionOf([2, 9, 13, 19], [3, 3, 19], {
          dilations: [d, d],
          pads: [d, d, d, d],
          groups: 19,
        }),
      ] as const,
  ),
  ...(
    [
      [1, 1],
      [2, 2],
      [2, 1],
      [3, 2],
      [5, 7],
    ] as const
  ).flatMap((strides) =>
    (
      [
        [3, 1],
        [12, 3],
        [6, 6],
      ] as const
    ).map(
      ([channels, groups]) =>
        [
          `strides ${strides}, ${channels} channels in ${groups} groups, asymmetric padding`,
          convolutionOf([3, 11, 8, channels], [3, 2, 2 * channels], {
            strides,
            dilations: [2, 1],
            pads: [0, 3, 1, 2],
            groups,
          }),
        ] as const,
    ),
  ),
  ['1×1', convolutionOf([2, 5, 7, 24], [1, 1, 13])],
  ['1×1, stride 2', convolutionOf([2, 5, 7, 24], [1, 1, 16], { strides: [2, 2] })],
  [
    '7×7, stride 2, 3 channels',
    convolutionOf([1, 33, 31, 3], [7, 7, 16], { strides: [2, 2], pads: [3, 3, 3, 3] }),
  ],
  ['one position', convolutionOf([1, 3, 3, 8], [3, 3, 4])],
  ['padding wider than the kernel', convolutionOf([1, 2, 2, 4], [1, 1, 4], { pads: [2, 3, 4, 1] })],
  ['more positions than a tile', convolutionOf([2, 21, 23, 8], [3, 3, 8], { pads: [1, 1, 1, 1] })],
  [
    'more positions than a tile, depthwise',
    convolutionOf([2, 21, 23, 8], [3, 3, 8], { pads: [1, 1, 1, 1], groups: 8 }),
  ],
  [
    'depthwise with multiplier 3',
    convolutionOf([2, 6, 5, 4], [3, 3, 12], { pads: [1, 1, 1, 1], groups: 4 }),
  ],
  [
    'groups that narrow',
    convolutionOf([2, 6, 5, 16], [3, 3, 4], { pads: [1, 1, 1, 1], groups: 4 }),
  ],
  [
    'groups of 8 and of 12',
    convolutionOf([1, 6, 5, 16], [3, 3, 24], { pads: [1, 1, 1, 1], groups: 2 }),
  ],
];

describe.each(cases)('native convolution on wasm: %s', (title, shape) => {
  const values = (name: string, of: readonly number[]) =>
    signed(
      `${title} ${name}`,
      of.reduce((a, b) => a * b, 1),
    );
  const x = values('x', shape.input);
  const filter = values('filter', shape.filter);
  const dy = values('dy', shape.output);
  const { strides, dilations, pads, groups } = shape;
  const attrs = { strides, dilations, pads, groups };

  beforeAll(async () => {
    await useBackend('wasm');
  });

  test('equals the definition', async () => {
    const y = await run(
      'StsConv2D',
      { x: [x, shape.input], filter: [filter, shape.filter] },
      attrs,
    );
    expect(y).toBeAllclose(slowConvolution(shape, x, filter), { rtol: 1e-5, atol: 1e-5 });
  });

  test('its input gradient equals the derivative of the definition', async () => {
    const dx = await run(
      'StsConv2DBackpropInput',
      { dy: [dy, shape.output], filter: [filter, shape.filter] },
      { ...attrs, inputShape: shape.input },
    );
    expect(dx).toBeAllclose(slowInputGradient(shape, dy, filter), { rtol: 1e-5, atol: 1e-5 });
  });

  test('its filter gradient equals the derivative of the definition', async () => {
    const gradient = await run(
      'StsConv2DBackpropFilter',
      { x: [x, shape.input], dy: [dy, shape.output] },
      { ...attrs, filterShape: shape.filter },
    );
    expect(gradient).toBeAllclose(slowFilterGradient(shape, x, dy), { rtol: 1e-5, atol: 2e-5 });
  });
});

describe.each([
  ['stage 1', convolutionOf([1, 120, 120, 128], [3, 3, 128], { pads: [1, 1, 1, 1], groups: 32 })],
  [
    'stage 2, stride 2',
    convolutionOf([1, 120, 120, 256], [3, 3, 256], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      groups: 32,
    }),
  ],
  [
    'stage 4, dilation 4',
    convolutionOf([1, 30, 30, 1024], [3, 3, 1024], {
      dilations: [4, 4],
      pads: [4, 4, 4, 4],
      groups: 32,
    }),
  ],
] as const)('ResNeXt50-32x4d %s on wasm', (title, shape) => {
  test('⟨conv(x, f), dy⟩ = ⟨x, input gradient⟩ = ⟨f, filter gradient⟩', async () => {
    await useBackend('wasm');
    const values = (name: string, of: readonly number[]) =>
      signed(
        `${title} ${name}`,
        of.reduce((a, b) => a * b, 1),
      );
    const [x, filter, dy] = [
      values('x', shape.input),
      values('filter', shape.filter),
      values('dy', shape.output),
    ] as const;
    const { input: inputShape, filter: filterShape, output } = shape;
    const { strides, dilations, pads, groups } = shape;
    const attrs = { strides, dilations, pads, groups, inputShape, filterShape };
    const y = await run('StsConv2D', { x: [x, inputShape], filter: [filter, filterShape] }, attrs);
    const dx = await run(
      'StsConv2DBackpropInput',
      { dy: [dy, output], filter: [filter, filterShape] },
      attrs,
    );
    const df = await run(
      'StsConv2DBackpropFilter',
      { x: [x, inputShape], dy: [dy, output] },
      attrs,
    );
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
    const norm = Math.sqrt(dot(y, y) * dot(dy, dy));
    expect(Math.abs(dot(x, dx) - dot(y, dy)) / norm).toBeLessThan(1e-6);
    expect(Math.abs(dot(filter, df) - dot(y, dy)) / norm).toBeLessThan(1e-6);
  });
});

async function run(
  kernel: string,
  inputs: Record<string, readonly [Float32Array, readonly number[]]>,
  attrs: object,
): Promise<Float32Array> {
  let values = new Float32Array();
  await expectNoNewTensors(async () => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, [data, shape]]) => [name, tf.tensor(data, [...shape])]),
    );
    const result = tf.engine().runKernel(kernel, tensors, attrs as tf.NamedAttrMap) as tf.Tensor;
    values = (await result.data()) as Float32Array<ArrayBuffer>;
    tf.dispose([tensors, result]);
  });
  return values;
}
