import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import { parseHTML } from 'linkedom';
import ndarray from 'ndarray';
import { beforeEach, describe, expect, it } from 'vitest';
import { cli } from '../cli/run.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

/** Runs of voxels: from where on, how many, of which label. */
type Runs = readonly (readonly [first: number, length: number, label?: number])[];

/** A volume of 3×4×8 voxels of 10 mm³. Two rows that begin at 0 and 88 are no neighbours. */
async function writeRuns(path: string, runs: Runs): Promise<void> {
  const data = new Float32Array(96);
  for (const [first, length, label = 1] of runs) data.fill(label, first, first + length);
  const affine = [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1];
  await writeVolume(path, createVolume(ndarray(data, [3, 4, 8]), { spacing: [5, 1, 2], affine }));
}

async function writeCases(cases: Readonly<Record<string, { truth: Runs; prediction: Runs }>>) {
  for (const name of ['truth', 'prediction']) mkdirSync(at(name), { recursive: true });
  for (const [id, { truth, prediction }] of Object.entries(cases)) {
    await writeRuns(at('truth', `${id}.nii.gz`), truth);
    await writeRuns(at('prediction', `${id}.nrrd`), prediction);
  }
}

/** Half found; one lesion of two missed; a miss and a false alarm; nothing where nothing is. */
const cases = {
  p1_1: { truth: [[0, 8]], prediction: [[0, 4]] },
  p1_2: {
    truth: [
      [0, 2],
      [88, 4],
    ],
    prediction: [[0, 2]],
  },
  p2_1: { truth: [[0, 4]], prediction: [[88, 6]] },
  p3_1: { truth: [], prediction: [] },
} satisfies Record<string, { truth: Runs; prediction: Runs }>;

const evaluate = (...more: string[]) =>
  cli('evaluate', '--prediction', at('prediction'), '--truth', at('truth'), ...more);

/** The JSON of an evaluation. */
// biome-ignore lint/suspicious/noExplicitAny: tests index the file freely.
async function evaluated(...more: string[]): Promise<any> {
  expect(await evaluate('--json', at('one.json'), ...more)).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(readFileSync(at('one.json'), 'utf8'));
}

/** A line of a manifest. */
function item(id: string, group: string, mask: string | null, more: object = {}): string {
  const size = [3, 4, 8];
  const known = { size, spacing: [5, 1, 2], area: mask === null ? 0 : 1, digest: '0'.repeat(64) };
  return JSON.stringify({ id, group, image: `${id}.nii`, mask, ...known, ...more });
}

beforeEach(async () => {
  folder = temporaryFolder();
  await writeCases(cases);
});

