import { uniform } from '@sts-net/testing';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  ensemble,
  foregroundOf,
  type ImageShape,
  mirrored,
  mostLikely,
  nextTurn,
  type OnnxSession,
  onnxPredictor,
  type Predictor,
  softmax,
} from '../src/index.ts';
import { fitImages } from '../src/predictor/fit-images.ts';

/** Of one channel: the pixel's value is the probability of class 1. */
const identity: Predictor = {
  channels: 1,
  classes: 2,
  predict: async (images) => pairs(images),
};

function pairs(values: Float32Array): Float32Array {
  const result = new Float32Array(2 * values.length);
  for (const [i, p] of values.entries()) result.set([1 - p, p], 2 * i);
  return result;
}

/** Class 1 where the pixel lies in the upper left corner of its image, whatever the image. */
const corner: Predictor = {
  channels: 1,
  classes: 2,
  async predict(_, [batch, height, width]) {
    const target = new Float32Array(batch * height * width);
    for (let b = 0; b < batch; b++) target[b * height * width] = 1;
    return pairs(target);
  },
};

const target = async (predictor: Predictor, shape: ImageShape): Promise<number[]> => {
  const images = new Float32Array(shape[0] * shape[1] * shape[2]);
  return [...(await predictor.predict(images, shape))].filter((_, i) => i % 2 === 1);
};

describe('softmax', () => {
  it('is the softmax of each pixel, also of large logits', () => {
    const [a, b, c] = [Math.exp(0), Math.exp(-1), Math.exp(-2)];
    const sum = a + b + c;
    const logits = Float32Array.of(1000, 999, 998, -5, -3, -4);
    expect(softmax(logits, 3)).toBeAllclose([a, b, c, c, a, b].map((e) => e / sum));
  });

  it('does not overflow, wherever the largest logit stands', () => {
    expect([...softmax(Float32Array.of(0, 500, 0), 3)]).toEqual([0, 1, 0]);
    expect([...softmax(Float32Array.of(-500, -900), 2)]).toEqual([1, 0]);
  });

  it('makes two classes of single logits', () => {
    expect(softmax(Float32Array.of(0, 2), 1)).toBeAllclose([
      0.5,
      0.5,
      1 / (1 + Math.exp(2)),
      1 / (1 + Math.exp(-2)),
    ]);
  });
});

describe('ensemble', () => {
  it('is the mean of all, and of one that one', async () => {
    const half: Predictor = {
      ...identity,
      predict: async (images) => pairs(images.map((v) => v / 2)),
    };
    const images = Float32Array.of(0.2, 0.8);
    const all = await ensemble([identity, half, half]).predict(images, [1, 1, 2, 1]);
    expect(all).toBeAllclose([1 - 0.4 / 3, 0.4 / 3, 1 - 1.6 / 3, 1.6 / 3], { atol: 1e-7 });
    expect(ensemble([half])).toBe(half);
  });

  it.each([
    [[], 'at least one predictor'],
    [[identity, { ...identity, channels: 3 }], 'the same number of channels, got 1 and 3'],
    [[identity, { ...identity, classes: 3 }], 'the same number of classes, got 2 and 3'],
  ])('refuses what cannot be averaged (%#)', (predictors, message) => {
    expect(() => ensemble(predictors)).toThrow(message);
  });
});

describe('mirrored', () => {
  it('changes nothing for a predictor that does not look at places', async () => {
    const images = uniform('mirrored', 2 * 3 * 5);
    const plain = await identity.predict(images, [2, 3, 5, 1]);
    const all = await mirrored(identity).predict(images, [2, 3, 5, 1]);
    expect(all).toBeAllclose(plain, { rtol: 0, atol: 1e-6 });
  });

  it('puts what is found in mirror images back, by hand', async () => {
    expect(await target(mirrored(corner, ['rows']), [1, 2, 3, 1])).toEqual([0.5, 0, 0, 0.5, 0, 0]);
    expect(await target(mirrored(corner, ['columns']), [1, 2, 3, 1])).toEqual([
      0.5, 0, 0.5, 0, 0, 0,
    ]);
    const both = [0.25, 0, 0.25, 0.25, 0, 0.25];
    expect(await target(mirrored(corner), [2, 2, 3, 1])).toEqual([...both, ...both]);
  });

  it('refuses no axis and unknown ones', () => {
    expect(() => mirrored(identity, [])).toThrow("'rows', 'columns' or both, got none");
    expect(() => mirrored(identity, ['depth' as 'rows'])).toThrow('got depth');
  });
});

describe('fitImages', () => {
  it('puts images into the corner of zeros and takes back what belongs to them, by hand', () => {
    const { images, shape, crop } = fitImages(
      Float32Array.of(1, 2, 3, 4),
      [1, 2, 2, 1],
      [2, 2, 3],
      'file',
    );
    expect(shape).toEqual([2, 2, 3, 1]);
    expect([...images]).toEqual([1, 2, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0]);
    const values = Float32Array.from({ length: 2 * 2 * 3 * 2 }, (_, i) => i);
    expect([...crop(values, 2)]).toEqual([0, 1, 2, 3, 6, 7, 8, 9]);
  });

  it.each([
    [[2, 2, 2, 1], [3, 3, 4], 1],
    [[3, 1, 2, 2], [4, 5, 2], 3],
    [[2, 3, 4, 1], [2, 3, 4], 2],
  ] as const)(
    'property: every image of a batch keeps its own values, %j in %j',
    (own, most, depth) => {
      const [batch, height, width, channels] = own;
      const given = uniform('fit', batch * height * width * channels);
      const { images, crop, shape } = fitImages(given, own, most, 'file');
      const at = (b: number, y: number, x: number, c: number, of: readonly number[]) =>
        ((b * of[1]! + y) * of[2]! + x) * of[3]! + c;
      const output = uniform('output', shape[0] * shape[1] * shape[2] * depth);
      const cropped = crop(output, depth);
      for (let b = 0; b < batch; b++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            for (let c = 0; c < channels; c++) {
              expect(images[at(b, y, x, c, shape)]).toBe(given[at(b, y, x, c, own)]);
            }
            for (let d = 0; d < depth; d++) {
              const [from, to] = [
                [...shape.slice(0, 3), depth],
                [batch, height, width, depth],
              ];
              expect(cropped[at(b, y, x, d, to)]).toBe(output[at(b, y, x, d, from)]);
            }
          }
        }
      }
    },
  );

  it('refuses larger images and batches', () => {
    const fit = (shape: ImageShape) => fitImages(new Float32Array(100), shape, [2, 2, 3], 'file');
    expect(() => fit([3, 1, 1, 1])).toThrow('file takes 2 images at once, got 3');
    expect(() => fit([1, 3, 3, 1])).toThrow('file takes images of at most 2 × 3, got 3 × 3');
  });
});

