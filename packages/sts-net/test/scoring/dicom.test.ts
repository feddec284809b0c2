import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLabels } from '@sts-net/datasets';
import { temporaryFolder } from '@sts-net/testing';
import {
  createVolume,
  likeVolume,
  readDicomInfo,
  readVolume,
  writeVolume,
} from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { cli } from '../cli/run.ts';

// Made by tools/fixtures/scoring/generate_dicom.py with highdicom, pydicom and nibabel.
const folder = fileURLToPath(new URL('./fixtures/dicom', import.meta.url));
const at = (name: string) => join(folder, name);
/** Dice of each pair of masks, counted on the whole series by NumPy. */
const oracle: Record<string, Record<string, number>> = JSON.parse(
  readFileSync(at('scores.json'), 'utf8'),
);

async function dice(prediction: string, truth: string, ...more: string[]): Promise<number> {
  const json = join(temporaryFolder(), 'out.json');
  const args = ['--prediction', prediction, '--truth', truth, '--json', json];
  expect(await cli('evaluate', ...args, ...more)).toMatchObject({ code: 0, stderr: '' });
  const { scores, labels } = JSON.parse(readFileSync(json, 'utf8'));
  expect(labels).toEqual([]);
  return scores.dice.mean;
}

const drawings = Object.keys(oracle);
const volumes = ['truth-lps.nii.gz', 'truth-ras.nii.gz', 'truth-sagittal.nii.gz'];

describe('what was drawn on one series is placed by its position', () => {
  it.each(drawings.flatMap((truth) => drawings.map((prediction) => [prediction, truth])))(
    '%s against %s',
    async (prediction, truth) => {
      const image =
        prediction === 'drawn' && truth === 'drawn' ? ['--image', at('truth-lps.nii.gz')] : [];
      const found = await dice(at(`${prediction}.dcm`), at(`${truth}.dcm`), ...image);
      expect(found).toBeCloseTo(oracle[prediction!]![truth!]!, 12);
    },
  );

  it.each(volumes)(
    'against %s, whatever the order of its axes, and the other way round',
    async (volume) => {
      for (const name of drawings) {
        const expected = oracle[name]!['truth']!;
        expect(await dice(at(`${name}.dcm`), at(volume)), name).toBeCloseTo(expected, 12);
        expect(await dice(at(volume), at(`${name}.dcm`)), name).toBeCloseTo(expected, 12);
      }
    },
  );

  it('one segment is chosen by number or label, in the truth by its own', async () => {
    const two = at('two.dcm');
    const expected = oracle['near']!['truth']!;
    for (const truth of ['truth.dcm', 'truth-ras.nii.gz']) {
      for (const segment of ['2', 'Lesion']) {
        const more = truth.endsWith('.dcm') ? ['--truth-segment', '1'] : [];
        expect(await dice(two, at(truth), '--segment', segment, ...more)).toBeCloseTo(expected, 12);
      }
    }
    expect(await dice(two, at('truth.dcm'), '--segment', 'Lesion')).toBeCloseTo(expected, 12);
  });

  it('each segment is the label of its number, as in a volume of labels', async () => {
    const [one, two] = [at('truth.dcm'), at('near.dcm')];
    const like = await readVolume(at('truth-lps.nii.gz'));
    const masks = await Promise.all(
      [one, two].map((path) => readLabels(path, 'nonzero', { like })),
    );
    const [a, b] = masks.map(({ voxels }) => voxels.data) as [Uint8Array, Uint8Array];
    // What both hold is left to the first.
    const labels = a.map((is, i) => (is === 1 ? 1 : b[i] === 1 ? 2 : 0));
    const folder = temporaryFolder();
    const volume = likeVolume(like, ndarray(labels, [...like.voxels.shape]));
    const series = likeVolume(like, ndarray(a, [...like.voxels.shape]));
    await writeVolume(join(folder, 'labels.nii.gz'), volume);
    await writeVolume(join(folder, 'one.nii.gz'), series);
    const json = join(folder, 'out.json');
    const evaluated = async (prediction: string, truth: string, ...more: string[]) => {
      const args = ['--prediction', prediction, '--truth', truth, '--json', json, ...more];
      const outcome = await cli('evaluate', ...args);
      expect(outcome).toMatchObject({ code: 0, stderr: '' });
      return JSON.parse(readFileSync(json, 'utf8'));
    };
    // In two.dcm 1 is the liver and 2 the lesion that near.dcm holds.
    const drawn = await evaluated(
      at('two.dcm'),
      join(folder, 'labels.nii.gz'),
      '--segment',
      'each',
    );
    expect(drawn.labels.map(({ label }: { label: number }) => label)).toEqual([1, 2]);
    const lesion = await readLabels(at('two.dcm'), 'nonzero', { like, segment: '2' });
    const { data } = lesion.voxels;
    const both = data.reduce((sum, is, i) => sum + Number(is === 1 && labels[i] === 2), 0);
    const sizes = data.reduce((sum, is, i) => sum + is + Number(labels[i] === 2), 0);
    expect(drawn.labels[1].scores.dice.mean).toBeCloseTo((2 * both) / sizes, 12);
    const union = await evaluated(
      ...([at('two.dcm'), join(folder, 'labels.nii.gz'), '--segment', 'each'] as const),
      ...['--label', '1,2'],
    );
    expect(union.labels).toEqual([]);
    const self = await evaluated(at('two.dcm'), at('two.dcm'), '--segment', 'each');
    expect(self.labels).toHaveLength(2);
    expect(self.scores.dice.mean).toBe(1);
  });

  it('a fractional segmentation by a threshold', async () => {
    expect(await dice(at('soft.dcm'), at('truth.dcm'), '--threshold', '0.5')).toBe(1);
    const all = await dice(at('soft.dcm'), at('truth-ras.nii.gz'), '--threshold', '0.25');
    // The truth's 105 voxels and 30 of the other mask.
    expect(all).toBeCloseTo((2 * 105) / (105 + 135), 12);
  });
});