describe('evaluate of two folders', () => {
  it('gives how much and how many, by case and over all, as counted by hand', async () => {
    const { cases: each, scores, lesions } = await evaluated();
    const values = (name: string) =>
      each.map((one: { scores: Record<string, { value: number }> }) => one.scores[name]!.value);
    const close = (all: readonly number[]) => all.map((value) => expect.closeTo(value, 12));
    expect(each.map(({ id }: { id: string }) => id)).toEqual(Object.keys(cases));
    expect(values('dice')).toEqual(close([2 / 3, 1 / 2, 0, 1]));
    // Half of a lesion is no pair of panoptic quality; one of two found whole is 1 / (1 + 1/2).
    expect(values('lesion-dice')).toEqual(close([2 / 3, 1 / 2, 0, 1]));
    expect(values('panoptic-quality')).toEqual(close([0, 2 / 3, 0, 1]));
    expect(values('volume-difference')).toEqual(close([-0.04, -0.04, 0.02, 0]));
    expect(values('absolute-volume-difference')).toEqual(close([0.04, 0.04, 0.02, 0]));
    expect(values('false-positive-volume')).toEqual(close([0, 0, 0.06, 0]));
    expect(values('false-negative-volume')).toEqual(close([0, 0.04, 0.04, 0]));
    expect(values('count-difference')).toEqual([0, -1, 0, 0]);
    expect(values('absolute-count-difference')).toEqual([0, 1, 0, 0]);
    expect(values('false-alarms')).toEqual([0, 0, 1, 0]);
    expect(scores['volume-difference'].mean).toBeCloseTo(-0.015, 12);
    expect(scores['absolute-volume-difference'].mean).toBeCloseTo(0.025, 12);
    expect(scores['count-difference'].mean).toBe(-0.25);
    expect(scores['false-alarms']).toMatchObject({ mean: 0.25, counted: 4 });
    expect(lesions).toMatchObject({ found: 2, missed: 2, falsePositives: 1 });
  });

  it('counts lesions found by size between the quartiles of all, by hand', async () => {
    const { recallBySize, cases: each } = await evaluated();
    // Of 20, 40, 40 and 80 mm³ both of 40 are missed.
    expect(recallBySize).toEqual([
      { from: 0, to: 40, lesions: 1, found: 1, recall: 1, interval: expect.anything() },
      { from: 40, to: 80, lesions: 2, found: 0, recall: 0, interval: expect.anything() },
      { from: 80, to: null, lesions: 1, found: 1, recall: 1, interval: expect.anything() },
    ]);
    const found = (i: number) => each[i].recallBySize.map((bin: { found: number }) => bin.found);
    expect([found(0), found(1)]).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    await writeCases({ p4_1: { truth: [[0, 4]], prediction: [[0, 4]] } });
    const more = await evaluated('--patient', '{patient}_*');
    // Of 20, 40, 40, 40 and 80 mm³ all three quartiles are 40, one edge. From there on p1 has one found of
    // two, p2 none of one, p4 one of one, p3 no lesion: draws of p2 and p3 alone (15 of 256) find none, of
    // p4 and p3 all, and of p3 alone (1 of 256) have no recall.
    const { interval, ...bin } = more.recallBySize[1];
    expect(bin).toEqual({ from: 40, to: null, lesions: 4, found: 2, recall: 1 / 2 });
    expect(interval).toMatchObject({ estimate: 1 / 2, low: 0, high: 1 });
    expect(interval.undefinedResamples).toBeGreaterThan(10);
    expect(interval.undefinedResamples).toBeLessThan(80);
    rmSync(at('truth', 'p4_1.nii.gz'));
    rmSync(at('prediction', 'p4_1.nrrd'));
    const { stdout } = await evaluate();
    expect(stdout).toMatch(/lesions found, by volume +below 40 +40 to 80 +from 80 mm³/);
    expect(stdout).toMatch(/^p1_2 +1 of 1 +0 of 1 +–$/m);
    expect(stdout).toMatch(/^all +1 of 1 +0 of 2 +1 of 1$/m);
  });

  it('counts lesions found by size between what is asked for, and refuses what does not rise', async () => {
    const { recallBySize, cases: each } = await evaluated('--sizes', '30,40,200');
    const counts = (bins: { lesions: number; found: number }[]) =>
      bins.map(({ lesions, found }) => [lesions, found]);
    // Of 20, 40, 40 and 80 mm³; 40 belongs to what begins there.
    expect(counts(recallBySize)).toEqual([
      [1, 1],
      [0, 0],
      [3, 1],
      [0, 0],
    ]);
    expect(counts(each[1].recallBySize)).toEqual([
      [1, 1],
      [0, 0],
      [1, 0],
      [0, 0],
    ]);
    const { stdout } = await evaluate('--sizes', '30,40,200');
    expect(stdout).toMatch(/volume +below 30 +30 to 40 +40 to 200 +from 200 mm³/);
    expect(stdout).toContain('sizes of lesions are divided as asked for');
    for (const wrong of ['', '0,10', '20,10', '5,x']) {
      const refused = await evaluate('--sizes', wrong);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('--sizes must be volumes above 0 in mm³');
    }
  });

  it('draws patients whole for the intervals, whose they are by name, and says so', async () => {
    const own = (await evaluated()).scores.dice.interval;
    const whole = await evaluated('--patient', '{patient}_*');
    // All three draws are p2 (Dice 0), or p3 (1), in 1 of 27 samples each: more than the 2.5 % left out.
    expect(whole.scores.dice.interval).toMatchObject({ low: 0, high: 1, confidence: 0.95 });
    expect(whole.cases[1].patient).toBe('p1');
    // All four draws are one case in 1 of 256: less.
    expect(own.low).toBeGreaterThan(0);
    expect(own.high).toBeLessThan(1);
    expect(own.estimate).toBe(whole.scores.dice.mean);
    const few = (seed: string) => evaluated('--seed', seed, '--resamples', '7');
    expect((await few('1')).scores).toEqual((await few('1')).scores);
    expect((await few('1')).scores.dice.interval).not.toEqual(
      (await few('2')).scores.dice.interval,
    );
    const { stdout } = await evaluate('--patient', '{patient}_*', '--seed', '3');
    expect(stdout).toContain('4 cases of 3 patients; intervals by bootstrap');
    expect(stdout).toMatch(/seed 3, 10000 resamples/);
    expect(stdout).toMatch(/^Dice +0\.5417 +0\.0000 … 1\.0000 +0\.5833 +4$/m);
  });

  it('each label of any case is scored in all, as that label alone is', async () => {
    await writeCases({
      p3_1: { truth: [[88, 4, 2]], prediction: [[86, 4, 2]] },
      p4_1: {
        truth: [
          [0, 4],
          [88, 4, 3],
        ],
        prediction: [[0, 4, 3]],
      },
    });
    const { labels, cases: each } = await evaluated();
    expect(labels.map(({ label }: { label: number }) => label)).toEqual([1, 2, 3]);
    for (const [i, { label, slices, lesions, scores }] of labels.entries()) {
      const alone = await evaluated('--label', String(label));
      expect({ slices, lesions, scores }, `label ${label}`).toEqual({
        slices: alone.slices,
        lesions: alone.lesions,
        scores: alone.scores,
      });
      for (const [c, one] of alone.cases.entries()) {
        expect(each[c].labels[i].scores).toEqual(one.scores);
      }
    }
    expect(labels[1].scores.dice.decidedByRule).toEqual({ both: 4, one: 0 });
    // Of label 1 all of one lesion, one of two, none of one and of one, and nothing where nothing is: the mean over
    // cases is 1/2, though 2 of 5 are found.
    const { stdout } = await evaluate();
    expect(stdout).toMatch(
      /^label, mean over cases .*\n.*\n1 .* 5 +2 +1 +0\.\d+ +0\.5000 +0\.\d+$/m,
    );
    // A label that a case does not have is left out of its means, of lesions too: of two lesions of label 1, one.
    const skipped = await evaluated('--empty', 'skip');
    expect(skipped.cases[1].lesions).toMatchObject({ found: 1, missed: 1, recall: 0.5 });
    for (const { lesions, scores, id } of skipped.cases) {
      expect([lesions.precision, lesions.recall, lesions.f1], id).toEqual(
        ['precision', 'recall', 'f1'].map((name) => scores[`lesion-${name}`].value),
      );
    }
  });

  it('finds what lies behind links, under either Unicode form of a name, and nothing that is hidden', async () => {
    const before = await evaluated();
    const [composed, decomposed] = ['Müller'.normalize('NFC'), 'Müller'.normalize('NFD')];
    for (const [name, form] of [
      ['truth', composed],
      ['prediction', decomposed],
    ] as const) {
      mkdirSync(at('linked', name), { recursive: true });
      symlinkSync(at(name), at('linked', name, form));
      // What macOS leaves beside files on disks of other systems.
      writeFileSync(at('linked', name, '._p1_1.nii.gz'), 'no volume');
    }
    const args = ['--prediction', at('linked/prediction'), '--truth', at('linked/truth')];
    const outcome = await cli('evaluate', ...args, '--json', at('linked.json'));
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { cases: each, scores } = JSON.parse(readFileSync(at('linked.json'), 'utf8'));
    expect(each.map(({ id }: { id: string }) => id)).toEqual(
      Object.keys(cases).map((id) => `${composed}/${id}`),
    );
    expect(scores).toEqual(before.scores);
  });

  it('scores each case as its pair of files, with every option', async () => {
    await writeCases({
      q: {
        truth: [
          [0, 8],
          [88, 2, 5],
        ],
        prediction: [
          [1, 6],
          [90, 2],
        ],
      },
    });
    const pair = async (id: string, ...more: string[]) => {
      const json = at('pair.json');
      const [prediction, truth] = [at('prediction', `${id}.nrrd`), at('truth', `${id}.nii.gz`)];
      const args = ['--prediction', prediction, '--truth', truth, '--json', json];
      expect(await cli('evaluate', ...args, ...more)).toMatchObject({ code: 0 });
      return JSON.parse(readFileSync(json, 'utf8')).cases[0];
    };
    for (const more of [
      ['--label', 'all', '--tolerance', '2.5'],
      ['--label', '1', '--ignore', '5', '--empty', 'worst', '--penalty', '99'],
      ['--threshold', '0.5', '--truth-threshold', '4'],
    ]) {
      for (const one of (await evaluated(...more)).cases) {
        const { slices, lesions, scores } = await pair(one.id, ...more);
        expect(one, `${one.id} ${more}`).toMatchObject({ slices, lesions, scores });
      }
    }
  });

  it('takes contours with the images of their names', async () => {
    const dicom = fileURLToPath(new URL('../scoring/fixtures/dicom/', import.meta.url));
    const oracle = JSON.parse(readFileSync(join(dicom, 'scores.json'), 'utf8'));
    for (const name of ['c/truth', 'c/prediction', 'c/images', 'c/series/one'])
      mkdirSync(at(name), { recursive: true });
    copyFileSync(join(dicom, 'drawn.dcm'), at('c/truth/one.dcm'));
    copyFileSync(join(dicom, 'drawn.dcm'), at('c/prediction/one.dcm'));
    copyFileSync(join(dicom, 'truth-lps.nii.gz'), at('c/images/one.nii.gz'));
    const args = ['--prediction', at('c/prediction'), '--truth', at('c/truth')];
    const json = ['--json', at('c.json')];
    const found = await cli('evaluate', ...args, '--image', at('c/images'), ...json);
    expect(found).toMatchObject({ code: 0, stderr: '' });
    const { scores } = JSON.parse(readFileSync(at('c.json'), 'utf8'));
    expect(scores.dice.mean).toBeCloseTo(oracle.drawn.drawn, 12);
    renameSync(at('c/images/one.nii.gz'), at('c/images/two.nii.gz'));
    const lacking = await cli('evaluate', ...args, '--image', at('c/images'));
    expect(lacking.stderr).toMatch(/case 'one': '.*images' must have its image by this name/);
  });

  it('takes manifests, and from the truth’s whose a case is and what is ignored', async () => {
    const truth = at('truth.jsonl');
    const lines = Object.keys(cases).map((id) =>
      item(id, id === 'p3_1' ? 'p2' : id.slice(0, 2), `truth/${id}.nii.gz`, { ignore: 9 }),
    );
    writeFileSync(truth, lines.join('\n'));
    await writeCases({
      p2_1: {
        truth: [
          [0, 4],
          [88, 6, 9],
        ],
        prediction: [[88, 6]],
      },
    });
    const args = ['--prediction', at('prediction'), '--truth', truth];
    const outcome = await cli('evaluate', ...args, '--json', at('one.json'));
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { cases: each } = JSON.parse(readFileSync(at('one.json'), 'utf8'));
    expect(each.map(({ patient }: { patient: string }) => patient)).toEqual([
      ...['p1', 'p1', 'p2', 'p2'],
    ]);
    expect(each[2].scores['false-alarms'].value).toBe(0);
    expect(outcome.stdout).toContain('Voxels left out, which the truth ignores: 6.');
    writeFileSync(truth, [...lines.slice(1), item('p1_1', 'p1', null)].join('\n'));
    expect((await cli('evaluate', ...args)).stderr).toMatch(
      /case 'p1_1': '.*truth.jsonl' must name its mask, but has none/,
    );
  });

  it('passes over the probabilities that lie beside predicted labels', async () => {
    const before = await evaluated();
    await writeRuns(at('prediction', 'p1_1_probability.nii.gz'), [[0, 8, 0.25]]);
    await writeRuns(at('prediction', 'p1_2_probability-1.nii.gz'), [[0, 8, 0.25]]);
    expect(await evaluated()).toEqual(before);
  });

  it('takes probabilities alone by a threshold, under the names of their labels', async () => {
    const { cases: before } = await evaluated();
    for (const [id, { prediction }] of Object.entries(cases)) {
      rmSync(at('prediction', `${id}.nrrd`));
      const soft = prediction.map(([first, length]): [number, number, number] => [
        ...([first, length] as const),
        0.75,
      ]);
      await writeRuns(at('prediction', `${id}_probability.nii.gz`), soft);
    }
    const more = ['--threshold', '0.5', '--probabilities', at('prediction')];
    const soft = await evaluated(...more);
    expect(soft.cases.map((one: { scores: unknown }) => one.scores)).toEqual(
      before.map((one: { scores: unknown }) => one.scores),
    );
    expect(soft.probabilities.labels[0].candidates).toBe(3);
    expect((await evaluate()).stderr).toMatch(/case 'p1_1': .* give --threshold/);
  });

  it('writes a line a case as CSV, and the means with intervals as Markdown', async () => {
    const files = ['--csv', at('one.csv'), '--markdown', at('one.md')];
    const { scores, cases: each } = await evaluated('--patient', '{patient}_*', ...files);
    const [header, ...lines] = readFileSync(at('one.csv'), 'utf8').trimEnd().split('\r\n');
    const names = header!.split(',');
    expect(names.slice(0, 4)).toEqual(['case', 'patient', 'label', 'dice']);
    expect(lines).toHaveLength(4);
    const [first, , third] = lines.map((line) =>
      Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])),
    );
    expect(first).toMatchObject({ case: 'p1_1', patient: 'p1', label: '', empty: '' });
    expect(Number(first!['dice'])).toBe(each[0].scores.dice.value);
    expect(third).toMatchObject({ lesions: '1', lesions_found: '0', false_alarms: '1' });
    const markdown = readFileSync(at('one.md'), 'utf8');
    expect(markdown).toContain('| score | mean over cases | 95 % interval | median | cases |');
    expect(markdown).toContain(`| Dice | ${scores.dice.mean.toFixed(4)} | 0.0000 … 1.0000 |`);
    expect(markdown).toContain('| all | 1 of 1 | 0 of 2 | 1 of 1 |');
    expect(markdown).toContain('- 4 cases of 3 patients');
    await writeCases({ p3_1: { truth: [[88, 4, 2]], prediction: [[86, 4, 2]] } });
    await evaluated(...files);
    const labelled = readFileSync(at('one.csv'), 'utf8').trimEnd().split('\r\n');
    expect(labelled.slice(1, 4).map((line) => line.split(',').slice(0, 3))).toEqual([
      ['p1_1', 'p1_1', ''],
      ['p1_1', 'p1_1', '1'],
      ['p1_1', 'p1_1', '2'],
    ]);
  });

  it('makes a page with every case, whose numbers and texts are those of the scores', async () => {
    await writeCases({ 'p5_<i>': { truth: [[0, 8]], prediction: [] } });
    const args = ['--patient', '{patient}_*', '--html', at('one.html'), '--empty', 'skip'];
    const { scores, cases: each } = await evaluated(...args);
    const page = readFileSync(at('one.html'), 'utf8');
    expect(page).not.toMatch(/<i>|src="(?!data:)|https?:[^"]*\.(js|css)/);
    expect(page).toContain('p5_&lt;i&gt;');
    expect(page).toContain(`<td>${scores.dice.mean.toFixed(4)}</td>`);
    expect(page.match(/<svg/g)).toHaveLength(3);
    const { document } = parseHTML(page);
    const rows = [...document.querySelectorAll('.sortable tbody tr')];
    expect(rows).toHaveLength(5);
    const cells = rows.map((row) => [...row.children].map((cell) => cell.getAttribute('data-v')));
    expect(cells.map(([id, patient, dice]) => [id, patient, dice])).toEqual(
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      each.map(({ id, patient, scores }: any) => [id, patient, String(scores.dice.value ?? '')]),
    );
    // Left out, not 0: it is sorted behind all others.
    expect(cells[3]![2]).toBe('');
    expect(document.querySelector('[aria-label^="Lesions found by size"]')).not.toBeNull();
    // Bland and Altman's points: one a case, at true and predicted volume.
    expect(document.querySelectorAll('[aria-label^="Differences"] circle')).toHaveLength(5);
    expect(each[0].volumes).toEqual({ truth: 0.08, prediction: 0.04 });
  });

  // Windows has no named pipes among its files.
  const hasPipes = process.platform !== 'win32';
  it.runIf(hasPipes)('writes into pipes, and under names as long as names may be', async () => {
    const pipe = at('pipe');
    execFileSync('mkfifo', [pipe]);
    const read = readFile(pipe, 'utf8');
    const long = at(`${'ü'.repeat(125)}.json`);
    const outcome = await evaluate('--csv', pipe, '--json', long, '--markdown', at('one.md'));
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    await evaluate('--csv', at('one.csv'), '--json', at('one.json'));
    expect(await read).toBe(readFileSync(at('one.csv'), 'utf8'));
    expect(readFileSync(long, 'utf8')).toBe(readFileSync(at('one.json'), 'utf8'));
  });

  it('refuses what is not there twice, in one line', async () => {
    rmSync(at('prediction', 'p2_1.nrrd'));
    const lacking = await evaluate();
    expect(lacking.stderr).toMatch(
      /case 'p2_1': '.*truth' has it, but '.*prediction' has no volume of this name .* out of both/,
    );
    const mixed = await cli(
      ...['evaluate', '--prediction', at('prediction'), '--truth', at('truth/p1_1.nii.gz')],
    );
    expect(mixed).toMatchObject({ code: 2, stdout: '' });
    expect(mixed.stderr).toContain('must be two files, or two folders or manifests');
    const file = at('truth/p1_1.nii.gz');
    const pair = ['--prediction', file, '--truth', file, '--patient', '{patient}_*'];
    expect((await cli('evaluate', ...pair)).stderr).toContain('--patient is for folders');
  });
});
