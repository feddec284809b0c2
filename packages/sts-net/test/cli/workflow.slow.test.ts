import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probeBackends } from '@sts-net/backend';
import { loadManifest } from '@sts-net/datasets';
import { readDicomSegments, readDicomSeries, readRtStruct, readVolume } from '@sts-net/volume-io';
import { beforeAll, describe, expect, it } from 'vitest';
import { configFor, makeData, shape, writeConfig } from '../make-data.ts';
import { type CliOutcome, cli } from './run.ts';

let folder: string;
let trained: CliOutcome;
const at = (...names: string[]) => join(folder, ...names);

const series = fileURLToPath(
  new URL(
    '../../../volume-io/test/fixtures/conformance/dicom/rt-utils/oriented_data',
    import.meta.url,
  ),
);

/** The series is turned otherwise than what the run was trained on, and has other distances. */
const farOff = /^(warning: 'image': .* in training.*\n)+$/;

/** Four steps, validated and saved after each second one. */
function shortRun(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const config = configFor(changes);
  const training = config['training'] as Record<string, unknown>;
  return { ...config, training: { ...training, steps: 4, validation: { every: 2 }, saveEvery: 2 } };
}

beforeAll(async () => {
  folder = await makeData();
  trained = await cli('train', await writeConfig(folder, shortRun()));
});

