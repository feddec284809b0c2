import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { damagedBytes, drawing, fuzzLane, temporaryFolder, unclear } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { exportModel, loadOnnx } from '../../src/index.ts';
import { parseDescription } from '../../src/runs/model-file.ts';
import { tinyModel } from '../tiny-model.ts';

/**
 * Damaged files; `FUZZ_CASES=5000 npx vitest run packages/sts-net/test/onnx/onnx-fuzz` runs the whole lane.
 * `FUZZ_SEED` draws other cases.
 */
const { cases: CASES, seed: SEED } = fuzzLane(100);

const description = {
  network: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'none', classes: 2 },
  preprocessing: { normalization: { name: 'window', low: 0, high: 9 } },
};
const folder = temporaryFolder();

test(`damaged ONNX files predict, or are refused by name: ${CASES} cases, seed ${SEED}`, async () => {
  await useBackend('ort');
  const whole = await exportModel(
    { model: tinyModel(), ...parseDescription(JSON.stringify(description), 'description') },
    { size: null },
  );
  const images = new Float32Array(8 * 8 * 3).fill(0.5);
  let predicted = 0;
  for (let i = 0; i < CASES; i++) {
    const draw = drawing(SEED * 1_000_003 + i);
    const [kind, bytes] = damagedBytes(whole, draw);
    const name = `damaged-${i}.onnx`;
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const label = `case ${i} of seed ${SEED} (${kind})`;
    try {
      const { predictor } = await loadOnnx(path);
      expect([label, (await predictor.predict(images, [1, 8, 8, 3])).length]).toEqual([label, 128]);
      predicted++;
    } catch (error) {
      expect([label, unclear(error, name)]).toEqual([label, undefined]);
    }
  }
  expect(predicted).toBeGreaterThan(CASES / 50);
  expect(predicted).toBeLessThan(CASES);
});
