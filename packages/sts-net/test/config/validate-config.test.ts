import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from '@sts-net/datasets/validation';
import { networkSettings } from '@sts-net/experiment';
import { type NetworkName, networks } from '@sts-net/networks';
import { temporaryFolder } from '@sts-net/testing';
import { createLoss, type LossChoice, losses } from '@sts-net/training';
import { describe, expect, it } from 'vitest';
import { loadConfig, validateConfig } from '../../src/config/validate-config.ts';
import { presets } from '../../src/presets/presets.ts';
import { configFor } from '../make-data.ts';

/** A valid config with one value at a dotted path replaced. */
function withValue(path: string, value: unknown): Record<string, unknown> {
  const config = structuredClone(configFor());
  const keys = path.split('.');
  const last = keys.pop()!;
  let parent = config;
  for (const key of keys) {
    parent[key] ??= {};
    parent = parent[key] as Record<string, unknown>;
  }
  parent[last] = value;
  return config;
}

describe('validateConfig', () => {
  it('fills in the documented defaults', () => {
    expect(
      validateConfig({
        model: { encoder: 'resnet50', decoder: 'unet' },
        data: { cases: [{ id: 'a', image: 'a.nii', mask: 'm.nii' }] },
        training: { epochs: 2 },
        output: 'run',
      }),
    ).toEqual({
      seed: 2021,
      loggers: [],
      backend: 'auto',
      model: { encoder: 'resnet50', decoder: 'unet', classes: 2 },
      data: {
        cases: [{ id: 'a', image: 'a.nii', mask: 'm.nii' }],
        split: { validation: [], test: [] },
        cacheMegabytes: 1024,
        cacheGigabytes: 10,
      },
      preprocessing: { missing: 'error', axis: 0, context: 1, edge: 'triple' },
      amplification: { method: 'none' },
      training: {
        epochs: 2,
        batchSize: 4,
        patch: null,
        flips: false,
        loss: 'cross-entropy',
        optimizer: {
          name: 'adamw',
          learningRate: 1e-4,
          betas: [0.9, 0.999],
          epsilon: 1e-8,
          weightDecay: 0.01,
        },
        schedule: { name: 'cosine', minimumLearningRate: 1e-8, per: 'epoch' },
        validation: { every: 'epoch', metric: 'dice' },
        saveEvery: 'epoch',
      },
      output: 'run',
    });
  });

  it('gives itself when what it gave is validated again', () => {
    const once = validateConfig(configFor());
    expect(validateConfig(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it.each([
    ['adam', { learningRate: 1e-4, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 }],
    ['sgd', { learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 0 }],
  ])('fills in what %s needs', (name, options) => {
    const { training } = validateConfig(withValue('training.optimizer', { name }));
    expect(training.optimizer).toEqual({ name, ...options });
  });

  it.each([
    ['polynomial', { minimumLearningRate: 1e-8, per: 'epoch', power: 0.9 }],
    ['one-cycle', { rise: 0.3, divisor: 25, finalDivisor: 1e4, form: 'cosine' }],
  ])('fills in what the schedule %s needs, and its warm-up', (name, options) => {
    const schedule = { name, warmup: { epochs: 2 } };
    const { training } = validateConfig(withValue('training.schedule', schedule));
    const warmup = { epochs: 2, from: 0.01 };
    expect(training.schedule).toEqual({ name, ...options, warmup });
  });

  it.each(Object.keys(losses))(
    'knows the loss %s by name, with class weights, and in a sum',
    (name) => {
      const classWeights = [1, 3];
      for (const loss of [name, { name, classWeights }, [{ name, weight: 2, classWeights }]]) {
        const { training } = validateConfig(withValue('training.loss', loss));
        expect(training.loss).toEqual(loss);
        expect(() => createLoss(training.loss as LossChoice)).not.toThrow();
      }
    },
  );

  it('takes what each class but the background is, and refuses one too many', () => {
    const code = { value: '55641003', scheme: 'SCT', meaning: 'Infarct' };
    const targets = [{ name: 'infarct', type: code, color: [1, 2, 3] }];
    expect(validateConfig(withValue('targets', targets)).targets).toEqual(targets);
    expect(() => validateConfig(withValue('targets', [...targets, { name: 'b' }]))).toThrow(
      /targets: must have one for each of the 2 classes but the background, 1, got 2/,
    );
    expect(() => validateConfig(withValue('targets', [{ name: 'a\\b' }]))).toThrow(
      /targets\[0\].name: must not contain/,
    );
  });

  it.each(Object.entries(presets))('accepts the preset %s', (_, preset) => {
    const data = { cases: [{ id: 'a', image: 'a.nii', mask: 'm.nii' }] };
    expect(() => validateConfig({ ...preset, data, output: 'run' })).not.toThrow();
  });

  it.each([
    ['training.schedule.minimumLearningRate', 'fast', 'expected number, got "fast"'],
    [
      'training.optimizer.betas',
      [0.9, '0.999'],
      'training.optimizer.betas[1]: expected number, got "0.999"',
    ],
    [
      'training.optimizer.betas',
      [0.9],
      'training.optimizer.betas: expected at least 2 entries, got [0.9]',
    ],
    ['training.loss', 'dise', 'got "dise"; did you mean "dice"?'],
    [
      'training.loss',
      { name: 'dise' },
      'training.loss.name: expected one of "cross-entropy", "top-k-cross-entropy", "focal",',
    ],
    ['training.loss', { name: 'dice', smooth: 1 }, 'did you mean `smoothing`?'],
    [
      'training.loss',
      [{ name: 'dice' }, { name: 'focal', gamma: -1 }],
      'training.loss[1].gamma: expected number of at least 0, got -1',
    ],
    [
      'training.loss',
      [{ name: 'dice', classWeights: [1, 2, 3] }],
      'training.loss[0].classWeights: must be a weight for each of the 2 classes',
    ],
    ['training.loss', { name: 'focal', classWeights: [0, 0] }, 'classWeights: one must be above 0'],
    ['training.loss', [], 'training.loss'],
    [
      'training.optimizer',
      { name: 'adamx' },
      'training.optimizer.name: expected one of "adamw", "adam", "sgd", got "adamx"; did you mean "adam',
    ],
    [
      'training.optimizer',
      { name: 'sgd', momentum: 0 },
      'training.optimizer.momentum: must be above 0 with Nesterov’s momentum',
    ],
    ['training.optimizer', { name: 'sgd', betas: [0, 0] }, 'training.optimizer.betas: unknown key'],
    [
      'training.schedule',
      { name: 'one-cycle', warmup: {} },
      'training.schedule.warmup.steps: give either `steps` or `epochs`',
    ],
    [
      'training.freeze',
      ['decoder'],
      'training.freeze[0]: expected one of "encoder", "batch-norms"',
    ],
    ['training.average', { decay: 1 }, 'training.average.decay: expected number of less than 1'],
    [
      'training.validation.metric',
      'f1',
      'expected one of "dice", "case-dice", "lesion-f1", "mIoU"',
    ],
    ['training.optimizer.learningrate', 1, 'unknown key; did you mean `learningRate`?'],
    ['training.schedule.minimumLearningRat', 1, 'unknown key; did you mean `minimumLearningRate`?'],
    ['data.split.tset', [], 'data.split.tset: unknown key; did you mean `test`?'],
    [
      'preprocessing.normalization',
      { name: 'nonzeros' },
      'preprocessing.normalization.name: expected one of "nonzero", "all", "mask", "percentile", "window", "imagenet", got "nonzeros"; did you mean "nonzero"?',
    ],
    [
      'preprocessing.normalization',
      { name: 'window', low: 240, high: -100 },
      'preprocessing.normalization.high: must be above `low`',
    ],
    [
      'preprocessing.normalization',
      { name: 'percentile', high: 101 },
      'preprocessing.normalization.high: expected number of at most 100, got 101',
    ],
    [
      'preprocessing.normalization',
      { name: 'imagenet', maxPixelValue: -1 },
      'preprocessing.normalization.maxPixelValue: expected number of more than 0, got -1',
    ],
    [
      'preprocessing.normalization',
      { name: 'imagenet', maxPixel: 255 },
      'preprocessing.normalization.maxPixel: unknown key; did you mean `maxPixelValue`?',
    ],
    [
      'data.cases',
      [{ id: 'a', image: 5, mask: 'm' }],
      'data.cases[0].image: expected string or object, got 5',
    ],
    [
      'data.cases',
      [{ id: 'a', image: { t1: 'i', 'a/b': 'j' }, mask: 'm' }],
      'data.cases[0].image.a/b: must name a channel, as "flair"',
    ],
    [
      'data.cases',
      [{ id: 'a', image: {}, mask: 'm' }],
      'data.cases[0].image: must hold at least one channel',
    ],
    [
      'data.cases',
      { folder: '.', image: { t1: 'a.nii' }, mask: '{id}.nii' },
      'data.cases.image.t1: must contain {id}',
    ],
    [
      'data.cases',
      [{ id: 'a/b', image: 'i', mask: 'm' }],
      'data.cases[0].id: must not contain / or \\',
    ],
    [
      'data.cases',
      { folder: '.', image: 'a.nii', mask: '{id}.nii' },
      'data.cases.image: must contain {id}',
    ],
    ['data.cases', 5, 'data.cases: expected array or object or "source", got 5'],
    ['data.cases', [], 'data.cases: expected at least 1 entry, got []'],
    [
      'data.split.validation',
      1.5,
      'data.split.validation: expected number of less than 1, got 1.5',
    ],
    [
      'preprocessing.orientation',
      'RAR',
      'preprocessing.orientation: must name one end each of L/R, P/A and I/S, such as RAS or LPS',
    ],
    ['preprocessing.orientation', 'ras', 'one end each of L/R, P/A and I/S'],
    [
      'preprocessing.spacing',
      {},
      'preprocessing.spacing: must say `inPlane`, `throughPlane` or both',
    ],
    [
      'preprocessing.spacing',
      { inPlane: 0 },
      'preprocessing.spacing.inPlane: expected number of more than 0, got 0',
    ],
    [
      'preprocessing.spacing',
      { inPlane: [1, -1] },
      'preprocessing.spacing.inPlane[1]: expected number of more than 0, got -1',
    ],
    [
      'preprocessing.spacing',
      { inplane: 1 },
      'preprocessing.spacing.inplane: unknown key; did you mean `inPlane`?',
    ],
    ['preprocessing.spacing', [1, 1, 1], 'preprocessing.spacing: expected object, got [1,1,1]'],
    [
      'preprocessing.clip',
      { name: 'window', low: 9, high: 3 },
      'preprocessing.clip.high: must be above `low`',
    ],
    [
      'preprocessing.clip',
      { name: 'windows', low: 1, high: 3 },
      'preprocessing.clip.name: expected one of "window", "percentile", got "windows"',
    ],
    [
      'preprocessing.clip',
      { flair: { name: 'window', low: 9, high: 3 } },
      'preprocessing.clip.flair.high: must be above `low`',
    ],
    [
      'preprocessing.normalization',
      { flair: { name: 'nonzeros' } },
      'preprocessing.normalization.flair.name: expected one of "nonzero", "all"',
    ],
    [
      'preprocessing.normalization',
      { flair: { name: 'window', low: 0, hihg: 3 } },
      'preprocessing.normalization.flair.high: expected number, got nothing',
    ],
    [
      'preprocessing.normalization',
      { name: 'window', low: 0, hihg: 3 },
      'preprocessing.normalization.high: expected number, got nothing',
    ],
    ['preprocessing.channels', [], 'preprocessing.channels: expected at least 1 entry'],
    ['preprocessing.channels', ['a', 'a'], 'preprocessing.channels: must not name a channel twice'],
    ['preprocessing.missing', 'zeros', 'expected one of "error", "zero", got "zeros"'],
    ['preprocessing.context', 0.5, 'preprocessing.context: expected integer, got 0.5'],
    ['model.encoder', 'resnet5', 'model.encoder: expected one of'],
    ['model.encoder', 'resnet5', 'got "resnet5"; did you mean "resnet50"?'],
    ['model.attention', 'escalator', 'model.attention: expected'],
    [
      'model.attention',
      { name: 'esca', kernelSize: 'big' },
      'model.attention.kernelSize: expected',
    ],
    [
      'training.patch',
      { size: 'large' },
      'training.patch.size: expected array or number, got "large"',
    ],
    [
      'training.validation.every',
      'step',
      'training.validation.every: expected number or "epoch", got "step"',
    ],
    ['training.epochs', 3, 'training.steps: give either `steps` or `epochs`'],
    ['amplification.method', 5, 'amplification.method: expected one of "none", 1, 2, 3, 4, got 5'],
    ['output', undefined, 'output: expected string, got nothing'],
    ['outpt', 'x', 'outpt: unknown key; did you mean `output`?'],
  ])('refuses %s = %j: %s', (path, value, message) => {
    expect(() => validateConfig(withValue(path, value), 'c.json')).toThrow(TypeError);
    expect(() => validateConfig(withValue(path, value), 'c.json')).toThrow(message);
  });

  it('lists every wrong field, one a line', () => {
    const config = { ...withValue('training.batchSize', 'many'), seed: -1 };
    expect(() => validateConfig(config, 'c.json')).toThrow(
      'c.json:\n  seed: expected number of at least 0, got -1\n  training.batchSize: expected number, got "many"',
    );
  });

  it('holds the rules of channels against one another and against their names', () => {
    const refused = (fields: Record<string, unknown>) => {
      const config = withValue('preprocessing', fields);
      return expect(() => validateConfig(config, 'c.json'));
    };
    const clip = { name: 'window', low: 0, high: 9 };
    const window = { name: 'window', low: 0, high: 9 };
    refused({ clip, normalization: window }).toThrow(
      'preprocessing.clip: must be left out with normalization "window", which has its own limits',
    );
    const both = { flair: window, t1: { name: 'all' } };
    refused({ clip, normalization: both }).toThrow('preprocessing.clip: must be left out');
    refused({ clip: { flair: clip }, normalization: both }).toThrow(
      'preprocessing.clip.flair: must be left out with normalization "window"',
    );
    refused({ channels: ['flair', 'adc'], normalization: both }).toThrow(
      'preprocessing.normalization: must have a rule for channel "adc" too',
    );
    refused({ channels: ['flair'], normalization: both }).toThrow(
      'preprocessing.normalization.t1: is none of the `channels`',
    );
    const imagenet = { normalization: { name: 'imagenet' } };
    refused({ channels: ['a', 'b', 'c'], ...imagenet }).toThrow('"imagenet" needs 3 channels');
    const sound = [
      { channels: ['a', 'b', 'c'], context: 0, ...imagenet },
      { channels: ['flair', 't1'], clip: { t1: clip }, normalization: both },
    ];
    for (const fields of sound) {
      expect(validateConfig(withValue('preprocessing', fields)).preprocessing).toMatchObject(
        fields,
      );
    }
  });

  it('refuses ImageNet normalisation of other than 3 channels', () => {
    const config = withValue('preprocessing.normalization', { name: 'imagenet' });
    (config['preprocessing'] as Record<string, unknown>)['context'] = 2;
    expect(() => validateConfig(config)).toThrow(
      'preprocessing.normalization.name: "imagenet" needs 3 channels',
    );
  });

  it.each([[null], [[]], ['text'], [3]])('refuses %j in place of an object', (value) => {
    expect(() => validateConfig(value, 'c.json')).toThrow(
      'c.json: (the whole config): expected object',
    );
  });
});

describe('nearestName', () => {
  it.each([
    ['lerningRate', 'learningRate'],
    ['LEARNINGRATE', 'learningRate'],
    ['xyz', undefined],
  ])('finds for %s: %s', (name, expected) => {
    expect(nearestName(name, ['learningRate', 'weightDecay'])).toBe(expected);
  });
});

describe('loadConfig', () => {
  const read = (text: string) => {
    const path = join(temporaryFolder(), 'config.jsonc');
    writeFileSync(path, text);
    return loadConfig(path);
  };
  const text = JSON.stringify(configFor(), null, 2);

  it('reads comments, commas at the end, and files that begin with a byte order mark', async () => {
    const commented = text
      .replace('"seed": 7', '// why seven\n  "seed": /* here */ 7')
      .replace(/\n}$/, ',\n}');
    expect(await read(`\uFEFF${commented}`)).toEqual(validateConfig(configFor()));
    // What looks like a comment within a text is none.
    expect((await read(text.replace('"run"', '"run//a"'))).output).toBe('run//a');
  });

  it.each([
    ['{\n  "seed": 1,,\n}', 'property name expected at line 2, column 13, at ","'],
    ['{ "seed": 1', 'close brace expected at line 1, column 12'],
    ['', 'value expected at line 1, column 1'],
    ['{} {}', 'end of file expected at line 1, column 4, at "{"'],
    ['{ "seed": 1 /* open', 'unexpected end of comment at line 1, column 13'],
  ])('says where %j is no JSON', async (wrong, message) => {
    await expect(read(wrong)).rejects.toThrow(`is not valid JSON: ${message}`);
  });
});

describe('a whole network', () => {
  const withModel = (model: object, training: object = {}) => {
    const base = configFor();
    const { loss: _, ...rest } = base['training'] as Record<string, unknown>;
    return () => validateConfig({ ...base, model, training: { ...rest, ...training } });
  };

  it('is a name, or one with settings, with classes beside it', () => {
    expect(withModel({ network: 'm2snet' })().model).toEqual({ network: 'm2snet', classes: 2 });
    const network = { name: 'denseaspp161', dropout: 0.2 };
    expect(withModel({ network, classes: 4 })().model).toEqual({ network, classes: 4 });
  });

  it('trains with the loss that it is published with where none is named', () => {
    const usual = { name: 'structure', entropy: 'plain' };
    expect(withModel({ network: 'm2snet' })().training.loss).toEqual(usual);
    expect(withModel({ network: 'm2snet' }, { loss: 'dice' })().training.loss).toBe('dice');
    for (const model of [{ network: 'denseaspp121' }, { encoder: 'dpn68', decoder: 'unet' }]) {
      expect(withModel(model)().training.loss).toBe('cross-entropy');
    }
  });

  it.each(Object.entries(networks))(
    '%s: its settings are those of the schema, and its loss is one',
    (name, { settings = [], training }) => {
      const known = networkSettings[name as NetworkName] ?? {};
      expect(Object.keys(known).sort()).toEqual([...settings].sort());
      expect(withModel({ network: name }, { ...training })().model).toMatchObject({
        network: name,
      });
    },
  );

  it.each([
    [
      { network: 'm3snet' },
      /model\.network: expected .*"m2snet".*got "m3snet"; did you mean "m2snet"/,
    ],
    [{ network: { name: 'm3snet' } }, /model\.network\.name: expected .*"m2snet".*got "m3snet"/],
    [{ network: { name: 'm2snet', dropout: 0 } }, /model\.network\.dropout: unknown key/],
    [
      { network: { name: 'denseaspp121', outputStride: 4 } },
      /model\.network\.outputStride: .*8.*16/,
    ],
    [
      { network: { name: 'nnunet-2d', plan: { features: [8, 16], decoderDepths: [1, 1] } } },
      /model\.network\.plan\.decoderDepths: must have 1 numbers, .* but the coarsest, got 2/,
    ],
    [
      { network: { name: 'nnunet-resenc', plan: { features: [8, 16], kernelSizes: [3, [3, 2]] } } },
      /model\.network\.plan\.kernelSizes\[1\].*odd/,
    ],
    [
      { network: 'm2snet', encoder: 'dpn68', attention: 'esca' },
      /model\.encoder: must be left out beside `network`, .*\n +model\.attention: must be left out/,
    ],
    [{ network: 'm2snet', outputStride: 8 }, /model\.outputStride: must be left out/],
    [
      { encoder: 'dpn68' },
      /model\.decoder: must be given: a model has an encoder and a decoder, or/,
    ],
    [{}, /model\.encoder: must be given: .*\n +model\.decoder: must be given/],
    [{ netwerk: 'm2snet' }, /model\.netwerk: unknown key; did you mean `network`\?/],
  ])('%j is refused by name', (model, message) => {
    expect(withModel(model)).toThrow(message);
  });
});
