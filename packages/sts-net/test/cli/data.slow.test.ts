import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadManifest, manifestText } from '@sts-net/datasets';
import { temporaryFolder } from '@sts-net/testing';
import { readImage } from '@sts-net/volume-io';
import { beforeEach, describe, expect, it } from 'vitest';
import { columns, makeBusi, rows, writeMask } from '../../../datasets/test/make-images.ts';
import { writeLabels, writeRamp } from '../../../datasets/test/make-volumes.ts';
import { configFor } from '../make-data.ts';
import { cli } from './run.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const manifest = () => at('prepared', 'manifest.jsonl');

/** Runs a command that must succeed; what it prints. */
async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(...args);
  expect([code, stderr], stderr).toEqual([0, '']);
  return stdout;
}

beforeEach(async () => {
  folder = temporaryFolder();
  await makeBusi(at('BUSI'));
  await done('data', 'prepare', 'busi', at('BUSI'), '--output', at('prepared'));
});

describe('sts-net data', () => {
  it('goes to nnU-Net and back', async () => {
    await done('data', 'split', manifest(), '--test', '0.3', '--validation', '0.3');
    const raw = at('nnUNet_raw', 'Dataset501_BUSI');
    mkdirSync(at('nnUNet_raw'));
    const exporting = ['data', 'export', 'nnunet', manifest(), '--labels', 'lesion'];
    const text = await done(...exporting, '--output', raw);
    expect(text).toMatch(/Dataset501_BUSI: \d cases in imagesTr, \d in imagesTs\nnote: .*fold 0/);
    const { stderr } = await cli(...exporting, '--output', raw);
    expect(stderr).toContain('must not exist or be empty');
    const back = await done('data', 'prepare', 'nnunet', raw, '--output', at('back'));
    expect(back).toContain('9 images');
    expect(back).not.toContain('skipped');
  });

  it('names channels, checks them, and takes them to nnU-Net and back', async () => {
    for (const [i, id] of ['a', 'b'].entries()) {
      await writeRamp(at('scans', `${id}_T1.nii.gz`), i);
      if (id === 'a') await writeRamp(at('scans', `${id}_FLAIR.nii.gz`), 9);
      await writeLabels(at('scans', `${id}_M.nii.gz`), [1, 1]);
    }
    const prepare = async (...args: string[]) =>
      cli('data', 'prepare', 'nifti-pairs', at('scans'), '--mask', '{id}_M.nii.gz', ...args);
    const [flair, t1] = ['flair={id}_FLAIR.nii.gz', 't1={id}_T1.nii.gz'];
    const { stdout } = await prepare('--image', flair, '--image', t1, '--output', at('named'));
    expect(stdout).toContain('2 images');
    expect(stdout).toContain('\nwithout the channel flair: 1\n');
    const path = at('named', 'manifest.jsonl');
    expect((await loadManifest(path)).map(({ image }) => Object.keys(image))).toEqual([
      ['flair', 't1'],
      ['t1'],
    ]);
    expect(await done('data', 'check', path)).not.toContain('errors');
    mkdirSync(at('nnUNet_raw'));
    const raw = at('nnUNet_raw', 'Dataset502_MS');
    const exported = await cli('data', 'export', 'nnunet', path, '--output', raw);
    expect(exported.stderr).toContain("'b' has no 'flair'; leave it out, or the channel");
    const [complete] = await loadManifest(path);
    writeFileSync(path, manifestText([complete!]));
    await done('data', 'export', 'nnunet', path, '--output', raw);
    const back = ['data', 'prepare', 'nnunet', raw, '--channel', 't1,flair'];
    await done(...back, '--output', at('back'));
    const [one] = await loadManifest(at('back', 'manifest.jsonl'));
    expect([Object.keys(one!.image), one!.digest]).toEqual([['t1', 'flair'], complete!.digest]);
    for (const [images, message] of [
      [['{id}_T1.nii.gz', t1], 'each with a name of its own'],
      [[t1, '{id}_T1.nii.gz'], '--image must be one path, or one of each channel with its name'],
      [[t1, t1], "beside another 't1'"],
      [['1={id}_T1.nii.gz'], '--image must name a channel, as "flair": no number'],
      [[t1, 't2={id}_T2.nii.gz'], "--image: '"],
    ] as const) {
      const options = images.flatMap((image) => ['--image', image]);
      const { code, stderr } = await prepare(...options, '--output', at('wrong'));
      expect([code, stderr]).toEqual([expect.any(Number), expect.stringContaining(message)]);
      expect(code).not.toBe(0);
    }
  });

  it('goes from a data set to a trained, scored network', async () => {
    const split = await done('data', 'split', manifest(), '--test', '0.3', '--validation', '0.3');
    // Nine images, two of them one: eight groups, of which 0.3 is two.
    expect(split).toMatch(/\(4\) .* \(2\) .* \(2\)/);
    expect(await done('data', 'check', manifest())).toContain('benign (1) = malignant (1)');
    const { training } = configFor();
    const config = configFor({
      model: { encoder: 'mobilenet_v2', decoder: 'unet' },
      data: { cases: { manifest: 'prepared/manifest.jsonl' } },
      preprocessing: {
        size: [32, 32],
        normalization: { name: 'imagenet', maxPixelValue: 255 },
      },
      training: {
        ...(training as object),
        steps: 2,
        patch: null,
        validation: { every: 2 },
        saveEvery: 2,
      },
    });
    writeFileSync(at('config.json'), JSON.stringify(config));
    await done('train', at('config.json'));
    const log = readFileSync(at('run', 'log.jsonl'), 'utf8').split('\n');
    const { cases, slices } = JSON.parse(log[0]!);
    expect(slices).toBe(cases.training.length);
    const items = await loadManifest(manifest());
    expect(new Set(cases.test)).toEqual(
      new Set(items.filter(({ split: own }) => own === 'test').map(({ id }) => id)),
    );
    const scores = await done('evaluate', '--model', at('run'), '--backend', 'wasm');
    for (const id of cases.test) expect(scores).toContain(id);
    const output = at('label.png');
    const image = at('BUSI/benign/benign (3).png');
    const found = await done('predict', image, '--model', at('run'), '--output', output);
    expect(found).toContain(`pixels found in ${rows} × ${columns}`);
    const { pixels } = await readImage(output);
    expect(pixels.shape).toEqual([rows, columns, 1]);
    expect([...new Set(pixels.data)].every((value) => value === 0 || value === 255)).toBe(true);
    const wrong = await cli('predict', image, '--model', at('run'), '--output', at('x.nii'));
    expect(wrong.stderr).toContain('--output must end in .png, because the image is 2-D');
    expect(await done('stats', at('config.json'))).toContain('lesion pixels (S)');
  });

  it('writes a page of what there is, with the limits N1 and N2', async () => {
    const text = await done('data', 'stats', manifest(), '--output', at('x.html'));
    // Areas 4, 9, 16, 25, 36, 49, 4, 24: S/A = 167/8 = 20.9, so N1 = 25, and N2 = 16.
    expect(text).toMatch(/all +9 +8 +9 +8 +167 +25 +16/);
    const page = readFileSync(at('x.html'), 'utf8');
    expect(page).toContain('N1 = 25');
    expect(page).toContain('N2 = 16');
    expect(page.match(/<figure><img/g)).toHaveLength(8);
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
  });

  it('writes a manifest for each fold, with paths from where it lies', async () => {
    await done('data', 'split', manifest(), '--folds', '4', '--output', at('cv', 'busi.jsonl'));
    expect(readdirSync(at('cv')).sort()).toEqual([0, 1, 2, 3].map((i) => `busi.fold-${i}.jsonl`));
    for (const name of readdirSync(at('cv'))) await done('data', 'check', at('cv', name));
    const one = at('one.jsonl');
    await done('data', 'split', manifest(), '--folds', '4', '--fold', '2', '--output', one);
    const groups = async (path: string) =>
      (await loadManifest(path)).map(({ id, split }) => `${id} ${split}`);
    expect(await groups(one)).toEqual(await groups(at('cv', 'busi.fold-2.jsonl')));
  });
});

