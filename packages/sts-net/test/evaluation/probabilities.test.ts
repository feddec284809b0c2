import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import { parseHTML } from 'linkedom';
import ndarray from 'ndarray';
import { beforeEach, describe, expect, it } from 'vitest';
import { cli } from '../cli/run.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

/** Values of a row of 10 voxels, three rows apart from the next in a volume of 1×5×10. */
type Rows = readonly (readonly number[])[];

async function writeRows(path: string, rows: Rows, { turned = false } = {}): Promise<void> {
  const data = new Float32Array(50);
  for (const [r, row] of rows.entries()) data.set(row, 20 * r);
  // Read backwards, columns run the other way.
  if (turned) for (let r = 0; r < 5; r++) data.subarray(10 * r, 10 * r + 10).reverse();
  const [x, start] = turned ? [-1, 9] : [1, 0];
  const affine = [x, 0, 0, start, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  await writeVolume(path, createVolume(ndarray(data, [1, 5, 10]), { affine }));
}

const _ = 0;
/**
 * Two lesions: one is found at 0.9; of the other a candidate at 0.6 has an IoU of 1/10 only, and another one
 * next to it, 0.8, is false. In the second case nothing is to be found, and one candidate, 0.7, is false.
 */
const cases = {
  p1: {
    truth: [
      [1, 1, _, _, _, _, _, _, _, _],
      [_, _, _, _, _, _, _, _, _, 1],
    ],
    probability: [
      [0.9, 0.5, _, _, _, 0.8, _, _, _, _],
      [0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6],
    ],
  },
  p2: { truth: [], probability: [[_, _, 0.7, 0.05, _, _, _, _, _, _]] },
} satisfies Record<string, { truth: Rows; probability: Rows }>;

async function writeCase(id: string, truth: Rows, probability: Rows, suffix = '_probability') {
  await writeRows(at('truth', `${id}.nii`), truth);
  const labels = probability.map((row) => row.map((p) => Number(p >= 0.5)));
  await writeRows(at('labels', `${id}.nii`), labels);
  await writeRows(at('labels', `${id}${suffix}.nii`), probability, { turned: true });
}

const evaluate = (...more: string[]) =>
  cli(
    ...['evaluate', '--prediction', at('labels'), '--truth', at('truth')],
    ...['--probabilities', at('labels'), ...more],
  );

// biome-ignore lint/suspicious/noExplicitAny: tests index the file freely.
async function evaluated(...more: string[]): Promise<any> {
  expect(await evaluate('--json', at('one.json'), ...more)).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(readFileSync(at('one.json'), 'utf8'));
}

beforeEach(async () => {
  folder = temporaryFolder();
  for (const name of ['truth', 'labels']) mkdirSync(at(name));
  for (const [id, { truth, probability }] of Object.entries(cases)) {
    await writeCase(id, truth, probability);
  }
});

describe('evaluate with probabilities beside the labels', () => {
  it('counts candidates and how true they are, by hand', async () => {
    const { probabilities, cases: each, settings } = await evaluated();
    expect(settings).toEqual({ seed: 0, resamples: 10_000 });
    // No paths, which may name patients.
    expect(readFileSync(at('one.json'), 'utf8')).not.toContain(folder);
    // Scores fall 0.9 right, 0.8 and 0.7 false, 0.6 right: precision 1 and 2/4 at half the recall each.
    expect(probabilities.averagePrecision.estimate).toBeCloseTo(3 / 4, 12);
    expect(
      probabilities.recalls.map(({ falseAlarms, recall }: never) => [
        falseAlarms,
        (recall as { estimate: number }).estimate,
      ]),
    ).toEqual([
      [0.25, 1 / 2],
      [0.5, 1 / 2],
      [1, 1],
      [2, 1],
      [4, 1],
      [8, 1],
    ]);
    // At the rate of 1 the curve rises upright, beyond it there is nothing.
    expect(probabilities.frocScore.estimate).toBeCloseTo((1 / 2 + 1 / 2 + 4) / 6, 12);
    expect(probabilities.labels[0]).toMatchObject({ lesions: 2, candidates: 4 });
    const squares = 0.1 ** 2 + 0.5 ** 2 + 0.8 ** 2 + 9 * 0.6 ** 2 + 0.4 ** 2;
    expect(each[0].probabilities.brierScore).toBeCloseTo(squares / 50, 6);
    expect(each[0].probabilities.averagePrecision).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(each[1].probabilities).toMatchObject({ averagePrecision: null });
    const all = (squares + 0.7 ** 2 + 0.05 ** 2) / 100;
    expect(probabilities.brierScore.estimate).toBeCloseTo(all, 6);
    // By bins: 0.05; 0.5; 0.6 and 0.6; 0.7; 0.8; 0.9, each as far as it is from what is.
    const error = 0.05 + 0.5 + (10 * 0.6 - 1) + 0.7 + 0.8 + 0.1;
    expect(probabilities.calibrationError.estimate).toBeCloseTo(error / 100, 6);
  });

  it('takes another overlap and another threshold', async () => {
    const more = async (...args: string[]) =>
      (await evaluated(...args)).probabilities.averagePrecision.estimate;
    expect(await more('--candidate-overlap', '0.11')).toBeCloseTo(1 / 2, 12);
    expect(await more('--candidate-overlap', '0')).toBeCloseTo(3 / 4, 12);
    // Half of the first lesion is left, and no candidate of the second case.
    const high = (await evaluated('--candidate-threshold', '0.75')).probabilities;
    expect(high.labels[0].candidates).toBe(2);
    for (const [name, value] of [
      ['threshold', '0'],
      ['overlap', '1.5'],
    ]) {
      const refused = await evaluate(`--candidate-${name}`, value!);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain(`--candidate-${name} must be`);
    }
  });

  it('leaves voxels out on which nothing counts', async () => {
    await writeRows(at('truth', 'p1.nii'), [
      [1, 1, _, _, _, 9, _, _, _, _],
      [9, 9, 9, 9, 9, 9, 9, 9, 9, 1],
    ]);
    const { probabilities } = await evaluated('--ignore', '9');
    // Right at 0.9 and 0.6, false at 0.7 in the other case.
    expect(probabilities.averagePrecision.estimate).toBeCloseTo((1 + 2 / 3) / 2, 12);
    const squares = 0.1 ** 2 + 0.5 ** 2 + 0.4 ** 2 + 0.7 ** 2 + 0.05 ** 2;
    expect(probabilities.brierScore.estimate).toBeCloseTo(squares / 90, 6);
  });

  it('draws patients whole, so that an interval has its ends where one patient is', async () => {
    const { probabilities } = await evaluated();
    // Of draws of two patients a quarter is p1 alone, a quarter p2, which has no lesion.
    expect(probabilities.averagePrecision.undefinedResamples).toBeGreaterThan(2000);
    expect(probabilities.averagePrecision.high).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(probabilities.averagePrecision.low).toBeCloseTo(3 / 4, 12);
  });

  it('scores a pair of files as its case, with the folder or the file', async () => {
    const both = await evaluated();
    for (const path of [at('labels'), at('labels/p1_probability.nii')]) {
      const args = ['--prediction', at('labels/p1.nii'), '--truth', at('truth/p1.nii')];
      const more = ['--probabilities', path, '--json', at('pair.json')];
      expect(await cli('evaluate', ...args, ...more)).toMatchObject({ code: 0, stderr: '' });
      const pair = JSON.parse(readFileSync(at('pair.json'), 'utf8'));
      expect(pair.cases[0].probabilities).toEqual(both.cases[0].probabilities);
    }
  });

  it('takes whole numbers with a factor, and a manifest', async () => {
    const data = new Uint8Array(50);
    data.set([230, 128], 0);
    const path = at('labels', 'p1_probability.nii');
    await writeVolume(path, createVolume(ndarray(data, [1, 5, 10])));
    const file = readFileSync(path);
    // scl_slope of the header.
    file.writeFloatLE(1 / 255, 112);
    writeFileSync(path, file);
    const known = { size: [1, 5, 10], spacing: [1, 1, 1], area: 1, digest: '0'.repeat(64) };
    const line = (id: string) =>
      JSON.stringify({
        ...{ id, group: id, image: 'x.nii', mask: `labels/${id}_probability.nii` },
        ...known,
      });
    writeFileSync(at('p.jsonl'), ['p1', 'p2'].map(line).join('\n'));
    const { cases: each } = await evaluated('--probabilities', at('p.jsonl'));
    const squares = (1 - 230 / 255) ** 2 + (1 - 128 / 255) ** 2 + 1;
    expect(each[0].probabilities.brierScore).toBeCloseTo(squares / 50, 5);
  });

  it('has several labels each by itself, and as one target their sum', async () => {
    for (const id of ['p1', 'p2']) rmSync(at('labels', `${id}_probability.nii`));
    await writeRows(at('truth', 'p1.nii'), [[1, 1, _, _, 2, 2, _, _, _, _]]);
    const first = [[0.9, 0.5, _, _, _, _, _, _, _, _]];
    const second = [[_, 0.25, _, _, 0.5, 0.5, _, _, _, _]];
    for (const id of ['p1', 'p2']) {
      await writeRows(at('labels', `${id}_probability-1.nii`), id === 'p1' ? first : []);
      await writeRows(at('labels', `${id}_probability-2.nii`), id === 'p1' ? second : []);
    }
    const { probabilities, cases: each, labels } = await evaluated();
    expect(labels).toHaveLength(2);
    const [one, two] = probabilities.labels;
    expect([one.label, two.label]).toEqual([1, 2]);
    expect(one.brierScore.estimate).toBeCloseTo((0.1 ** 2 + 0.5 ** 2) / 100, 6);
    expect(two.brierScore.estimate).toBeCloseTo((0.25 ** 2 + 2 * 0.5 ** 2) / 100, 6);
    expect(probabilities.brierScore.estimate).toBeCloseTo(
      (one.brierScore.estimate + two.brierScore.estimate) / 2,
      12,
    );
    expect(each[0].labels[1].probabilities.brierScore).toBeCloseTo(0.5625 / 50, 6);
    const union = await evaluated('--label', 'all');
    const squares = 0.1 ** 2 + 0.25 ** 2 + 2 * 0.5 ** 2;
    expect(union.probabilities.brierScore.estimate).toBeCloseTo(squares / 100, 6);
    expect(union.probabilities.labels).toHaveLength(1);
    const alone = await evaluated('--label', '2');
    expect(alone.probabilities.brierScore.estimate).toBeCloseTo(two.brierScore.estimate, 12);
  });

  it('is in every kind of output', async () => {
    const files = ['--csv', at('a.csv'), '--markdown', at('a.md'), '--html', at('a.html')];
    const { stdout } = await evaluate(...files);
    expect(stdout).toMatch(/^average precision of lesions +0\.7500 +0\.7500 … 0\.8333$/m);
    expect(stdout).toMatch(/^lesions found at 1 false alarm a case +1\.0000 /m);
    expect(stdout).toContain('Probabilities: connected voxels from 0.1 on are a candidate');
    const [header, first] = readFileSync(at('a.csv'), 'utf8').split('\r\n');
    expect(header).toMatch(/,average_precision,calibration_error,brier_score$/);
    expect(first).toMatch(/,0\.8333333333333333,[\d.]+,[\d.]+$/);
    expect(readFileSync(at('a.md'), 'utf8')).toContain('| average precision of lesions | 0.7500 |');
    const { document } = parseHTML(readFileSync(at('a.html'), 'utf8'));
    expect(document.querySelector('[aria-label^="FROC; average precision 0.7500"]')).not.toBeNull();
    expect(document.querySelector('[aria-label^="Reliability; expected"]')).not.toBeNull();
  });
});

describe('probabilities that are none end in one line', () => {
  async function refused(...more: string[]): Promise<string> {
    const outcome = await evaluate(...more);
    expect(outcome).toMatchObject({ code: 65, stdout: '' });
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1);
    return outcome.stderr;
  }

  it('where a case has none', async () => {
    rmSync(at('labels/p2_probability.nii'));
    // The labels of its name hold 0 and 1, which could be probabilities; the truth's folder has neither.
    rmSync(at('labels/p2.nii'));
    await writeRows(at('labels', 'p2.nii'), []);
    mkdirSync(at('other'));
    await writeRows(at('other', 'p1_probability.nii'), []);
    expect(await refused('--probabilities', at('other'))).toMatch(
      /case 'p2': '.*other' must have its probabilities, 'p2_probability' or .* but has none/,
    );
  });

  it('where they are logits, or no numbers', async () => {
    for (const value of [-2, 1.5, 255, Number.NaN]) {
      await writeRows(at('labels', 'p2_probability.nii'), [[_, value]]);
      expect(await refused()).toMatch(
        /case 'p2': '.*p2_probability.nii' must hold probabilities from 0 to 1, got (-2|1\.5|255|NaN) at \[slice, row, column\] \[0, 0, 1\]/,
      );
    }
  });

  it('where they lie elsewhere, or are of another size', async () => {
    const affine = [1, 0, 0, 7, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const small = ndarray(new Float32Array(50), [1, 5, 10]);
    await writeVolume(at('labels', 'p2_probability.nii'), createVolume(small, { affine }));
    expect(await refused()).toMatch(/case 'p2': '.*p2_probability.nii' must .* 7/);
    rmSync(at('labels', 'p2_probability.nii'));
    await writeImage(at('labels', 'p2_probability.png'), ndarray(new Uint8Array(12), [3, 4]));
    expect(await refused()).toMatch(
      /must have the shape of the truth, \[1, 5, 10\], got \[1, 3, 4\]/,
    );
  });

  it('where a label has none', async () => {
    await writeRows(at('truth', 'p1.nii'), [[1, 2]]);
    expect(await refused()).toMatch(
      /case 'p1': there must be probabilities of label 2, which is scored, but there are those of 1 only/,
    );
  });
});
