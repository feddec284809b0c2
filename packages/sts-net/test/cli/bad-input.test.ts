import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-code.ts';
import { readSafetensorsFile, writeSafetensors } from '../../src/weights/weight-files.ts';
import { configFor, makeData, oneStep } from '../make-data.ts';
import { type CliOutcome, cli } from './run.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await makeData();
  writeFileSync(at('good.json'), JSON.stringify(oneStep({ output: 'good' })));
  expect(await cli('train', at('good.json'))).toMatchObject({ code: 0, stderr: '' });
});

function allFiles(): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

/** Runs a command that must fail: one line on stderr, no file made or left. */
async function refusedWith(exitCode: number, args: readonly string[]): Promise<string> {
  const before = allFiles();
  const outcome: CliOutcome = await cli(...args);
  expect(outcome).toMatchObject({ code: exitCode, stdout: '' });
  expect(outcome.stderr.trimEnd().split('\n'), outcome.stderr).toHaveLength(1);
  expect(allFiles()).toEqual(before);
  return outcome.stderr;
}

/** What the command reads is wrong. */
const refused = (...args: string[]) => refusedWith(exitCodes.input, args);
/** The command or its config is wrong. */
const refusedUsage = (...args: string[]) => refusedWith(exitCodes.usage, args);

/** Writes a config with one case, of which image or mask may be bad, among good ones. */
function configWith(image: string, mask: string, changes: Record<string, unknown> = {}): string {
  const good = ['a', 'c'].map((id) => ({
    id,
    image: `images/${id}.nii.gz`,
    mask: `masks/${id}.nii.gz`,
  }));
  const cases = [...good, { id: 'x', image, mask }];
  const data = { cases, split: { validation: ['c'] } };
  writeFileSync(at('bad.json'), JSON.stringify(configFor({ data, output: 'bad', ...changes })));
  return at('bad.json');
}

/** A copy of a good image whose decompressed bytes are changed. */
function spoiled(name: string, change: (bytes: Buffer) => void): string {
  const bytes = gunzipSync(readFileSync(at('images', 'b.nii.gz')));
  change(bytes);
  writeFileSync(at(name), gzipSync(bytes));
  return name;
}

describe('bad volumes', () => {
  it.each([
    ['missing', () => 'nowhere.nii.gz', 'nowhere.nii.gz'],
    [
      'a truncated gzip',
      () => {
        const bytes = readFileSync(at('images', 'b.nii.gz'));
        writeFileSync(at('cut.nii.gz'), bytes.subarray(0, bytes.length / 2));
        return 'cut.nii.gz';
      },
      'cut.nii.gz',
    ],
    [
      'truncated voxels',
      () => {
        const bytes = gunzipSync(readFileSync(at('images', 'b.nii.gz')));
        writeFileSync(at('cut.nii'), bytes.subarray(0, 400));
        return 'cut.nii';
      },
      'cut.nii',
    ],
    ['a wrong magic', () => spoiled('magic.nii.gz', (b) => b.write('abc', 344)), 'magic.nii.gz'],
    [
      'absurd dimensions',
      () => spoiled('huge.nii.gz', (b) => b.fill(Buffer.from([0xff, 0x7f]), 42, 48)),
      'huge.nii.gz',
    ],
    [
      'negative dimensions',
      () => spoiled('minus.nii.gz', (b) => b.writeInt16LE(-5, 42)),
      'minus.nii.gz',
    ],
    [
      'a NaN header field',
      () =>
        spoiled('nan.nii.gz', (b) => {
          for (let i = 0; i < 12; i++) b.writeFloatLE(Number.NaN, 280 + 4 * i);
          for (let i = 0; i < 8; i++) b.writeFloatLE(Number.NaN, 76 + 4 * i);
        }),
      'nan.nii.gz',
    ],
    [
      'a text file',
      () => {
        writeFileSync(at('text.nii'), 'not an image');
        return 'text.nii';
      },
      'text.nii',
    ],
    ['NaN voxels', () => spoiled('voxel.nii.gz', (b) => b.writeFloatLE(Number.NaN, 360)), "'x'"],
    ['one intensity only', () => spoiled('flat.nii.gz', (b) => b.fill(0, 352)), "'x'"],
  ])('%s as image is refused by train and predict', async (_, make, name) => {
    const image = make();
    expect(await refused('train', configWith(image, 'masks/b.nii.gz'))).toContain(name);
    const predicted = await refused(
      ...['predict', at(image), '--model', at('good'), '--output', at('out.nii.gz')],
    );
    expect(predicted).toContain(name === "'x'" ? "'image'" : name);
  });

  it('a mask of another shape is refused with both shapes', async () => {
    const other = await makeData(['small']);
    const bytes = gunzipSync(readFileSync(join(other, 'masks', 'small.nii.gz')));
    bytes.writeInt16LE(12, 44);
    writeFileSync(at('small.nii'), bytes.subarray(0, 352 + 6 * 12 * 20));
    const message = await refused('train', configWith('images/b.nii.gz', 'small.nii'));
    expect(message).toContain("case 'x'");
    expect(message).toContain('must have the shape of the image, [6, 24, 20], got [6, 12, 20]');
    const evaluated = await refused(
      ...['evaluate', '--prediction', at('masks', 'a.nii.gz'), '--truth', at('small.nii')],
    );
    expect(evaluated).toContain('must have the shape of the truth, [6, 12, 20], got [6, 24, 20]');
  });

  it('a mask that lies elsewhere is refused', async () => {
    const bytes = gunzipSync(readFileSync(at('masks', 'b.nii.gz')));
    for (const offset of [268, 280 + 12]) bytes.writeFloatLE(40, offset);
    writeFileSync(at('moved.nii'), bytes);
    const message = await refused('train', configWith('images/b.nii.gz', 'moved.nii'));
    expect(message).toContain("'x'");
    expect(message).toContain('40.0 mm elsewhere');
  });

  it('a mask with more labels than classes is refused', async () => {
    const bytes = gunzipSync(readFileSync(at('masks', 'b.nii.gz')));
    bytes[bytes.length - 1] = 7;
    writeFileSync(at('labels.nii'), bytes);
    const model = { encoder: 'mobilenet_v2', decoder: 'unet', classes: 3 };
    const message = await refused('train', configWith('images/b.nii.gz', 'labels.nii', { model }));
    expect(message).toContain('must hold whole numbers from 0 to 2, got 7');
  });
});

