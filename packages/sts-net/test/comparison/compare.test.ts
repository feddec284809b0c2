import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../cli/run.ts';
import { withFaultyDisk } from '../faulty-disk.ts';

const shape: [number, number, number] = [3, 4, 8];
const spacing = [5, 1, 2] as const;
let folder: string;
const at = (...names: string[]) => join(folder, ...names);

/** A label volume whose row in the middle is 1 over the first `length` voxels. */
async function writeRow(
  path: string,
  length: number,
  { size = shape, shift = 0, value = 1 } = {},
): Promise<void> {
  const data = new Float32Array(size[0] * size[1] * size[2]);
  data.fill(value, 48, 48 + length);
  const affine = [2, 0, 0, shift, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1];
  await writeVolume(path, createVolume(ndarray(data, [...size]), { spacing, affine }));
}

/** Four patients, one with two scans; a finds half of each lesion, b all of one and 6/8 of the others. */
async function writeCases(to: string): Promise<void> {
  for (const name of ['truth', 'a', 'b']) mkdirSync(join(to, name), { recursive: true });
  for (const id of ['p1_1', 'p1_2', 'p2_1', 'p3_1', 'p4_1']) {
    await writeRow(join(to, 'truth', `${id}.nii.gz`), 8);
    await writeRow(join(to, 'a', `${id}.nii.gz`), 4);
    await writeRow(join(to, 'b', `${id}.nrrd`), id === 'p1_1' ? 8 : 6);
  }
}

const compare = (...more: string[]) =>
  cli('compare', at('a'), at('b'), '--truth', at('truth'), ...more);
const byPatient = ['--patient', '{patient}_*'];

/** The JSON of a comparison. */
// biome-ignore lint/suspicious/noExplicitAny: tests index the file freely.
async function compared(...more: string[]): Promise<any> {
  expect(await compare('--json', at('one.json'), ...more)).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(readFileSync(at('one.json'), 'utf8'));
}

beforeAll(async () => {
  folder = temporaryFolder();
  await writeCases(folder);
});