describe('sts-net data check', () => {
  const check = (...paths: string[]) => cli('data', 'check', ...paths);

  it('finds what lies in two splits, by image and by group', async () => {
    const items = await loadManifest(manifest());
    const leaking = items.map((item, i) => ({
      ...item,
      group: item.id,
      split: i < 5 ? ('training' as const) : ('test' as const),
    }));
    writeFileSync(at('prepared', 'leak.jsonl'), manifestText(leaking));
    const byImage = await check(at('prepared', 'leak.jsonl'));
    expect(byImage.code).toBe(65);
    expect(byImage.stdout).toContain(
      "the same image is in two splits, as 'benign (1)' (training) and 'malignant (1)' (test)",
    );
    const grouped = leaking.map((item) => ({ ...item, group: 'p' }));
    writeFileSync(at('prepared', 'leak.jsonl'), manifestText(grouped));
    expect((await check(at('prepared', 'leak.jsonl'))).stdout).toContain("the group 'p' is in two");
  });

  it('takes several manifests as parts that must have nothing in common', async () => {
    const items = await loadManifest(manifest());
    const names = ['a', 'b', 'c'].map((name) => at('prepared', `${name}.jsonl`));
    writeFileSync(names[0]!, manifestText(items.slice(0, 3)));
    writeFileSync(names[1]!, manifestText(items.slice(3, 6)));
    writeFileSync(names[2]!, manifestText(items.slice(7)));
    expect((await check(...names)).code).toBe(0);
    writeFileSync(names[2]!, manifestText(items.slice(2)));
    const { code, stdout, stderr } = await check(...names);
    expect([code, stderr.includes('errors; see above')]).toEqual([65, true]);
    expect(stdout).toContain("as 'benign (3)'");
  });

  it('finds files that are missing, broken or changed, and masks that do not fit', async () => {
    writeFileSync(at('BUSI/benign/benign (1).png'), 'broken');
    copyFileSync(at('BUSI/benign/benign (3).png'), at('BUSI/benign/benign (2).png'));
    await writeMask(at('BUSI/benign/benign (4)_mask.png'), [0, 0, 9]);
    copyFileSync(at('prepared/masks/malignant (2).png'), at('BUSI/normal/normal (1)_mask.png'));
    const { code, stdout } = await check(manifest());
    expect(code).toBe(65);
    expect(stdout).toMatch(/'benign \(1\)': .*must start like/);
    expect(stdout).toMatch(/'benign \(2\)': its digest is .* the file was changed/);
    expect(stdout).toContain("'benign (4)': its area is 81, but the manifest says 25");
    expect(stdout).toContain('labels: 255 in 8 masks');
  });
});