describe('bad data sets', () => {
  const cases = { folder: '.', image: 'images/{id}.nii.gz', mask: 'masks/{id}.nii.gz' };
  it.each([
    ['an empty folder', { cases: { ...cases, folder: 'empty' } }, 'empty'],
    ['a missing folder', { cases: { ...cases, folder: 'gone' } }, 'gone'],
    ['a group that is not there', { cases, split: { test: ['dd'] } }, "did you mean 'd'"],
    [
      'a group in two splits',
      { cases, split: { test: ['d'], validation: ['d'] } },
      "group 'd' must not be in both",
    ],
    [
      'everything held out',
      { cases, split: { test: ['a', 'b', 'c', 'd'] } },
      'at least one group must be left for training',
    ],
    [
      'one id twice',
      { cases: [1, 2].map(() => ({ id: 'a', image: 'images/a.nii.gz', mask: 'masks/a.nii.gz' })) },
      "'a' occurs twice",
    ],
    [
      'a case without mask',
      { cases: [{ id: 'a', image: 'images/a.nii.gz' }] },
      "case 'a' needs a `mask`",
    ],
    [
      'an image in two splits under two names',
      {
        cases: ['images/a', 'images/b', 'twin'].map((path) => ({
          id: path.slice(path.indexOf('/') + 1),
          image: `${path}.nii.gz`,
          mask: 'masks/a.nii.gz',
        })),
        split: { test: ['twin'] },
      },
      "the same image is in two splits, as 'a' (training) and 'twin' (test)",
    ],
  ])('%s', async (_, data, message) => {
    mkdirSync(at('empty'), { recursive: true });
    copyFileSync(at('images', 'a.nii.gz'), at('twin.nii.gz'));
    writeFileSync(at('data.json'), JSON.stringify(configFor({ data, output: 'bad' })));
    expect(await refused('train', at('data.json'))).toContain(message);
  });

  it('a validation split without any lesion', async () => {
    const bytes = gunzipSync(readFileSync(at('masks', 'c.nii.gz')));
    writeFileSync(at('none.nii'), bytes.fill(0, 352));
    const path = configWith('images/b.nii.gz', 'masks/b.nii.gz');
    const config = JSON.parse(readFileSync(path, 'utf8'));
    config.data.cases[1].mask = 'none.nii';
    writeFileSync(path, JSON.stringify(config));
    expect(await refused('train', path)).toContain('must hold a lesion somewhere, got none in c');
  });
});