describe('compare', () => {
  it('finds means and differences that can be counted by hand, and exact p-values', async () => {
    const { rows, patients } = await compared(...byPatient, '--scores', 'dice,precision,hd95');
    const [dice, precision, hd95] = rows;
    expect(patients).toBe(4);
    expect(dice).toMatchObject({ cases: 5, patients: 4, leftOut: 0, label: null });
    const none = { both: 0, one: 0 };
    expect(dice.byRule).toEqual({ a: none, b: none });
    expect(dice.meanA).toBeCloseTo(2 / 3, 12);
    expect(dice.meanB).toBeCloseTo((1 + (4 * 12) / 14) / 5, 12);
    expect(dice.difference.estimate).toBeCloseTo(dice.meanB - dice.meanA, 12);
    // Of 16 ways to exchange four patients, two are as extreme; Holm's factor of three scores is 3.
    expect(dice.permutation.pValue).toBe(0.125);
    expect(dice.wilcoxon.pValue).toBe(0.125);
    expect(dice.permutation.holm).toBe(0.375);
    expect(precision).toMatchObject({ meanA: 1, meanB: 1, permutation: { pValue: 1, holm: 1 } });
    // Steps of 2 mm: from the truth 0 (four times), 2, 4, 6, 8; the 95th percentile of eight is 7.3.
    expect(hd95.meanA).toBeCloseTo(7.3, 12);
    expect(hd95.meanB).toBeCloseTo((4 * 3.3) / 5, 12);
  });

  it('knows volumes in ml, and from a manifest whose a case is, by hand', async () => {
    const manifest = at('truth.jsonl');
    const known = { size: shape, spacing, area: 8, digest: '0'.repeat(64) };
    const line = (id: string) =>
      JSON.stringify({
        id,
        group: id.slice(0, 2),
        image: 'x.nii',
        mask: `truth/${id}.nii.gz`,
        ...known,
      });
    writeFileSync(manifest, ['p1_1', 'p1_2', 'p2_1', 'p3_1', 'p4_1'].map(line).join('\n'));
    const args = ['--scores', 'volume-difference,false-negative-volume', '--json', at('ml.json')];
    const outcome = await cli('compare', at('a'), at('b'), '--truth', manifest, ...args);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { rows, patients } = JSON.parse(readFileSync(at('ml.json'), 'utf8'));
    expect(patients).toBe(4);
    // Voxels of 10 mm³: a lacks 4 in each case, b 2 in four of five; both touch every lesion.
    expect(rows[0]).toMatchObject({ unit: 'ml', better: 'zero' });
    expect(rows[0].meanA).toBeCloseTo(-0.04, 12);
    expect(rows[0].meanB).toBeCloseTo((-0.02 * 4) / 5, 12);
    expect(rows[1]).toMatchObject({ better: 'lower', meanA: 0, meanB: 0 });
    expect(outcome.stdout).toContain('Lower is better: false negative volume (ml).');
    expect(outcome.stdout).toContain('Nearer 0 is better: volume difference (ml).');
  });

  it('compares two files with one, and counts lesions by size, by hand', async () => {
    const file = (name: string, ending = 'nii.gz') => at(name, `p1_1.${ending}`);
    const args = ['--truth', file('truth'), '--sizes', '50,100', '--scores', 'dice'];
    const json = ['--json', at('pair.json'), '--csv', at('pair.csv')];
    const outcome = await cli('compare', file('a'), file('b', 'nrrd'), ...args, ...json);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { rows, pooled, cases } = JSON.parse(readFileSync(at('pair.json'), 'utf8'));
    expect(cases).toHaveLength(1);
    expect(rows[0].meanA).toBeCloseTo(2 / 3, 12);
    expect(rows[0]).toMatchObject({ meanB: 1, patients: 1, permutation: { pValue: 1 } });
    // The lesion has 80 mm³, and both touch it.
    expect(pooled).toMatchObject([
      { title: 'lesions found, below 50', a: null, b: null },
      { title: 'lesions found, 50 to 100', a: 1, b: 1, difference: { estimate: 0 } },
      { title: 'lesions found, from 100 mm³', a: null, b: null },
    ]);
    expect(outcome.stdout).toContain('1 case of 1 patient; the difference is');
    expect(outcome.stdout).toContain('Of one patient no p-value can be below 1.0000');
    expect(readFileSync(at('pair.csv'), 'utf8')).toMatch(
      /^"lesions found, 50 to 100",,,p1_1.nii.gz,p1_1.nrrd,1,1,,,,,,1,1,0,0,0,,,,\r$/m,
    );
    // Sizes that differ little are told apart, each with the difference of its own lesions.
    const close = ['--truth', file('truth'), '--scores', 'dice', '--sizes', '80,80.001,80.002'];
    await cli('compare', file('a'), file('b', 'nrrd'), ...close, '--json', at('close.json'));
    expect(JSON.parse(readFileSync(at('close.json'), 'utf8')).pooled).toMatchObject([
      { title: 'lesions found, below 80', difference: { estimate: null } },
      { title: 'lesions found, 80 to 80.001', a: 1, b: 1, difference: { estimate: 0 } },
      { title: 'lesions found, 80.001 to 80.002', difference: { estimate: null } },
      { title: 'lesions found, from 80.002 mm³', difference: { estimate: null } },
    ]);
    const mixed = await cli('compare', at('a'), at('b'), '--truth', file('truth'));
    expect(mixed).toMatchObject({ code: 65, stdout: '' });
    expect(mixed.stderr).toContain('must be three files, or three folders or manifests');
  });

  it('compares probabilities of two methods', async () => {
    const to = join(folder, 'soft');
    await writeCases(to);
    for (const id of ['p1_1', 'p1_2', 'p2_1', 'p3_1', 'p4_1']) {
      await writeRow(join(to, 'a', `${id}_probability.nii`), 4, { value: 0.5 });
      await writeRow(join(to, 'b', `${id}_probability.nii`), 8, { value: 0.75 });
    }
    const soft = ['--probabilities-a', join(to, 'a'), '--probabilities-b', join(to, 'b')];
    const args = [join(to, 'a'), join(to, 'b'), '--truth', join(to, 'truth'), ...soft];
    const outcome = await cli('compare', ...args, '--json', at('one.json'));
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { pooled } = JSON.parse(readFileSync(at('one.json'), 'utf8'));
    const find = (title: string) => pooled.find((row: { title: string }) => row.title === title);
    expect(find('average precision of lesions')).toMatchObject({ a: 1, b: 1 });
    const brier = find('Brier score');
    // Of 96 voxels a has 4 off by 1/2 and misses 4, b 8 off by 1/4.
    expect(brier.a).toBeCloseTo((4 / 4 + 4) / 96, 12);
    expect(brier.b).toBeCloseTo(8 / 16 / 96, 12);
    expect(brier.difference.estimate).toBeCloseTo(brier.b - brier.a, 12);
    expect(outcome.stdout).toContain('Brier score.');
    const alone = await cli('compare', ...args.slice(0, 6));
    expect(alone).toMatchObject({ code: 2 });
    expect(alone.stderr).toContain('give --probabilities-a and --probabilities-b, or neither');
  });

  it('draws patients whole: the interval reaches from patient to patient, not from case to case', async () => {
    const [own] = (await compared('--scores', 'dice')).rows;
    const [whole] = (await compared(...byPatient, '--scores', 'dice')).rows;
    expect(own).toMatchObject({ cases: 5, patients: 5, permutation: { pValue: 2 / 32 } });
    expect(whole.difference.estimate).toBe(own.difference.estimate);
    // p1 alone holds the one case with difference 1/3; without p1 all are 6/7 − 2/3.
    expect(whole.difference.low).toBeCloseTo(6 / 7 - 2 / 3, 12);
    expect(whole.difference.high).toBeGreaterThan(whole.difference.estimate);
    expect(whole.difference.high).toBeLessThan((1 / 3 + 6 / 7 - 2 / 3) / 2);
  });

  it('repeats itself, whichever scores are asked for; another seed draws others', async () => {
    const all = await compared(...byPatient);
    const one = await compared(...byPatient, '--scores', 'lesion-f1,nsd,dice');
    const find = (from: typeof all, score: string) =>
      from.rows.find((row: { score: string }) => row.score === score);
    expect(find(one, 'nsd').difference).toEqual(find(all, 'nsd').difference);
    const seeded = await compared('--seed', '1', '--scores', 'dice', '--resamples', '7');
    const other = await compared('--seed', '2', '--scores', 'dice', '--resamples', '7');
    expect(seeded.rows[0].difference).not.toEqual(other.rows[0].difference);
  });

  it('counts what the rule for empty masks left out or decided', async () => {
    const to = join(folder, 'with-empty');
    await writeCases(to);
    await writeRow(join(to, 'truth', 'q_1.nii'), 0);
    await writeRow(join(to, 'a', 'q_1.nii'), 3);
    await writeRow(join(to, 'b', 'q_1.nii'), 0);
    const run = async (empty: string) => {
      const outcome = await cli(
        ...['compare', join(to, 'a'), join(to, 'b'), '--truth', join(to, 'truth')],
        ...['--empty', empty, '--json', at('one.json')],
      );
      expect(outcome).toMatchObject({ code: 0, stderr: '' });
      return { ...JSON.parse(readFileSync(at('one.json'), 'utf8')), stdout: outcome.stdout };
    };
    // b finds nothing where there is nothing, a has a false alarm: it must not vanish.
    const byRule = { a: { both: 0, one: 0 }, b: { both: 1, one: 0 } };
    for (const empty of ['best', 'one', 'skip']) {
      const { rows, stdout } = await run(empty);
      expect(rows[0]).toMatchObject({ cases: 6, leftOut: 0, byRule });
      expect(rows[0].meanA).toBeCloseTo(((2 / 3) * 5) / 6, 12);
      expect(rows[0].meanB).toBeCloseTo((2 + (4 * 12) / 14) / 6, 12);
      expect(stdout).toMatch(/^b: Cases that this rule decided .*: Dice 1 \+ 0, precision 1 \+ 0/m);
    }
    expect((await run('worst')).rows[0].meanB).toBeCloseTo((1 + (4 * 12) / 14) / 6, 12);
    await writeRow(join(to, 'a', 'q_1.nii'), 0);
    const skipped = await run('skip');
    expect(skipped.rows[0]).toMatchObject({ cases: 5, leftOut: 1 });
    expect(skipped.stdout).toMatch(/left out, .* both predictions are empty: Dice 1, /);
  });

  it('scores one label alone', async () => {
    const run = (...more: string[]) => compared('--scores', 'dice', '--label', '2', ...more);
    const [row] = (await run('--empty', 'skip')).rows;
    expect(row).toMatchObject({ cases: 0, leftOut: 5, meanA: null, permutation: { holm: null } });
    expect((await run()).rows[0]).toMatchObject({ cases: 5, meanA: 1, meanB: 1 });
  });

  it('prints a table and writes the same numbers as CSV, JSON, Markdown and HTML', async () => {
    const outcome = await compare(
      '--output',
      at('out'),
      '--names',
      'U-Net,ours | new',
      ...byPatient,
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(at('out')).sort()).toEqual(
      ['csv', 'html', 'json', 'md'].map((ending) => `comparison.${ending}`),
    );
    const file = (ending: string) => readFileSync(at('out', `comparison.${ending}`), 'utf8');
    const { rows } = JSON.parse(file('json'));
    const [header, ...lines] = file('csv')
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    // Nine scores, and the lesions found, which are all of one size.
    expect(lines).toHaveLength(10);
    for (const [i, line] of lines.slice(0, 9).entries()) {
      const cells = Object.fromEntries(header!.map((name, c) => [name, line[c]!]));
      const { score, meanA, meanB, difference, permutation, wilcoxon } = rows[i];
      expect(cells).toMatchObject({
        score,
        a: 'U-Net',
        b: 'ours | new',
        cases: '5',
        patients: '4',
      });
      expect(
        ['mean_a', 'mean_b', 'difference', 'low', 'high', 'p_permutation', 'p_wilcoxon_holm'].map(
          (name) => Number(cells[name]),
        ),
      ).toEqual([
        ...[meanA, meanB, difference.estimate, difference.low, difference.high],
        ...[permutation.pValue, wilcoxon.holm],
      ]);
    }
    expect(outcome.stdout).toMatch(/^Dice +0\.6667 +0\.8857 +\+0\.2190 .* 0\.1250 /m);
    expect(outcome.stdout).toMatch(/^HD95 \(mm\) +7\.30 +2\.64 +−4\.66 /m);
    expect(outcome.stdout).toContain('5 cases of 4 patients; the difference is ours | new − U-Net');
    expect(outcome.stdout).toContain('Of 4 patients no p-value can be below 0.1250');
    expect(file('md')).toMatch(/^\| score \| U-Net \| ours \\\| new \|/);
    expect(file('md')).toMatch(/^\| Dice \| 0\.6667 \| 0\.8857 \|/m);
    expect(file('html')).toContain('<th scope="row">Dice</th><td>0.6667</td>\n<td>0.8857</td>');
    expect(file('html')).toMatch(
      /<th scope="row" data-v="p1_2">p1_2<\/th><td data-v="p1">p1<\/td>\n<td data-v="0\.19047619\d+">0\.6667 0\.8571<\/td>/,
    );
    expect(file('html')).not.toMatch(/(src|href)=/);
  });
});

