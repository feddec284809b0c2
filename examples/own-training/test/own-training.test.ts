import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { loadModel, type SourceCase, type TrainEvent, validateConfig } from 'sts-net';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { trainOwn } from '../own-training.mjs';

/** A volume of four slices with a bright lesion of 3×3 pixels in two of them, on a grey that varies. */
function bright(id: string, place: number): SourceCase {
  const [slices, rows, columns] = [4, 24, 24];
  const image = ndarray(new Float32Array(slices * rows * columns), [slices, rows, columns]);
  const mask = ndarray(new Uint8Array(image.size), [slices, rows, columns]);
  for (let i = 0; i < image.size; i++) image.data[i] = 100 + 10 * Math.sin(i * 1.7 + place);
  for (let k = 0; k < 18; k++) {
    const at = [1 + Math.floor(k / 9), place + Math.floor((k % 9) / 3), place + (k % 3)] as const;
    image.set(...at, 200);
    mask.set(...at, 1);
  }
  return { id, image: createVolume(image), mask: createVolume(mask) };
}

test('is under 25 lines, learns, and leaves a run that is loaded as any other', async () => {
  const file = fileURLToPath(new URL('../own-training.mjs', import.meta.url));
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const code = lines.filter((line) => !/^(\/\/|\/\*\*|import\b|$)/.test(line));
  expect(code.length).toBeLessThan(25);

  const config = await validateConfig({
    model: { encoder: 'mobilenet_v2', decoder: 'unet' },
    backend: 'wasm',
    data: { cases: 'source', split: { validation: ['c'], test: [] } },
    training: {
      steps: 250,
      batchSize: 4,
      patch: { size: 16 },
      sampler: 'lesions',
      optimizer: { learningRate: 0.005 },
      validation: { every: 250 },
    },
    output: join(mkdtempSync(join(tmpdir(), 'own-training-')), 'run'),
  });
  const losses: number[] = [];
  const callbacks = (event: TrainEvent) =>
    event.event === 'step' ? losses.push(event.loss) : undefined;
  const source = [bright('a', 4), bright('b', 11), bright('c', 8)];
  const { output, bestScore } = await trainOwn(config, { source, callbacks });
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  expect(bestScore).toBeGreaterThan(0.5);
  const { model } = await loadModel(output);
  expect(model.countParams()).toBe(8 * (27 + 1) + 2 * (72 + 1));
  model.dispose();
});