it('warns where two were drawn on different patients, without saying who they are', async () => {
  const other = join(temporaryFolder(), 'other.dcm');
  const bytes = readFileSync(at('near.dcm'));
  const info = (await readDicomInfo(bytes))!;
  // After the tag (0010,0020), its kind and its length.
  const place = bytes.indexOf(Buffer.from([0x10, 0, 0x20, 0, 0x4c, 0x4f])) + 8;
  expect(info.patient.id).not.toBe('');
  bytes[place] = bytes[place]! ^ 1;
  writeFileSync(other, bytes);
  const args = ['evaluate', '--prediction', other, '--truth', at('truth.dcm')];
  const { code, stderr } = await cli(...args);
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^warning: '.*other.dcm' and '.*truth.dcm' say that they are of different patients \(PatientID\)\n$/,
  );
  expect(stderr).not.toContain(info.patient.id);
});

describe('is refused in one line, with what would do', () => {
  it.each([
    [
      'several segments',
      'two.dcm',
      'truth.dcm',
      [],
      /two.dcm' must hold one segment, got 1 'Liver', 2 'Lesion'; choose one by --segment/,
    ],
    [
      'none of that name',
      'two.dcm',
      'truth.dcm',
      ['--segment', 'GTV'],
      /--segment must be the number or label of one of its segments \(1 'Lesion'\), got 'GTV'/,
    ],
    ['a fractional one', 'soft.dcm', 'truth.dcm', [], /got 0\.3.*give --threshold/],
    [
      'contours alone',
      'drawn.dcm',
      'drawn.dcm',
      [],
      /hold contours, .* give the --image that they were drawn on/,
    ],
  ])('%s', async (_, prediction, truth, more, message) => {
    const args = ['--prediction', at(prediction), '--truth', at(truth), ...more];
    const outcome = await cli('evaluate', ...args);
    expect(outcome).toMatchObject({ code: 65, stdout: '' });
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('one of another image, by the distance', async () => {
    const away = join(temporaryFolder(), 'away.nii');
    const { voxels, affine } = await readVolume(at('truth-lps.nii.gz'));
    const moved = affine.map((value, i) => (i === 3 ? value + 40 : value));
    await writeVolume(away, createVolume(voxels, { affine: moved }));
    const outcome = await cli('evaluate', '--prediction', at('near.dcm'), '--truth', away);
    expect(outcome).toMatchObject({ code: 65, stdout: '' });
    expect(outcome.stderr).toMatch(/it is a segmentation of another image, 40\.0 mm away/);
  });
});