describe('bad configs', () => {
  it.each([
    ['no JSON', '{"seed": 1,', 'is not valid JSON'],
    [
      'a wrong type three levels down',
      { training: { steps: 1, schedule: { name: 'cosine', minimumLearningRate: 'fast' } } },
      'training.schedule.minimumLearningRate: expected number, got "fast"',
    ],
    [
      'an unknown encoder',
      { model: { encoder: 'resnet5', decoder: 'unet' } },
      'did you mean "resnet50"?',
    ],
    ['an unknown key', { trainning: {} }, 'trainning: unknown key; did you mean `training`?'],
  ])('%s', async (_, content, message) => {
    const text = typeof content === 'string' ? content : JSON.stringify(configFor(content));
    writeFileSync(at('broken.json'), text);
    for (const command of ['train', 'stats']) {
      const error = await refusedUsage(command, at('broken.json'));
      expect(error).toContain(message);
      expect(error).toContain('broken.json');
    }
  });

  it('a missing config, and a folder', async () => {
    expect(await refusedUsage('train', at('none.json'))).toContain('it does not exist');
    expect(await refusedUsage('train', folder)).toContain('it is a folder; name a file');
  });
});

describe('bad weights', () => {
  const predictWith = (model: string) =>
    refused('predict', at('images', 'a.nii.gz'), '--model', model, '--output', at('out.nii'));

  it('missing, in a folder and by name', async () => {
    mkdirSync(at('run-without-weights'), { recursive: true });
    expect(await predictWith(at('run-without-weights'))).toContain("weights 'best.safetensors'");
    expect(await predictWith(at('nowhere'))).toContain(`cannot read '${at('nowhere')}'`);
    for (const args of [['evaluate', '--model'], ['tune'], ['compare', at('good')]]) {
      expect(await refused(...args, at('nowhere'))).toContain(`cannot read '${at('nowhere')}'`);
    }
    // Weights alone do not tell the cases of their run.
    mkdirSync(at('alone'));
    copyFileSync(at('good', 'best.safetensors'), at('alone', 'best.safetensors'));
    expect(await refused('evaluate', '--model', at('alone'))).toContain(
      'must say which cases the run has, but does not exist',
    );
    writeFileSync(at('alone', 'data.json'), '{}');
    expect(await refused('evaluate', '--model', at('alone'))).toMatch(
      /data.json' must be the list of a run's cases, but is damaged \(format: .*; and 3 more\)/,
    );
  });

  it('truncated, for predict and for resuming', async () => {
    const bytes = readFileSync(at('good', 'last.safetensors'));
    mkdirSync(at('torn'), { recursive: true });
    for (const name of ['best', 'last']) {
      writeFileSync(at('torn', `${name}.safetensors`), bytes.subarray(0, bytes.length - 9));
    }
    expect(await predictWith(at('torn'))).toContain('best.safetensors');
    writeFileSync(at('torn.json'), JSON.stringify(configFor({ output: 'torn' })));
    expect(await refused('train', at('torn.json'), '--resume')).toContain('last.safetensors');
  });

  it('some missing, some of another shape, and of another program', async () => {
    const { tensors, metadata: sound } = readSafetensorsFile(at('good', 'best.safetensors'));
    // An earlier version's files had no checksum.
    const config = readFileSync(at('good', 'config.json'), 'utf8');
    const metadata = { format: 'sts-net checkpoint 1', config };
    const [first] = tensors.keys();
    const { data } = tensors.get(first!)!;
    const fewer = new Map([...tensors].slice(1));
    await writeSafetensors(at('fewer.safetensors'), fewer, metadata);
    expect(await predictWith(at('fewer.safetensors'))).toContain(`are missing, first '${first}'`);
    const changed = new Map([...tensors]).set(first!, { shape: [data.length], data });
    await writeSafetensors(at('changed.safetensors'), changed, metadata);
    expect(await predictWith(at('changed.safetensors'))).toContain(`'${first}' must have shape`);
    await writeSafetensors(at('foreign.safetensors'), tensors);
    expect(await predictWith(at('foreign.safetensors'))).toContain('holds weights of another');
    await writeSafetensors(at('odd.safetensors'), tensors, { ...metadata, config: '{' });
    expect(await predictWith(at('odd.safetensors'))).toContain('odd.safetensors');
    await writeSafetensors(at('altered.safetensors'), fewer, sound);
    expect(await predictWith(at('altered.safetensors'))).toContain(
      "altered.safetensors' is damaged",
    );
  });
});

