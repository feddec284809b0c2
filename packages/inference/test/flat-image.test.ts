import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { type Predictor, predictImage, preprocess } from '../src/index.ts';

// Two pixels: red 10 and 40, green 20 and 50, blue 30 and 60.
const colour = createVolume(ndarray(Uint8Array.of(10, 40, 20, 50, 30, 60), [3, 1, 2]));
const grey = createVolume(ndarray(Uint8Array.of(10, 40), [1, 1, 2]));

function channelsOf(image: typeof colour, context: number): number[][] {
  const { samples, flat } = preprocess(image, { context }, { id: 'a', flat: true });
  expect([samples.length, flat, samples[0]!.id]).toEqual([1, true, 'a']);
  expect([...samples[0]!.mask.data]).toEqual([0, 0]);
  expect(samples[0]!.mask.shape).toEqual([1, 2]);
  const { image: pixels } = samples[0]!;
  return [0, 1].map((column) =>
    Array.from({ length: pixels.shape[2]! }, (_, c) => pixels.get(0, column, c)),
  );
}

describe('2-D images as samples', () => {
  it('give their colours where the network takes three channels', () => {
    expect(channelsOf(colour, 1)).toEqual([
      [10, 20, 30],
      [40, 50, 60],
    ]);
  });

  it('repeat their grey', () => {
    expect(channelsOf(grey, 1)).toEqual([
      [10, 10, 10],
      [40, 40, 40],
    ]);
  });

  it('become grey where it takes another number: 0.299 R + 0.587 G + 0.114 B', () => {
    const greys = [10, 40].map((red) => 0.299 * red + 0.587 * (red + 10) + 0.114 * (red + 20));
    const channels = channelsOf(colour, 0);
    expect(channels.flat()).toBeAllclose(greys);
    expect(channelsOf(colour, 2)[1]).toBeAllclose(new Array(5).fill(greys[1]));
  });

  it('have the mask that is given', () => {
    const mask = createVolume(ndarray(Uint8Array.of(0, 2), [1, 1, 2]));
    const { samples } = preprocess(grey, {}, { flat: true, mask });
    expect([samples[0]!.mask.get(0, 0), samples[0]!.mask.get(0, 1)]).toEqual([0, 2]);
  });

  it('refuse a number of channels that means nothing', () => {
    const two = createVolume(ndarray(new Uint8Array(4).fill(7), [2, 1, 2]));
    expect(() => preprocess(two, {}, { id: 'b', flat: true })).toThrow(
      "'b': the image of one slice must have 1 or 3 channels, or as many as the network takes, got 2",
    );
  });

  it('are predicted in their colours, whatever axis volumes are cut across', async () => {
    const seen: number[][] = [];
    const predictor: Predictor = {
      channels: 3,
      classes: 3,
      async predict(_, shape) {
        seen.push([...shape]);
        return Float32Array.of(0.1, 0.2, 0.7, 0.5, 0.3, 0.2);
      },
    };
    const predicted = await predictImage(predictor, colour, { preprocessing: { axis: 2 } });
    expect(seen).toEqual([[1, 1, 2, 3]]);
    expect([...predicted.labels().data]).toEqual([2, 0]);
    expect([...predicted.probabilities(2).data]).toBeAllclose([0.7, 0.2]);
  });
});
