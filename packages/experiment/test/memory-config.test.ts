import { describe, expect, test } from 'vitest';
import { firstDifference, lastingPart } from '../src/config/lasting-part.ts';
import { type MemoryConfigInput, validateMemoryConfig } from '../src/config/memory-config.ts';
import { checkLength, stepsOf } from '../src/training/run-length.ts';

const least: MemoryConfigInput = {
  model: { encoder: 'resnet50', decoder: 'unet' },
  training: { steps: 10 },
};

describe('a config without files', () => {
  test('has the defaults of a whole one', () => {
    expect(validateMemoryConfig(least)).toMatchObject({
      seed: 2021,
      model: { classes: 2 },
      data: { split: { validation: [], test: [] }, cacheMegabytes: 1024 },
      preprocessing: { context: 1, edge: 'triple' },
      amplification: { method: 'none' },
      training: { loss: 'cross-entropy', batchSize: 4, optimizer: { name: 'adamw' } },
    });
  });

  test.each([
    ['output: unknown key', { ...least, output: 'run' }],
    ['data.cases: unknown key', { ...least, data: { cases: 'source' } }],
    ['model.encoder: expected one of', { ...least, model: { encoder: 'resnet', decoder: 'unet' } }],
    ['targets: expected at least 1 entry', { ...least, targets: [] }],
    [
      'training.loss.classWeights: must be a weight for each of the 2 classes',
      { ...least, training: { steps: 1, loss: { name: 'focal', classWeights: [1, 2, 3] } } },
    ],
    ['training.steps: give either `steps` or `epochs`', { ...least, training: {} }],
  ])('names what is wrong: %s', (message, config) => {
    expect(() => validateMemoryConfig(config, 'config')).toThrow(message);
  });
});

test('a run may be longer, be divided or be named otherwise, and nothing else', () => {
  const before = lastingPart(validateMemoryConfig(least));
  const differenceOf = (changes: object) =>
    firstDifference(before, lastingPart(validateMemoryConfig({ ...least, ...changes })));
  const lesion = [{ name: 'Lesion' }];
  for (const same of [
    { training: { epochs: 3, validation: { patience: 2 } } },
    { data: { split: { validation: ['a'] }, cacheMegabytes: 1 } },
    { targets: lesion },
  ]) {
    expect(differenceOf(same)).toBeUndefined();
  }
  expect(differenceOf({ seed: 1 })).toBe('seed');
  expect(differenceOf({ training: { steps: 10, flips: true } })).toBe('training.flips');
  expect(differenceOf({ data: { labels: { ignore: 3 } } })).toBe('data.labels');
});

test('a run may go on to another length, of which is said what it changes', () => {
  const of = (training: MemoryConfigInput['training']) =>
    validateMemoryConfig({ ...least, training });
  const progress = { step: 8, best: [], sinceBest: 0, owesValidation: false };
  const check = (before: MemoryConfigInput['training'], now: MemoryConfigInput['training']) =>
    checkLength({ config: of(before), progress }, of(now), 4, { run: 'x', option: 'run' });
  expect(stepsOf({ epochs: 3 }, 4)).toBe(12);
  expect(check({ steps: 12 }, { epochs: 3 })).toEqual([]);
  expect(check({ steps: 12 }, { steps: 20 })).toEqual([
    expect.stringMatching(/20 steps long, and was 12: its schedule depends on the length/),
  ]);
  const schedule = { name: 'constant' } as const;
  expect(check({ steps: 12, schedule }, { steps: 20, schedule })).toEqual([]);
  expect(() => check({ steps: 12 }, { steps: 7 })).toThrow(
    "cannot resume 'x': `training.steps` must reach the 8 steps that are done, got 7; raise it, or choose another `run`",
  );
});
