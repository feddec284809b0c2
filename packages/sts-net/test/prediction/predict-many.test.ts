import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, uniform } from '@sts-net/testing';
import {
  createVolume,
  readDicomSegments,
  readDicomSeries,
  readImage,
  readRtStruct,
  readVolume,
  writeImage,
  writeVolume,
} from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { folderTasks, manifestTasks } from '../../src/prediction/find-inputs.ts';
import { type PredictionTask, predictMany } from '../../src/prediction/predict-many.ts';
import { writeSeries } from '../dicom-series.ts';
import { bright } from './bright.ts';

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
    expect(readdirSync(output).sort()).toEqual([
      ...['audit.jsonl', 'p1.json', 'p1.nii.gz', 'p2.json', 'p2.nii.gz'],
    ]);
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
    expect(readdirSync(output)).toHaveLength(7);
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
    expect(readdirSync(output).sort()).toEqual(['audit.jsonl', 'p1.json', 'p1.nii.gz']);
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

describe('DICOM in and out', () => {
  const values = (seed: string) => uniform(seed, 3 * 6 * 5).map((v) => (v > 0.5 ? 1001 : 1000));
  const series = (uid: string) => ({
    series: uid,
    shape: [3, 6, 5] as const,
    values: values(uid),
  });
  const targets = [
    {
      name: 'infarct',
      type: { value: '55641003', scheme: 'SCT', meaning: 'Infarct' },
      region: { value: '12738006', scheme: 'SCT', meaning: 'Brain' },
      color: [1, 2, 3] as [number, number, number],
    },
  ];

  it('gives a SEG for each series, with what the config says of its class', async () => {
    const folder = temporaryFolder();
    writeSeries(join(folder, 'one'), series('1.2.3.4.5'));
    writeSeries(join(folder, 'two'), series('1.2.3.4.6'));
    writeSeries(join(folder, 'two'), series('1.2.3.4.7'));
    writeFileSync(join(folder, 'two', 'README'), 'no DICOM');
    await writeVolume(join(folder, 'plain.nii.gz'), volumeOf('b'));
    const tasks = await folderTasks(folder);
    expect(tasks.map(({ id }) => id)).toEqual([
      'one',
      'plain',
      expect.stringMatching(/^two_[0-9a-f]{16}$/),
      expect.stringMatching(/^two_[0-9a-f]{16}$/),
    ]);
    const output = temporaryFolder();
    const counts = await predictMany(bright('a', { targets }), tasks, { output, format: 'seg' });
    expect(counts).toEqual({ done: 3, skipped: 0, failed: 1 });
    expect(readFileSync(join(output, 'failures.jsonl'), 'utf8')).toContain(
      "the format 'seg' is a DICOM segmentation, which needs an image read from DICOM",
    );
    const like = await readDicomSeries(join(folder, 'one'));
    const [segment, ...others] = await readDicomSegments(join(output, 'one.dcm'), { like });
    expect(others).toEqual([]);
    expect(segment!.label).toBe('infarct');
    expect([...segment!.volume.voxels.data]).toEqual(
      Array.from(values('1.2.3.4.5'), (v) => v - 1000),
    );
    const bytes = readFileSync(join(output, 'one.dcm'), 'latin1');
    for (const said of ['sts-net bright', 'model a', 'Infarct', 'Brain']) {
      expect(bytes).toContain(said);
    }
  });

  it('gives an RTSTRUCT for each series of a manifest', async () => {
    const folder = temporaryFolder();
    writeSeries(join(folder, 'one'), series('1.2.3.4.5'));
    const item = { id: 'p1', group: 'p1', image: 'one', size: [3, 6, 5], spacing: null };
    writeFileSync(
      join(folder, 'm.jsonl'),
      JSON.stringify({ ...item, mask: null, area: 0, digest: '0'.repeat(64) }),
    );
    const tasks = await manifestTasks(join(folder, 'm.jsonl'), undefined);
    const output = temporaryFolder();
    await predictMany(bright('a', { targets }), tasks, { output, format: 'rtstruct' });
    const like = await readDicomSeries(join(folder, 'one'));
    const [roi] = await readRtStruct(join(output, 'p1.rtstruct.dcm'), { like });
    expect(roi).toMatchObject({ name: 'infarct', color: [1, 2, 3] });
    expect([...roi!.volume.voxels.data]).toEqual(Array.from(values('1.2.3.4.5'), (v) => v - 1000));
  });

  it('refuses a series of which a slice is missing, and names neither file nor UID', async () => {
    const folder = temporaryFolder();
    const paths = writeSeries(join(folder, 'Doe_Jane'), {
      ...series('1.2.3.4.5.6'),
      shape: [4, 6, 3],
    });
    rmSync(paths[2]!);
    const output = temporaryFolder();
    const [task] = await folderTasks(join(folder, 'Doe_Jane'));
    await predictMany(bright(), [{ ...task!, id: 'p1' }], { output });
    const failures = readFileSync(join(output, 'failures.jsonl'), 'utf8');
    expect(failures).toContain('"id":"p1"');
    expect(failures).not.toMatch(/Doe|1\.2\.3\.4|CT\./);
  });
});

describe('audit.jsonl', () => {
  it('has a line of each result, with digests and without names', async () => {
    const output = temporaryFolder();
    const given = { output, decision: { threshold: 0.4 } };
    await predictMany(bright(), [taskOf('p1'), damaged, taskOf('p2')], given);
    await predictMany(bright(), [taskOf('p1')], given);
    const text = readFileSync(join(output, 'audit.jsonl'), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ status }) => status).sort()).toEqual(['done', 'done', 'failed']);
    const record = JSON.parse(readFileSync(join(output, 'p1.json'), 'utf8'));
    // By its own description: shape, then float32 in C order.
    const { data } = volumeOf('p1').voxels;
    const expected = createHash('sha256').update('3×6×5\n').update(data).digest('hex');
    expect(record.input).toBe(expected);
    const [line] = lines.filter(({ input }) => input === expected);
    expect(line).toMatchObject({
      status: 'done',
      model: 'a',
      options: { decision: { threshold: 0.4 } },
      versions: { 'sts-net': '0.0.0', node: process.versions.node },
    });
    expect(new Date(line.time).toISOString()).toBe(line.time);
    expect(line.seconds).toBeGreaterThan(0);
    expect(text).not.toMatch(/p1|p2|damaged/);
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