describe('bad input ends in one line that names the case, and no file', () => {
  /** Runs on a copy of the cases that `spoil` changes. */
  async function refused(
    code: number,
    spoil: (to: string) => Promise<void> | void,
    ...more: string[]
  ): Promise<string> {
    const to = temporaryFolder();
    await writeCases(to);
    await spoil(to);
    const before = readdirSync(to, { recursive: true }).length;
    const outcome = await cli(
      ...['compare', join(to, 'a'), join(to, 'b'), '--truth', join(to, 'truth')],
      ...['--csv', join(to, 'table.csv'), '--output', join(to, 'out'), ...more],
    );
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr.trimEnd().split('\n'), outcome.stderr).toHaveLength(1);
    expect(readdirSync(to, { recursive: true })).toHaveLength(before);
    return outcome.stderr;
  }
  const nothing = () => undefined;

  it.each([
    [
      'a case without prediction',
      (to: string) => writeRow(join(to, 'truth', 'p9_1.nii'), 3),
      /case 'p9_1': '.*truth' has it, but '.*a' has no volume of this name/,
    ],
    [
      'a prediction without truth',
      (to: string) => writeRow(join(to, 'b', 'p0_1.nii'), 3),
      /case 'p0_1': '.*b' has it, but '.*truth' has no volume/,
    ],
    [
      'another shape',
      (to: string) => writeRow(join(to, 'a', 'p2_1.nii.gz'), 4, { size: [3, 4, 9] }),
      /case 'p2_1': '.*' must have the shape of the truth, \[3, 4, 8\], got \[3, 4, 9\]/,
    ],
    [
      'another grid',
      (to: string) => writeRow(join(to, 'a', 'p3_1.nii.gz'), 4, { shift: 6 }),
      /case 'p3_1': '.*' must lie where the truth lies, .* up to 6\.0 mm elsewhere/,
    ],
    [
      'NaN',
      (to: string) => writeRow(join(to, 'a', 'p3_1.nii.gz'), 4, { value: Number.NaN }),
      /case 'p3_1': '.*' must hold whole numbers, got NaN .* or --threshold, by which they are back/,
    ],
    [
      'a negative label',
      (to: string) => writeRow(join(to, 'truth', 'p4_1.nii.gz'), 4, { value: -1 }),
      /case 'p4_1': .* got -1 .* give --ignore -1 if it marks voxels/,
    ],
    [
      'two volumes of one name',
      (to: string) => writeRow(join(to, 'b', 'p4_1.nii'), 4),
      /case 'p4_1': '.*b' must hold one volume of this name/,
    ],
    [
      'no volume at all',
      (to: string) => writeFileSync(join(to, 'a', 'p1_1.nii.gz'), 'no image'),
      /case 'p1_1': /,
    ],
  ])('%s', async (_, spoil, message) => {
    expect(await refused(65, spoil)).toMatch(message);
  });

  it.each([
    [['--patient', 'patient_*'], /--patient must hold \{patient\} once/],
    [['--patient', '{patient}-*'], /case 'p1_1': its name must fit --patient '\{patient\}-\*'/],
    [['--scores', 'dice,hd59'], /--scores must be of dice, .*, got 'hd59'; did you mean 'hd95'\?/],
    [
      ['--empty', 'bst'],
      /--empty must be of best, skip, zero, one, worst, got 'bst'; did you mean 'best'/,
    ],
    [['--penalty', '-374'], /--penalty must be a length in mm of at least 0, got '-374'/],
    [['--threshold', 'half'], /--threshold must be a number, got 'half'/],
    [['--ignore', '0.5'], /--ignore must be a whole number, got '0.5'/],
    [['--label', '1,0'], /--label must be a whole number from 1 on, several with commas/],
    [['--tolerance', '-1'], /--tolerance must be a length in mm of at least 0, got '-1'/],
    [['--resamples', '0'], /--resamples must be a whole number from 1 on/],
    [['--label', 'lesion'], /--label must be a whole number/],
    [['--names', 'one'], /--names must be two names/],
    [['--json', 'nowhere/at/all.json'], /cannot write 'nowhere\/at\/all.json'/],
  ])('%s', async (more, message) => {
    const code = { '--json': 1, '--patient': 65 }[more[0]!] ?? 2;
    expect(await refused(code, nothing, ...more)).toMatch(message);
  });

  it('a folder that is missing, holds no volumes, or holds a comparison already', async () => {
    expect(await cli('compare', at('nowhere'), at('b'), '--truth', at('truth'))).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/cannot read the folder '.*nowhere': it does not exist/),
    });
    mkdirSync(at('void'), { recursive: true });
    expect(await cli('compare', at('void'), at('b'), '--truth', at('truth'))).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/'.*void' must hold label volumes .* found none among 0/),
    });
    expect(await compare('--output', at('truth'))).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/--output: '.*truth' must not exist or be empty/),
    });
  });

  it('a full disk: what stood there before still stands', async () => {
    writeFileSync(at('precious.csv'), 'precious');
    const outcome = await withFaultyDisk({ bytes: 100 }, () =>
      compare('--csv', at('precious.csv'), '--scores', 'dice,recall'),
    );
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/cannot write '.*precious.csv': the disk is full/);
    expect(readFileSync(at('precious.csv'), 'utf8')).toBe('precious');
  });
});
