import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import {
  type Case,
  datasets,
  loadManifest,
  manifestStatistics,
  prepareDataset,
} from '@sts-net/datasets';
import type { Predictor } from '@sts-net/inference';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, readVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeAmplified } from '../../src/amplified/write-amplified.ts';
import type { SourceCase } from '../../src/cases/case-reader.ts';
import { CaseStore } from '../../src/cases/case-store.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { evaluateModel } from '../../src/evaluation/evaluate-model.ts';
import { evaluateRun } from '../../src/evaluation/evaluate-run.ts';
import { experimentStatistics } from '../../src/evaluation/experiment-statistics.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { fingerprint } from '../../src/planning/fingerprint.ts';
import { smallestTargets } from '../../src/report/dataset/index.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions } from '../../src/runs/train-options.ts';
import { readSafetensors } from '../../src/weights/weight-files.ts';
import { configFor, makeData, shape } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

const [slices, rows, columns] = shape;
const ids = ['a', 'b', 'c', 'd'];

/** Whether nothing counts on a voxel: a block of each slice, and all of the last slice. */
const isIgnored = (i: number) => i % columns >= 16 || i >= (slices - 1) * rows * columns;

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData(ids);
  for (const id of ids) {
    const path = join(data, 'masks', `${id}.nii.gz`);
    const { voxels } = await readVolume(path);
    const numbers = Int16Array.from(voxels.data, (label, i) => (isIgnored(i) ? -1 : 4 * label));
    await writeVolume(path, createVolume(ndarray(numbers, [...shape]), { spacing: [3, 1, 1] }));
  }
});

const labels = { map: { 4: 1 }, ignore: -1 };
const own = configFor()['data'] as object;
const configOf = (output: string, changes: object = labels) =>
  validateConfig(configFor({ output, data: { ...own, labels: changes } }));

async function run(output: string, options: TrainOptions = {}, changes?: object) {
  const model = tinyModel();
  try {
    return await train(configOf(output, changes), { baseFolder: data, model, ...options });
  } finally {
    model.dispose();
  }
}

const weights = ({ output }: { readonly output: string }) =>
  readSafetensors(join(output, 'last.safetensors'));

describe('masks with numbers on which nothing counts', () => {
  it('train, with the same numbers from files and from code, and their run is scored without them', async () => {
    const trained = await run('files');
    const cases = await Promise.all(
      ids.map(async (id): Promise<SourceCase> => {
        const [image, mask] = await Promise.all(
          ['images', 'masks'].map((kind) => readVolume(join(data, kind, `${id}.nii.gz`))),
        );
        return { id, image: image!, mask: mask! };
      }),
    );
    const source = await run('source', { source: cases });
    expect(weights(source)).toEqual(weights(trained));
    const [start] = await readLog(join(trained.output, 'log.jsonl'));
    // Two slices of two cases hold a lesion, and of each case one slice is left out.
    expect(start).toMatchObject({ slices: 2 * (slices - 1), lesions: [{ from: 8, count: 4 }] });
    const { slices: scored, cases: evaluated } = await evaluateRun(trained.output, 'test');
    expect(evaluated.map(({ id }) => id)).toEqual(['d']);
    expect(scored.images.total).toBe(slices - 1);
  });

  it('are what the config says when a run goes on', async () => {
    await run('resumed');
    await expect(run('resumed', { resume: true }, { ...labels, ignore: 7 })).rejects.toThrow(
      "`data.labels.ignore` differs from the run's config",
    );
  });

  it('are refused where the config does not say so', async () => {
    await expect(run('refused', {}, { map: { 4: 1 } })).rejects.toThrow(
      'give `data.labels.ignore` -1 if it marks voxels on which nothing counts',
    );
    await expect(run('refused', {}, { ignore: -1, map: { 5: 1 } })).rejects.toThrow(
      'got 4 at [slice, row, column]',
    );
  });

  it('are no lesions to statistics', async () => {
    const { splits } = await experimentStatistics(configOf('x'), data);
    expect(splits.training).toMatchObject({ slices: 10, slicesWithLesion: 4, totalArea: 36 });
  });

  it('are told apart in a manifest, also in one of amplified samples', async () => {
    const config = validateConfig({
      ...configOf('x'),
      amplification: { method: 1, threshold: 100 },
    });
    const output = join(data, 'amplified');
    const items = await writeAmplified(config, data, output, { format: 'nifti', workers: 1 });
    expect(items.every(({ ignore }) => ignore === 255)).toBe(true);
    const areas = items
      .filter(({ source }) => source?.['operation'] === 'A1')
      .map(({ area }) => area);
    expect(areas).toEqual([9, 9, 9, 9]);
    const path = join(output, 'manifest.jsonl');
    const cases = { manifest: path };
    const { splits } = await experimentStatistics(
      validateConfig(configFor({ data: { cases } })),
      data,
    );
    expect(splits.training.totalArea).toBe(items.reduce((sum, { area }) => sum + area, 0));
    expect((await loadManifest(path)).every(({ ignore }) => ignore === 255)).toBe(true);
    rmSync(output, { recursive: true });
  });
});

