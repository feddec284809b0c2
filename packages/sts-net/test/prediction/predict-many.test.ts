import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Predictor, softmax } from '@sts-net/inference';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { createVolume, readImage, readVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { folderTasks } from '../../src/prediction/find-inputs.ts';
import type { OpenPredictor } from '../../src/prediction/open-predictor.ts';
import { type PredictionTask, predictMany } from '../../src/prediction/predict-many.ts';

/** The brighter a pixel than 0.5, the likelier class 1. */
function bright(digest = 'a', seen: number[] = []): OpenPredictor {
  const predictor: Predictor = {
    channels: 3,
    classes: 2,
    async predict(images, [batch]) {
      seen.push(batch);
      const odds = images.filter((_, i) => i % 3 === 1).map((v) => 20 * (v - 0.5));
      return softmax(odds, 1);
    },
  };
  return {
    members: [
      {
        predictor,
        preprocessing: {
          ...{ axis: 0, context: 1, edge: 'triple', missing: 'error' },
          normalization: { name: 'window', low: 0, high: 1 },
        },
      },
    ],
    axes: false,
    batchSize: () => 4,
    engine: undefined,
    digest: async () => digest,
    dispose() {},
  };
}

const volumeOf = (seed: string) =>
  createVolume(ndarray(uniform(seed, 3 * 6 * 5), [3, 6, 5]), { spacing: [2, 1, 1] });

const taskOf = (id: string): PredictionTask => ({
  id,
  read: async () => ({ image: volumeOf(id), flat: false }),
});

const damaged: PredictionTask = {
  id: 'damaged',
  read: async () => {
    throw new RangeError("'damaged.nii.gz' is cut off");
  },
};

describe('predictMany', () => {
  it('writes labels on the grid of each image, and a list of lesions', async () => {
    const output = join(temporaryFolder(), 'out');
    const counts = await predictMany(bright(), ['p1', 'p2'].map(taskOf), { output });
    expect(counts).toEqual({ done: 2, skipped: 0, failed: 0 });
    expect(readdirSync(output).sort()).toEqual(['p1.json', 'p1.nii.gz', 'p2.json', 'p2.nii.gz']);
    const labels = await readVolume(join(output, 'p1.nii.gz'));
    expect(labels.spacing).toEqual([2, 1, 1]);
    const image = volumeOf('p1').voxels.data;
    expect([...labels.voxels.data]).toEqual(Array.from(image, (v) => Number(v > 0.5)));
    const record = JSON.parse(readFileSync(join(output, 'p1.json'), 'utf8'));
    expect(record).toMatchObject({ id: 'p1', model: 'a', files: ['p1.nii.gz'] });
    const voxels = record.lesions.map((lesion: { voxels: number }) => lesion.voxels);
    expect(voxels.reduce((a: number, b: number) => a + b)).toBe(
      labels.voxels.data.filter((label: number) => label === 1).length,
    );
  });

  it('writes probabilities where they are wanted, and decides as told', async () => {
    const output = temporaryFolder();
    const decision = { threshold: 0.9 };
    await predictMany(bright(), [taskOf('p1')], { output, decision, probabilities: true });
    const { voxels } = await readVolume(join(output, 'p1_probability.nii.gz'));
    const labels = await readVolume(join(output, 'p1.nii.gz'));
    expect(voxels.data).toBeInstanceOf(Float32Array);
    expect([...labels.voxels.data]).toEqual(
      Array.from(voxels.data, (p) => Number(p >= Math.fround(0.9))),
    );
  });

  it('passes over what is complete, and makes anew what is not', async () => {
    const output = temporaryFolder();
    const tasks = ['p1', 'p2', 'p3'].map(taskOf);
    await predictMany(bright(), tasks, { output });
    const first = statSync(join(output, 'p1.nii.gz')).mtimeMs;
    rmSync(join(output, 'p2.json'));
    rmSync(join(output, 'p3.nii.gz'));
    expect(await predictMany(bright(), tasks, { output })).toEqual({
      ...{ done: 2, skipped: 1, failed: 0 },
    });
    expect(statSync(join(output, 'p1.nii.gz')).mtimeMs).toBe(first);
    expect(readdirSync(output)).toHaveLength(6);
  });

  it('refuses a folder of another model, or of other options', async () => {
    const output = temporaryFolder();
    await predictMany(bright(), [taskOf('p1')], { output });
    const tasks = ['p0', 'p1'].map(taskOf);
    await expect(predictMany(bright('b'), tasks, { output })).rejects.toThrow(
      /holds predictions of another model, of 'p1' for one; choose another folder/,
    );
    await expect(
      predictMany(bright(), tasks, { output, decision: { threshold: 0.4 } }),
    ).rejects.toThrow(/predictions of other options/);
    expect(readdirSync(output).sort()).toEqual(['p1.json', 'p1.nii.gz']);
  });

  it('notes what cannot be read or predicted once, and goes on', async () => {
    const output = temporaryFolder();
    const infinite: PredictionTask = {
      id: 'infinite',
      async read() {
        const { voxels } = volumeOf('x');
        voxels.set(1, 2, 3, Number.POSITIVE_INFINITY);
        return { image: createVolume(voxels, {}), flat: false };
      },
    };
    const tasks = [damaged, taskOf('p1'), infinite, taskOf('p2')];
    for (const skipped of [0, 2]) {
      expect(await predictMany(bright(), tasks, { output })).toEqual({
        ...{ done: 2 - skipped, skipped, failed: 2 },
      });
    }
    const lines = readFileSync(join(output, 'failures.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(['damaged', 'infinite']);
    expect(JSON.parse(lines[1]!).error).toMatch(/intensities must be finite/);
  });

  it('stops when told, and goes on where it stopped', async () => {
    const output = temporaryFolder();
    const controller = new AbortController();
    const tasks = Array.from({ length: 5 }, (_, i) => taskOf(`p${i}`));
    const stopped = predictMany(bright(), tasks, {
      output,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 2) controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(readdirSync(output).filter((name) => name.endsWith('.json'))).toHaveLength(2);
    expect(await predictMany(bright(), tasks, { output })).toMatchObject({ done: 3, skipped: 2 });
  });

  it('says that the folder cannot be written, and blames no image', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const output = join(folder, 'file', 'out');
    await expect(predictMany(bright(), [taskOf('p1')], { output })).rejects.toThrow(
      /make the folder/,
    );
    const taken = temporaryFolder();
    mkdirSync(join(taken, 'p1.nii.gz'));
    const tasks = [taskOf('p1'), taskOf('p2'), taskOf('p3')];
    await expect(predictMany(bright(), tasks, { output: taken })).rejects.toThrow(/p1.nii.gz/);
    expect(readdirSync(taken)).not.toContain('failures.jsonl');
  });
});

describe('folderTasks', () => {
  it('finds volumes and pictures in folders by their names', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'sub'));
    await writeVolume(join(folder, 'b.nii.gz'), volumeOf('b'));
    await writeVolume(join(folder, 'sub', 'a.nrrd'), volumeOf('a'));
    await writeImage(join(folder, 'c.png'), ndarray(new Uint8Array(20).fill(200), [4, 5]));
    writeFileSync(join(folder, 'notes.txt'), 'no image');
    const tasks = await folderTasks(folder);
    expect(tasks.map(({ id }) => id)).toEqual(['b', 'c', 'sub_a']);
    const output = temporaryFolder();
    expect(await predictMany(bright(), tasks, { output })).toMatchObject({ done: 3, failed: 0 });
    // White, as masks usually are: 200 is far above the window.
    const { pixels } = await readImage(join(output, 'c.png'));
    expect([...pixels.data]).toEqual(new Array(20).fill(255));
  });

  it('refuses a folder without images, and two of one name', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'notes.txt'), '');
    await expect(folderTasks(folder)).rejects.toThrow(/found none among 1 files/);
    await expect(folderTasks(join(folder, 'none'))).rejects.toThrow(/read the folder/);
    await writeVolume(join(folder, 'a.nrrd'), volumeOf('a'));
    await writeVolume(join(folder, 'a.nii.gz'), volumeOf('a'));
    await expect(folderTasks(folder)).rejects.toThrow(/would both be called 'a'; rename one/);
  });
});
