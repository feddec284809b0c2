import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sts-net/testing';
import { describe, expect, it } from 'vitest';
import { cli } from '../cli/run.ts';

// Made by tools/fixtures/scoring/generate.py with nibabel, NumPy, SciPy and MONAI.
const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const at = (...names: string[]) => join(fixtures, ...names);
const oracle = JSON.parse(readFileSync(at('scores.json'), 'utf8'));

/** MONAI computes distances in single precision. */
const close = (value: number) => expect.closeTo(value, 5);

type Scores = Record<string, number>;
// biome-ignore lint/suspicious/noExplicitAny: tests index the files freely.
type Json = any;

async function json(...args: string[]): Promise<Json> {
  const file = join(temporaryFolder(), 'out.json');
  expect(await cli(...args, '--json', file)).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(readFileSync(file, 'utf8'));
}

const evaluate = (prediction: string, truth: string, ...more: string[]) =>
  json('evaluate', '--prediction', at(prediction), '--truth', at(truth), ...more);

/** The values of a case's scores. */
function valuesOf(scores: Record<string, { value: number }>): Scores {
  return Object.fromEntries(Object.entries(scores).map(([name, { value }]) => [name, value]));
}

describe('evaluate of two files', () => {
  it.each<[string, { prediction: string; truth: string; tolerance: number; labels: Json }]>(
    Object.entries(oracle.pairs),
  )('%s: each label and their mean equal to MONAI and SciPy', async (_, pair) => {
    const { prediction, truth, tolerance, labels } = pair;
    const evaluation = await evaluate(prediction, truth, '--tolerance', String(tolerance));
    const [one] = evaluation.cases;
    const expected = Object.entries<Scores>(labels);
    const found = expected.length === 1 ? [one] : one.labels;
    expect(found).toHaveLength(expected.length);
    for (const [i, [label, scores]] of expected.entries()) {
      if (expected.length > 1) expect(found[i].label).toBe(Number(label));
      for (const [name, value] of Object.entries(scores)) {
        expect(valuesOf(found[i].scores), `label ${label}`).toMatchObject({ [name]: close(value) });
      }
    }
    for (const name of Object.keys(expected[0]![1])) {
      const mean = expected.reduce((sum, [, scores]) => sum + scores[name]!, 0) / expected.length;
      expect(one.scores[name].value, name).toEqual(close(mean));
      // One case: what is over cases is the case.
      expect(evaluation.scores[name]).toMatchObject({ mean: close(mean), counted: 1 });
    }
    expect(evaluation.lesions).toEqual(one.lesions);
    expect(evaluation.lesions.f1).toEqual(one.scores['lesion-f1'].value);
    expect(evaluation.slices.pooled.dice).toEqual(close(one.scores.dice.value));
  });

  it('two labels exchanged everywhere score 0 each, and 1 as one target', async () => {
    const files = [
      'evaluate/two-classes-swapped.nii.gz',
      'evaluate/two-classes-truth.nii.gz',
    ] as const;
    const { labels, scores, slices } = await evaluate(...files);
    expect(labels.map((one: Json) => one.scores.dice.mean)).toEqual([0, 0]);
    expect([scores.dice.mean, slices.foreground.dice, slices.pooled.dice]).toEqual([0, 0, 0]);
    for (const all of ['all', '1,2']) {
      const merged = await evaluate(...files, '--label', all);
      expect([merged.scores.dice.mean, merged.labels]).toEqual([1, []]);
    }
    expect((await evaluate(...files, '--label', '2')).scores.dice.mean).toBe(0);
    const outcome = await cli('evaluate', '--prediction', at(files[0]), '--truth', at(files[1]));
    expect(outcome.stdout).toMatch(/^1 +0\.0000 /m);
    expect(outcome.stdout).toMatch(/^2 +0\.0000 /m);
    expect(outcome.stdout).toMatch(/^mean +0\.0000 /m);
  });

  it.each([
    ['evaluate/truth_shifted.nii.gz', 'evaluate/truth.nii.gz', /up to 50\.0 mm elsewhere/],
    ['metrics/pred_other_spacing.nii.gz', 'metrics/truth.nii.gz', /up to 83\.1 mm elsewhere/],
    ['evaluate/mask_minus1.nii.gz', 'evaluate/truth.nii.gz', /got -1 .* 120 of 720 .*--ignore -1 /],
    ['metrics/minus1.nii.gz', 'metrics/truth.nii.gz', /got -1 .* 33 of 13824 .*--ignore -1 /],
    ['evaluate/mask_soft.nii.gz', 'evaluate/truth.nii.gz', /got 0\.4.* give --threshold, from/],
    ['evaluate/truth.nii.gz', 'evaluate/mask_soft.nii.gz', /give --truth-threshold, from/],
  ])('%s against %s is refused in one line, with what would do', async (p, t, message) => {
    const outcome = await cli('evaluate', '--prediction', at(p), '--truth', at(t));
    expect(outcome).toMatchObject({ code: 65, stdout: '' });
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(outcome.stderr).not.toMatch(/labelsOf|`/);
  });

  it('a label that is ignored is left out where the truth holds it, and finds nothing elsewhere', async () => {
    const [truth, minus] = ['evaluate/truth.nii.gz', 'evaluate/mask_minus1.nii.gz'];
    const said = async (p: string, t: string) =>
      (await cli('evaluate', '--prediction', at(p), '--truth', at(t), '--ignore', '-1')).stdout;
    expect(await said(truth, minus)).toMatch(/^mask_minus1\.nii\.gz +1\.0000 /m);
    expect(await said(minus, truth)).toMatch(/^truth\.nii\.gz +1\.0000 /m);
    expect(await said(truth, minus)).toMatch(/left out, which the truth ignores: 120\.$/m);
    expect(await said(minus, truth)).toMatch(
      /ignores: 0\. 120 that a prediction alone ignores are/,
    );
    // The paper's protocol too counts the others alone.
    const { slices } = await evaluate(truth, minus, '--ignore', '-1');
    const counted = slices.cases.map((one: Json) => one.tp + one.fp + one.fn + one.tn);
    expect(counted.reduce((sum: number, one: number) => sum + one, 0)).toBe(720 - 120);
  });

  it('a soft mask by a threshold: the voxels from there on (NumPy)', async () => {
    // 10 of the 18 voxels of the truth reach 0.5, none outside.
    const soft = await evaluate(
      'evaluate/mask_soft.nii.gz',
      'evaluate/truth.nii.gz',
      '--threshold',
      '0.5',
    );
    expect(soft.scores.dice.mean).toBeCloseTo((2 * 10) / (10 + 18), 12);
    const none = await evaluate(
      'evaluate/mask_soft.nii.gz',
      'evaluate/truth.nii.gz',
      '--threshold',
      '2',
    );
    expect(none.scores.hd95).toMatchObject({
      mean: expect.closeTo(Math.hypot(12, 10, 12), 12),
      decidedByRule: { both: 0, one: 1 },
    });
    const brats = ['--threshold', '2', '--penalty', '374'];
    const { scores } = await evaluate(
      'evaluate/mask_soft.nii.gz',
      'evaluate/truth.nii.gz',
      ...brats,
    );
    expect(scores.hd95.mean).toBe(374);
  });

  it('pictures are scored in 2-D, in pixels, whatever number is white', async () => {
    const volume = await evaluate('flat/prediction.nii.gz', 'flat/truth.nii.gz');
    const picture = await evaluate('flat/prediction/x.png', 'flat/truth/x.png');
    const mixed = await evaluate('flat/prediction/x.png', 'flat/truth.nii.gz');
    expect(volume.scores.hd95.mean).toBe(3);
    // But for what has a size: a voxel of the volume is 5 mm³, a pixel counts as one.
    const withoutVolumes = ({ scores }: Json) =>
      Object.fromEntries(Object.entries(scores).filter(([name]) => !/volume-|-volume/.test(name)));
    const volumeOf = ({ scores }: Json) => scores['volume-difference'].mean;
    expect(withoutVolumes(picture)).toEqual(withoutVolumes(volume));
    expect(withoutVolumes(mixed)).toEqual(withoutVolumes(volume));
    expect(volumeOf(picture) * 5).toBeCloseTo(volumeOf(volume), 12);
    const args = ['--prediction', at('flat/prediction/x.png'), '--truth', at('flat/truth/x.png')];
    const { stdout } = await cli('evaluate', ...args);
    expect(stdout).toContain('HD95 (pixels)');
    expect(stdout).toContain('volume difference (1000 pixels)');
    expect(stdout).toContain('distances are in pixels, not in mm');
  });
});

describe('compare of folders', () => {
  const compare = (...args: string[]) => json('compare', ...args);

  it('three labels, absent, missed and invented, in any order of the axes: as MONAI and SciPy', async () => {
    const folder = (name: string) => at('three-labels', name);
    const { rows, cases, labels } = await compare(
      ...[folder('a'), folder('b'), '--truth', folder('truth')],
      ...[
        '--scores',
        'dice,iou,precision,recall,hd95,assd,nsd,lesion-precision,lesion-recall,lesion-f1',
      ],
    );
    expect(labels).toEqual([1, 2, 3]);
    expect(rows).toHaveLength(40);
    for (const row of rows) {
      const expected = oracle['three-labels'][row.label ?? 'mean'][row.score];
      const named = `${row.score} ${row.label}`;
      const own = (one: Json) => (row.label === null ? one : one.labels[row.label - 1]);
      const values = (method: 'a' | 'b') =>
        cases.map((one: Json) => own(one)[method][row.score].value);
      expect(values('a'), named).toEqual(expected.a.map(close));
      expect(values('b'), named).toEqual(expected.b.map(close));
      expect(row.difference.estimate, named).toEqual(close(expected.difference));
      expect(row.permutation.pValue, named).toBeCloseTo(expected.pValue, 12);
      expect(row).toMatchObject({ cases: 6, patients: 6, leftOut: 0 });
    }
  });

  it('a method that invents lesions in all healthy patients is worse, and so it is said', async () => {
    const folder = (name: string) => at('metrics/healthy', name);
    const args = [folder('silent'), folder('screams'), '--truth', folder('truth')];
    const scores = ['--scores', 'dice,lesion-f1,hd95,precision'];
    for (const more of [[], ['--empty', 'skip']]) {
      const { rows } = await compare(...args, ...scores, ...more);
      for (const { score, difference, permutation, cases } of rows) {
        const expected = oracle.healthy[1][score];
        expect(cases).toBe(12);
        expect(difference.estimate).toEqual(close(expected.difference));
        expect(permutation.pValue).toBeCloseTo(expected.pValue, 12);
        expect(permutation.pValue).toBeLessThan(0.05);
      }
    }
    const { rows } = await compare(...args, ...scores, '--penalty', '374');
    expect(rows[2].meanB - rows[2].meanA).toBeCloseTo(374 / 2, 12);
    expect(rows[2].byRule).toEqual({ a: { both: 6, one: 0 }, b: { both: 0, one: 6 } });
    expect(rows[0].byRule).toEqual({ a: { both: 6, one: 0 }, b: { both: 0, one: 0 } });
    const { stdout } = await cli('compare', ...args, ...scores);
    expect(stdout).toMatch(/^silent: .*\(both empty \+ a miss or false alarm\): Dice 6 \+ 0, /m);
    expect(stdout).toMatch(/^screams: .* HD95 \(mm\) 0 \+ 6/m);
  });

  it('with --empty skip a case is left out only where truth and both predictions are empty', async () => {
    const folder = (name: string) => at('metrics/healthy', name);
    const { rows } = await compare(
      ...[folder('silent'), folder('silent'), '--truth', folder('truth')],
      ...['--scores', 'dice', '--empty', 'skip'],
    );
    expect(rows[0]).toMatchObject({ cases: 6, leftOut: 6, difference: { estimate: 0 } });
  });

  it('folders of pictures, and a tolerance that is the voxel size', async () => {
    const flat = (name: string) => at('flat', name);
    const { rows } = await compare(
      ...[flat('prediction'), flat('truth'), '--truth', flat('truth')],
      ...['--scores', 'dice,hd95'],
    );
    expect(rows[1]).toMatchObject({ title: 'HD95 (pixels)', unit: 'px', meanA: 3, meanB: 0 });
    const tol = (name: string) => at('metrics/tol1.2', name);
    const nsd = await compare(
      ...[tol('a'), tol('b'), '--truth', tol('truth'), '--scores', 'nsd', '--tolerance', '1.2'],
    );
    expect(nsd.rows[0].meanA).toBe(1);
  });
});
