import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { readVolume } from '@sts-net/volume-io';
import { describe, expect, test } from 'vitest';
import { demoText } from '../../src/demo/demo-text.ts';
import { runDemo } from '../../src/demo/run-demo.ts';
import { evaluateVolumes } from '../../src/evaluation/evaluate-volumes.ts';
import type { VolumePair } from '../../src/evaluation/measured-case.ts';

const data = join(import.meta.dirname, '../../data/open_ms');

describe('runDemo', () => {
  test('leaves a prediction on the grid of the image and a report of it', async () => {
    const output = temporaryFolder();
    const result = await runDemo({ output, preset: 'light', steps: 1, backend: 'wasm' });
    const { report, reportPath, predictionPaths } = result;

    const [run] = report.runs;
    expect(run.losses.map(({ step }) => step)).toEqual([1]);
    expect(run.losses.every(({ loss }) => loss > 0 && loss < 5)).toBe(true);
    expect(run.trainingSeconds).toBeGreaterThan(0);
    expect(run.amplifiedSamples).toBeGreaterThan(0);
    expect(report.data.splits.map(({ groups }) => groups)).toEqual([
      ['patient19'],
      ['patient07'],
      ['patient26'],
    ]);

    expect(predictionPaths).toEqual([join(output, 'patient26_prediction.nii.gz')]);
    const prediction = await readVolume(predictionPaths[0]!);
    const image = await readVolume(join(data, 'patient26_FLAIR.nii.gz'));
    expect(prediction.voxels.shape).toEqual(image.voxels.shape);
    expect(prediction.affine).toEqual(image.affine);
    expect(prediction.voxels.data).toBeInstanceOf(Uint8Array);

    const truth = await readVolume(join(data, 'patient26_GOLD.nii.gz'));
    const pair = { id: 'patient26', prediction, truth } as VolumePair;
    expect((await evaluateVolumes([pair])).slices.pooled).toEqual(run.scores!.slices.pooled);

    // The best single threshold, found independently with NumPy, and nothing.
    const [threshold, background] = report.baselines;
    expect(threshold!.scores.slices.pooled.dice).toBeCloseTo(0.2747, 4);
    expect(background!.scores.slices.pooled.dice).toBe(0);
    expect(background!.scores.slices.paper.mDice).toBeCloseTo(0.5, 2);

    const html = await readFile(reportPath, 'utf8');
    expect(html).toContain('patient26');
    expect(demoText(result)).toContain(reportPath);
  });
});