it('are no targets in the pictures of a data set, nor to a plan', async () => {
  const output = join(temporaryFolder(), 'prepared');
  const options = { image: 'images/{id}.nii.gz', mask: 'masks/{id}.nii.gz', ignore: -1 };
  await prepareDataset(datasets['nifti-pairs'], data, output, options);
  const { targets } = await manifestStatistics(join(output, 'manifest.jsonl'));
  expect(targets.map(({ area }) => area)).toEqual(Array(8).fill(9));
  const pictures = (await smallestTargets(targets, output)).toString();
  expect(pictures).toContain('9 pixels, 1.9 % of 24 × 20<');
  const { looked } = await fingerprint(join(output, 'manifest.jsonl'));
  for (const { labels: held, lesions, shown } of looked) {
    expect({ held, lesions, shown }).toEqual({
      held: [0, 4],
      lesions: [{ label: 4, voxels: 18, pixels: 9 }],
      shown: 2,
    });
  }
});

describe('evaluateModel', () => {
  it('scores all but the ignored voxels, and hands out masks without them', async () => {
    const one: Case = {
      id: 'd',
      group: 'd',
      image: join(data, 'images/d.nii.gz'),
      mask: join(data, 'masks/d.nii.gz'),
      labels,
    };
    /** Finds all, and much where nothing counts. */
    const predictor: Predictor = {
      channels: 3,
      classes: 2,
      async predict(images, [batch, height, width]) {
        const found = new Float32Array(2 * batch * height * width);
        for (let i = 0; i < found.length / 2; i++) {
          const isBright = images[3 * i + 1]! > 3;
          const isFound = isBright || i % width >= 16;
          found.set(isFound ? [0, 1] : [1, 0], 2 * i);
        }
        return found;
      },
    };
    const { preprocessing } = configOf('x');
    const seen: number[] = [];
    const {
      scores,
      lesions,
      slices: scored,
    } = await evaluateModel(predictor, { preprocessing, classes: 2 }, [one], {
      onCase: ({ prediction, truth, loaded }) => {
        seen.push(...[prediction, truth].map(({ voxels }) => voxels.data.indexOf(255)));
        seen.push(loaded.mask.voxels.data.indexOf(255));
        expect([...prediction.voxels.data].filter((label, i) => label > 0 && isIgnored(i))).toEqual(
          [],
        );
      },
    });
    expect(seen).toEqual([-1, -1, 16]);
    expect(scores.dice.mean).toBe(1);
    expect(lesions).toMatchObject({ found: 1, missed: 0, falsePositives: 0 });
    expect(scored.images).toMatchObject({ total: slices - 1, emptyTruth: 0 });
  });

  it('reads masks by their case', async () => {
    const { preprocessing } = configOf('x');
    const store = new CaseStore({ preprocessing, classes: 2 });
    const paths = { image: join(data, 'images/a.nii.gz'), mask: join(data, 'masks/a.nii.gz') };
    const counts = async (id: string, own: Case['labels']) => {
      const { mask } = await store.load({ id, group: id, ...paths, labels: own });
      return [1, 255].map((label) => mask.voxels.data.filter((one) => one === label).length);
    };
    const ignored = Array.from({ length: slices * rows * columns }, (_, i) => i).filter(
      isIgnored,
    ).length;
    expect(await counts('x', labels)).toEqual([18, ignored]);
    // All but 0 is the target.
    expect(await counts('y', { ignore: -1 })).toEqual([18, ignored]);
    expect(await counts('z', { map: { 4: 0, '-1': 1 } })).toEqual([ignored, 0]);
  });
});
