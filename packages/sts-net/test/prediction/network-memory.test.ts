import { type Predictor, tiled } from '@sts-net/inference';
import { createModel } from '@sts-net/model';
import { uniform } from '@sts-net/testing';
import '@tensorflow/tfjs-backend-cpu';
import { expect, it } from 'vitest';
import {
  imagesTogether,
  networkBudget,
  tilesFor,
  withinMemory,
} from '../../src/prediction/network-memory.ts';
import { pixelBytes } from '../../src/prediction/pixel-bytes.ts';
import { tinyModel } from '../tiny-model.ts';

it('reckons with the largest output of a layer', () => {
  const model = tinyModel();
  // Six filters at full size, four bytes each, eight at once.
  expect(pixelBytes(model)).toBe(8 * 4 * 6);
  model.dispose();
});

it('reckons with no less than was measured', () => {
  // KiB a pixel, of 1024 × 1024 on the ort engine: bench/memory.mjs.
  const measured = [
    ['mobilenet_v2', 'unet', 0.37],
    ['resnext50_32x4d', 'deeplabv3', 0.57],
    ['efficientnet-b0', 'pan', 0.31],
    ['dpn68', 'deeplabv3plus', 0.59],
  ] as const;
  for (const [encoder, decoder, kibibytes] of measured) {
    const model = createModel({ encoder, decoder, classes: 2, inputShape: [null, null, 3] });
    const ratio = pixelBytes(model) / (kibibytes * 1024);
    expect(ratio, encoder).toBeGreaterThan(1);
    expect(ratio, encoder).toBeLessThan(3);
    model.dispose();
  }
});

it('takes a quarter of the memory, and no more than 3 GiB', () => {
  expect(networkBudget(8 * 2 ** 30)).toBe(2 * 2 ** 30);
  expect(networkBudget(64 * 2 ** 30)).toBe(3 * 2 ** 30);
});

it('sees as many images together as fit, one at least', () => {
  expect(imagesTogether([512, 512], 1024, 3 * 2 ** 30)).toBe(4);
  expect(imagesTogether([64, 64], 1024, 3 * 2 ** 30)).toBe(16);
  expect(imagesTogether([512, 512], 1024, 600 * 2 ** 20)).toBe(2);
  expect(imagesTogether([4000, 4000], 1024, 2 ** 30)).toBe(1);
});

it('sees larger images in tiles that fit, and says so once', async () => {
  const predictor: Predictor = {
    channels: 1,
    classes: 2,
    async predict(images, [batch, height, width]) {
      sizes.add(`${batch} ${height} ${width}`);
      return Float32Array.from({ length: 2 * images.length }, (_, i) => {
        const p = images[i >> 1]!;
        return i % 2 === 0 ? 1 - p : p;
      });
    },
  };
  const sizes = new Set<string>();
  const said: string[] = [];
  const bytes = 1000;
  const budget = 130 * 130 * bytes;
  expect(tilesFor([130, 130], bytes, budget)).toBeUndefined();
  expect(tilesFor([131, 130], bytes, budget)).toEqual([128, 128]);
  const small = withinMemory(predictor, bytes, (text) => said.push(text), budget);
  const seen = uniform('image', 200 * 300);
  const shape = [1, 200, 300, 1] as const;
  const probabilities = await small.predict(seen, shape);
  expect([...sizes]).toEqual(['1 128 128']);
  expect(probabilities).toEqual(await tiled(predictor, { size: [128, 128] }).predict(seen, shape));
  await small.predict(seen, shape);
  expect(said).toEqual([
    'images are seen in tiles of 128 × 128 pixels, since the network would take about 0.1 GiB for 200 × 300',
  ]);
});