describe('bad arguments', () => {
  it.each([
    [['trian'], "unknown command 'trian'; did you mean 'train'?"],
    [['constructor'], "unknown command 'constructor'"],
    [['train'], 'CONFIG'],
    [['train', 'a.json', 'b.json'], "too many arguments for 'train'"],
    [['train', 'a.json', '--resum'], "unknown option '--resum'; did you mean '--resume'?"],
    [['train', 'a.json', '--output'], "option '--output' needs a value"],
    [['train', 'a.json', '--output', '--resume'], "option '--output' needs a value"],
    [['predict', 'a.nii', '--model', 'run'], '--output'],
    [
      ['predict', 'a.nii', '--model', 'run', '--output', 'a.png'],
      'must end in .nii or .nii.gz, .nrrd,',
    ],
    [
      ['predict', 'a.nii', '--model', 'run', '--output', 'b.nii', '--backend', 'gpu'],
      '--backend must be of auto',
    ],
    [
      ['predict', 'a.nii', '--model', 'run', '--output', './a.nii'],
      '--output must not be the image itself',
    ],
    [['evaluate'], 'give either --model, or --prediction and --truth'],
    [
      ['evaluate', '--prediction', 'a.nii', '--truth', 'b.nii', '--config', 'none.json'],
      '--config is for runs, which are evaluated by --model',
    ],
    [
      ['compare', 'a', 'b', '--truth', 'c', '--resamples', '1e9'],
      "--resamples must be a whole number from 1 on, up to 1000000, got '1e9'",
    ],
    [
      ['compare', 'a', 'b', '--truth', 'c', '--names', 'one,one'],
      "--names must be two names that differ, with a comma between them, got 'one,one'",
    ],
    [['evaluate', '--prediction', 'a.nii'], 'give either --model, or --prediction and --truth'],
    [
      ['evaluate', '--model', 'run', '--split', 'tset'],
      "--split must be of test, validation, training, got 'tset'; did you mean 'test'?",
    ],
  ])('%j', async (args, message) => {
    expect(await refusedUsage(...args)).toContain(message);
  });

  it('a folder for the output that is not there', async () => {
    const output = at('none', 'out.nii.gz');
    const args = ['predict', at('images', 'a.nii.gz'), '--model', at('good'), '--output', output];
    expect(await refusedWith(exitCodes.failed, args)).toContain(
      'its folder does not exist; make it first',
    );
  });

  it('a DICOM segmentation of an image that is not from DICOM', async () => {
    const args = ['predict', at('images', 'a.nii.gz'), '--model', at('good')];
    const message = await refusedUsage(...args, '--output', at('out.dcm'));
    expect(message).toContain('needs an image read from DICOM; choose .nii.gz, .nrrd or .mha');
  });

  it('a DICOM structure set of an image that is not from DICOM, or lies nowhere', async () => {
    const rest = ['--model', at('good'), '--output', at('rtstruct.dcm')];
    const other = await refusedUsage('predict', at('images', 'a.nii.gz'), ...rest);
    expect(other).toContain(
      'is a DICOM structure set, which needs an image read from DICOM; choose',
    );
    const nowhere = fileURLToPath(
      new URL(
        '../../../volume-io/test/fixtures/conformance/dicom/pydicom/JPEG-lossy.dcm',
        import.meta.url,
      ),
    );
    expect(await refusedUsage('predict', nowhere, ...rest)).toContain(
      'the image does not say where its pixels lie; choose a segmentation, .nii.gz,',
    );
  });

  it('a split without cases', async () => {
    const { data, ...rest } = configFor() as { data: Record<string, unknown> };
    writeFileSync(at('no-test.json'), JSON.stringify({ ...rest, data: { ...data, split: {} } }));
    const message = await refused(
      'evaluate',
      '--model',
      at('good'),
      '--config',
      at('no-test.json'),
    );
    expect(message).toContain('the test split must hold a case, but is empty');
  });

  it('takes options of the program before the command, too', async () => {
    for (const how of [['--progress', 'none'], ['--progress=json']]) {
      const { code, stdout } = await cli(...how, 'data', 'stats', '--help');
      expect([code, stdout.split('\n')[0]]).toEqual([
        0,
        'Usage: sts-net data stats [options] <manifest>',
      ]);
      const { stderr } = await cli(...how, 'dat');
      expect(stderr).toContain("unknown command 'dat'; did you mean 'data'?");
    }
    const { code, stderr } = await cli('--progress', 'loud', 'doctor');
    expect(code).toBe(2);
    expect(stderr).toContain("--progress must be one of auto, json, none, got 'loud'");
  });

  it('prints help for all and for each command', async () => {
    const overview = await cli('--help');
    expect(overview.code).toBe(0);
    const names = ['train', 'predict', 'evaluate', 'stats', 'amplify', 'doctor', 'demo'];
    for (const name of names) {
      expect(overview.stdout).toContain(name);
      const help = await cli(name, '--help');
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toContain(`sts-net ${name}`);
    }
    expect((await cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await cli()).code).toBe(2);
  });
});
