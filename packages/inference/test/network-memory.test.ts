import { uniform } from '@sts-net/testing';
import { expect, it } from 'vitest';
import { asked, mirrored, type Predictor, tiled, togetherWith } from '../src/index.ts';
import {
  imagesTogether,
  networkBudget,
  tilesFor,
  withinMemory,
} from '../src/predictor/network-memory.ts';

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

it('a network is calibrated first, then tiled, then mirrored', async () => {
  const logits = async (images: Float32Array) =>
    Float32Array.from({ length: 2 * images.length }, (_, i) => (i % 2) * images[i >> 1]!);
  const predictor: Predictor = { channels: 1, classes: 2, predict: logits, logits };
  const memory = { pixelBytes: 1, budget: 2 ** 20 };
  const tiles = { size: [4, 4], overlap: 0.5 } as const;
  const image = uniform('asked', 48);
  const p = await asked(predictor, { temperature: 2, tiles, mirror: ['rows'] }, memory).predict(
    image,
    [1, 6, 8, 1],
  );
  // Of every pixel alone, so tiles and mirror images change nothing but rounding.
  const expected = Array.from(image).flatMap((z) => {
    const of = 1 / (1 + Math.exp(-z / 2));
    return [1 - of, of];
  });
  expect(p).toBeAllclose(expected, { rtol: 0, atol: 1e-6 });
  const order = await mirrored(tiled(predictor, tiles), ['rows']).predict(image, [1, 6, 8, 1]);
  expect(
    await asked(predictor, { tiles, mirror: ['rows'] }, memory).predict(image, [1, 6, 8, 1]),
  ).toEqual(order);
  expect(togetherWith({ tiles }, { pixelBytes: 2 ** 15, budget: 2 ** 20 })(100, 100)).toBe(2);
});