describe('onnxPredictor', () => {
  class Tensor {
    readonly data: Float32Array;
    readonly dims: readonly number[];
    constructor(_: 'float32', data: Float32Array, dims: readonly number[]) {
      this.data = data;
      this.dims = dims;
    }
  }
  /** A network whose logits are (0, the pixel). */
  const session = (shape: readonly (number | string)[]): OnnxSession => ({
    inputNames: ['image'],
    outputNames: ['logits'],
    inputMetadata: [{ isTensor: true, shape }],
    async run({ image }: Record<string, Tensor>) {
      const [batch, height, width] = image!.dims as [number, number, number];
      const data = new Float32Array(2 * image!.data.length);
      for (const [i, value] of image!.data.entries()) data[2 * i + 1] = value;
      return { logits: { data, dims: [batch, height, width, 2] } };
    },
  });

  it.each([[['batch', 'height', 'width', 1]], [[3, 4, 5, 1]], [[1, 4, 5, 1]]])(
    'gives probabilities at the images’ own size from a network of %j',
    async (shape) => {
      const predictor = onnxPredictor(session(shape), Tensor, { classes: 2 });
      expect(predictor).toMatchObject({ channels: 1, classes: 2 });
      const images = uniform('onnx', 2 * 3 * 4);
      const expected = pairs(images.map((v) => 1 / (1 + Math.exp(-v))));
      expect(await predictor.predict(images, [2, 3, 4, 1])).toBeAllclose(expected, { atol: 1e-6 });
      const logits = await predictor.logits!(images, [2, 3, 4, 1]);
      expect([...logits].filter((_, i) => i % 2 === 1)).toEqual([...images]);
    },
  );

  it('takes single logits for the second of two classes', async () => {
    const one: OnnxSession = {
      ...session([1, 1, 2, 1]),
      run: async () => ({ logits: { data: Float32Array.of(0, 3), dims: [1, 1, 2, 1] } }),
    };
    const predictor = onnxPredictor(one, Tensor, { classes: 2 });
    const probabilities = await predictor.predict(new Float32Array(2), [1, 1, 2, 1]);
    expect(probabilities).toBeAllclose([0.5, 0.5, 1 / (1 + Math.exp(3)), 1 / (1 + Math.exp(-3))]);
  });

  it.each([[[1, 10]], [['a', 'b', 'c', 'channels']], [[]]])('refuses a network of %j', (shape) => {
    const make = () => onnxPredictor(session(shape), Tensor, { classes: 2 });
    expect(make).toThrow('the ONNX network must take images [batch, height, width, channels]');
  });

  it('refuses a network without inputs', () => {
    const none = { ...session([]), inputMetadata: [] };
    expect(() => onnxPredictor(none, Tensor, { classes: 2 })).toThrow('got []');
  });

  it('refuses a network of something else, by its name', () => {
    const make = () => onnxPredictor(session([1, 10]), Tensor, { classes: 2, subject: "'a.onnx'" });
    expect(make).toThrow("'a.onnx' must take images [batch, height, width, channels], got [1, 10]");
  });
});

it('mostLikely takes the largest of all classes, of equal ones the first', () => {
  const probabilities = Float32Array.of(9, 9, 0.2, 0.3, 0.5, 0.4, 0.4, 0.2, 0.1, 0.6, 0.3, 9);
  const view = ndarray(probabilities, [1, 3, 3], [9, 3, 1], 2);
  expect([...mostLikely(view).data]).toEqual([2, 0, 1]);
  expect(mostLikely(view).shape).toEqual([1, 3]);
});

it('foregroundOf makes every label but 0 the target, and leaves 0 and 1 alone', () => {
  const labels = ndarray(Uint8Array.of(0, 3, 1, 0), [2, 2]);
  expect([...foregroundOf(labels).data]).toEqual([0, 1, 1, 0]);
  const binary = ndarray(Uint8Array.of(0, 1, 1, 0), [2, 2]);
  expect(foregroundOf(binary)).toBe(binary);
});

it('nextTurn lets what waits go first, with and without setImmediate', async () => {
  const { setImmediate } = globalThis;
  for (const own of [setImmediate, undefined]) {
    const order: string[] = [];
    // Of the kind that the turn ends by, so that their order is certain.
    (own ?? setTimeout)(() => order.push('waiting'));
    (globalThis as { setImmediate?: unknown }).setImmediate = own;
    try {
      await nextTurn();
      order.push('after');
    } finally {
      globalThis.setImmediate = setImmediate;
    }
    expect(order).toEqual(['waiting', 'after']);
  }
});