describe('bad arguments of sts-net data', () => {
  it.each([
    [['data'], 'a command is needed'],
    [['data', 'prepair'], "did you mean 'prepare'?"],
    [['data', 'prepare', 'busy', '.', '--output', 'x'], "did you mean 'busi'?"],
    [['data', 'prepare', 'busi', '.', '--output', 'x', '--max-share', '0'], '--max-share must be'],
    [['data', 'prepare', 'nnunet', '.', '--output', 'x', '--fold', '-1'], '--fold must be'],
    [
      ['data', 'prepare', 'bids', '.', '--output', 'x', '--consensus', 'stapel'],
      "did you mean 'staple'?",
    ],
    [['data', 'prepare', 'busi', '.', '--output', 'x', '--map', '1:2'], '--map must be stored'],
    [['data', 'export', 'nnunett', 'x', '--output', 'x'], "did you mean 'nnunet'?"],
    [['data', 'export', 'nnunet', 'nowhere.jsonl', '--output', 'x'], 'it does not exist'],
    [['data', 'split', 'x.jsonl'], 'give --test, --validation or both'],
    [['data', 'split', 'x.jsonl', '--folds', '5', '--test', '0.1'], 'give --test'],
    [['data', 'split', 'x.jsonl', '--folds', '5', '--fold', '5'], 'from 0 below 5'],
    [['data', 'split', 'x.jsonl', '--test', '1'], '--test must be a share'],
    [['data', 'check', 'nowhere.jsonl'], 'it does not exist'],
    [['data', 'stats', 'x.jsonl', '--output', 'x.png'], 'must end in .html'],
  ])('%j', async (args, message) => {
    const { code, stderr } = await cli(...args);
    expect(code).toBe(args.includes('nowhere.jsonl') ? 65 : 2);
    expect(stderr).toContain(message);
  });

  it('prints help for each command', async () => {
    for (const name of ['prepare', 'stats', 'split', 'check', 'export']) {
      const { code, stdout } = await cli('data', name, '--help');
      expect([code, stdout.includes(`sts-net data ${name}`)]).toEqual([0, true]);
    }
  });
});