describe('the sts-net command', () => {
  it('trains and leaves config, log, best and last checkpoint', () => {
    expect(trained.stderr).toBe('');
    expect(trained.code).toBe(0);
    expect(trained.stdout).toContain('4 steps; best validation dice');
    expect(readdirSync(at('run')).sort()).toEqual([
      'best.safetensors',
      'config.json',
      'data.json',
      'last.safetensors',
      'log.jsonl',
      'previous.safetensors',
    ]);
    const lines = readFileSync(at('run', 'log.jsonl'), 'utf8').trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { event: string; step: number });
    const names = events.map(({ event, step }) => `${event} ${step}`);
    expect(names).toEqual([
      'start 0',
      ...[1, 2].map((step) => `step ${step}`),
      'validation 2',
      ...[3, 4].map((step) => `step ${step}`),
      'validation 4',
      'end 4',
    ]);
    expect(events[0]).toMatchObject({
      cases: { training: ['a', 'b'], validation: ['c'], test: ['d'] },
      slices: 12,
    });
  });

  it('does not overwrite a run, and resumes a finished one to nothing', async () => {
    const before = readFileSync(at('run', 'last.safetensors'));
    const again = await cli('train', at('config.json'));
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('holds a run already; go on with it (--resume)');
    const resumed = await cli('train', at('config.json'), '--resume');
    expect(resumed.code).toBe(0);
    expect(readFileSync(at('run', 'last.safetensors')).equals(before)).toBe(true);
  });

  it('does not resume a run of another config', async () => {
    const config = shortRun({ seed: 99 });
    writeFileSync(at('other.json'), JSON.stringify(config));
    const { code, stderr } = await cli('train', at('other.json'), '--resume');
    expect(code).toBe(2);
    expect(stderr).toContain('`seed` differs from the run’s config'.replace('’', "'"));
  });

  it('predicts a label volume on exactly the input’s grid', async () => {
    const { code, stdout, stderr } = await cli(
      ...['predict', at('images', 'd.nii.gz'), '--model', at('run')],
      ...['--output', at('label.nii.gz'), '--backend', 'wasm'],
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('voxels found in 6 × 24 × 20');
    const image = await readVolume(at('images', 'd.nii.gz'));
    const label = await readVolume(at('label.nii.gz'));
    expect(label.voxels.data).toBeInstanceOf(Uint8Array);
    expect(label.voxels.shape).toEqual(shape);
    expect(label.affine).toEqual(image.affine);
    expect(label.spacing).toEqual(image.spacing);
  });

  it('predicts a DICOM series as NRRD, MetaImage, DICOM SEG and RTSTRUCT, all the same', async () => {
    const names = ['series.nrrd', 'series.mha', 'series.dcm', 'series.rtstruct.dcm'];
    for (const name of names) {
      const { code, stderr } = await cli(
        ...['predict', series, '--model', at('run'), '--output', at(name)],
      );
      expect(code).toBe(0);
      expect(stderr).toMatch(farOff);
    }
    const like = await readDicomSeries(series);
    const [segment, ...others] = await readDicomSegments(at('series.dcm'), { like });
    expect([segment!.label, others]).toEqual(['class 1', []]);
    expect(new Set(segment!.volume.voxels.data)).toEqual(new Set([0, 1]));
    const [region, ...more] = await readRtStruct(at('series.rtstruct.dcm'), { like });
    expect([region!.name, more]).toEqual(['class 1', []]);
    expect(region!.volume.voxels.data).toEqual(segment!.volume.voxels.data);
    for (const name of names.slice(0, 2)) {
      const { voxels, affine } = await readVolume(at(name));
      expect(voxels.shape).toEqual([3, 50, 100]);
      expect(voxels.data).toEqual(segment!.volume.voxels.data);
      expect(affine).toBeAllclose(like.affine, { atol: 1e-5 });
    }
  });

  it('says once what is odd about a series', async () => {
    cpSync(series, at('odd'), { recursive: true });
    writeFileSync(at('odd/notes.txt'), 'no image');
    const { code, stderr } = await cli(
      ...['predict', at('odd'), '--model', at('run'), '--output', at('odd.nii.gz')],
    );
    expect(code).toBe(0);
    const [first, ...others] = stderr.split(/(?<=\n)/);
    expect(first).toBe('warning: notes.txt: is no DICOM file and was passed over\n');
    expect(others.join('')).toMatch(farOff);
  });

  it('evaluates the test split, and label volumes to the same scores', async () => {
    const model = await cli('evaluate', '--model', at('run'), '--json', at('scores.json'));
    expect(model.stderr).toBe('');
    const { slices, cases, lesions } = JSON.parse(readFileSync(at('scores.json'), 'utf8'));
    expect(cases.map(({ id }: { id: string }) => id)).toEqual(['d']);
    expect(lesions.found + lesions.missed).toBe(1);
    expect(model.stdout).toContain(slices.pooled.dice.toFixed(4));
    const files = await cli(
      ...['evaluate', '--prediction', at('label.nii.gz')],
      ...['--truth', at('masks', 'd.nii.gz'), '--json', at('files.json')],
    );
    expect(files.code).toBe(0);
    const fromFiles = JSON.parse(readFileSync(at('files.json'), 'utf8'));
    expect(fromFiles.slices.pooled).toEqual(slices.pooled);
    expect(fromFiles.lesions).toEqual(lesions);
  });

  it('scores the truth against itself as perfect', async () => {
    const truth = at('masks', 'd.nii.gz');
    const { stdout } = await cli('evaluate', '--prediction', truth, '--truth', truth);
    expect(stdout).toMatch(/foreground, all pixels pooled +1\.0000 +1\.0000 +1\.0000 +1\.0000/);
    expect(stdout).toContain('4 empty in truth and prediction are left out');
  });

  it('counts lesions, samples and the network’s size', async () => {
    const { code, stdout } = await cli('stats', at('config.json'), '--json', at('stats.json'));
    expect(code).toBe(0);
    // Two cases of 6 slices, two of them with 3×3 lesion pixels; N1 = 9 = 3², N2 = ⌈√4.5⌉² = 9.
    const { splits, samples } = JSON.parse(readFileSync(at('stats.json'), 'utf8'));
    expect(splits.training).toEqual({
      cases: ['a', 'b'],
      slices: 12,
      slicesWithLesion: 4,
      totalArea: 36,
      n1: 9,
      n2: 9,
    });
    expect(samples).toBe(12);
    expect(stdout).toContain('6,629,107 parameters');
  });

  it('writes amplified samples, the whole folder or nothing', async () => {
    const amplification = { method: 2, threshold: 100 };
    writeFileSync(at('amplify.json'), JSON.stringify(configFor({ amplification })));
    const { code, stdout } = await cli('amplify', at('amplify.json'), '--output', at('amplified'));
    expect(code).toBe(0);
    // 12 slices; the 4 with 5 < 9 < 100 lesion pixels get 4 copies each.
    expect(stdout).toContain('28 samples, 16 of them amplified copies');
    const samples = await loadManifest(at('amplified', 'manifest.jsonl'));
    expect(samples).toHaveLength(28);
    const copy = samples.find(({ id }) => id === 'a_002_A1')!;
    expect(copy).toMatchObject({
      group: 'a',
      size: [1, 24, 20],
      spacing: [3, 1, 1],
      area: 9,
      split: 'training',
      source: { id: 'a_002', operation: 'A1' },
    });
    const [original, flipped] = await Promise.all(
      ['a_002', 'a_002_A1'].map((id) => readVolume(at('amplified', 'masks', `${id}.nii.gz`))),
    );
    const rows = (data: ArrayLike<number>) =>
      Array.from({ length: 24 }, (_, r) => Array.from(data).slice(r * 20, (r + 1) * 20));
    expect(rows(flipped!.voxels.data)).toEqual(rows(original!.voxels.data).reverse());
    const image = await readVolume(at('amplified', copy.image as string));
    expect(image.voxels.shape).toEqual([3, 24, 20]);
    const again = await cli('amplify', at('amplify.json'), '--output', at('amplified'));
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('the folder is not empty');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('says which engines are there and what the others need', async () => {
    const { code, stdout, stderr } = await cli('doctor');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { name, available, remedy } of await probeBackends()) {
      expect(stdout).toMatch(new RegExp(`^${name} +${available ? 'yes' : 'no'}`, 'm'));
      expect(stdout).toContain(remedy);
    }
    expect(stdout).toMatch(/`auto` takes \w+: /);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 75],
    ['SIGUSR2', 75],
  ] as const)('goes on after %s as if there had been none', async (signal, code) => {
    const config = shortRun({ output: 'interrupted' });
    writeFileSync(at('interrupted.json'), JSON.stringify(config));
    rmSync(at('interrupted'), { recursive: true, force: true });
    const training = cli('train', at('interrupted.json'));
    const log = at('interrupted', 'log.jsonl');
    while (!existsSync(log) || !readFileSync(log, 'utf8').includes('"step":2')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    process.emit(signal, signal);
    const stopped = await training;
    expect(stopped.code).toBe(code);
    expect(stopped.stderr).toMatch(/interrupted after step \d; go on with: .*--resume/);
    const resumed = await cli('train', at('interrupted.json'), '--resume');
    expect(resumed.code).toBe(0);
    for (const name of ['last', 'best']) {
      const weights = (run: string) => withoutHeader(at(run, `${name}.safetensors`));
      expect(weights('interrupted').equals(weights('run')), name).toBe(true);
    }
  });
});

/** The tensors' bytes; the header before them holds the config, which names the output folder. */
function withoutHeader(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
}
