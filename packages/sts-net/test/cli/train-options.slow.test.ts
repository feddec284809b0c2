import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { configFor, makeData, writeConfig } from '../make-data.ts';
import { cli } from './run.ts';

let data: string;
let config: string;
beforeAll(async () => {
  data = await makeData(['a', 'b', 'c', 'd', 'e']);
  const settings = configFor();
  const base = settings['data'] as object;
  config = await writeConfig(data, {
    ...settings,
    data: { ...base, split: { folds: 2, fold: 0, test: ['e'] } },
  });
});

const saved = (folder: string) =>
  JSON.parse(readFileSync(join(data, folder, 'config.json'), 'utf8'));

describe('sts-net train', () => {
  it('takes fields, a seed and a fold in place of those of the config', async () => {
    const set = [
      'training.steps=1',
      'training.patch.size=32',
      'training.loss={"name":"tversky","alpha":0.2}',
      'training.optimizer.name=sgd',
      'model.attention=none',
      'output=other',
    ];
    const options = set.flatMap((one) => ['--set', one]);
    const { code, stderr } = await cli('train', config, ...options, '--seed', '3', '--fold', '1');
    expect([code, stderr]).toEqual([0, '']);
    const written = saved('other/fold-1');
    expect(written).toMatchObject({
      seed: 3,
      model: { attention: 'none' },
      data: { split: { folds: 2, fold: 1, test: ['e'] } },
      training: {
        steps: 1,
        patch: { size: [32, 32] },
        loss: { name: 'tversky', alpha: 0.2 },
        optimizer: { name: 'sgd' },
      },
    });
    const record = JSON.parse(readFileSync(join(data, 'other/fold-1/data.json'), 'utf8'));
    const ids = (split: string) => record[split].map(({ id }: { id: string }) => id);
    expect(ids('test')).toEqual(['e']);
    expect([...ids('training'), ...ids('validation')].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(ids('validation')).toHaveLength(2);
  });

  it.each([
    [
      ['--set', 'training'],
      "--set must be a path and a value, as training.steps=100, got 'training'",
    ],
    [['--set', 'training.step=1'], 'training.step: unknown key; did you mean `steps`?'],
    [
      ['--set', 'training.loss.name=dice'],
      "training.loss.name: 'training.loss' must have fields to have one changed, but is \"dice-cross-entropy\"; give the whole of 'training.loss'",
    ],
    [['--seed', '-1'], "--seed must be a whole number from 0 on, got '-1'"],
    [['--fold', '2'], 'data.split.fold: must be below the number of folds'],
    [['--fold', 'a'], "--fold must be a whole number from 0 on, got 'a'"],
  ])('%j is refused, and nothing is written', async (options, message) => {
    const { code, stderr } = await cli('train', config, '--output', join(data, 'new'), ...options);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(existsSync(join(data, 'new'))).toBe(false);
  });
});
