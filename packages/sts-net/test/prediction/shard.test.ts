import { describe, expect, it } from 'vitest';
import { ofShard, shardOfEnvironment } from '../../src/prediction/shard.ts';

describe('ofShard', () => {
  it.each([1, 2, 3, 7, 20])('gives each of 10 to exactly one of %d', (count) => {
    const all = Array.from({ length: 10 }, (_, i) => i);
    const parts = Array.from({ length: count }, (_, index) => ofShard(all, { index, count }));
    expect(parts.flat().sort((a, b) => a - b)).toEqual(all);
    const sizes = parts.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });
});

describe('shardOfEnvironment', () => {
  it('is nothing outside of schedulers', () => {
    expect(shardOfEnvironment({ HOME: '/' })).toBeUndefined();
  });

  it.each([
    [{ SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_MAX: '7' }, 3, 8],
    [{ SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_MAX: '4' }, 0, 4],
    [
      {
        ...{ SLURM_ARRAY_TASK_ID: '9', SLURM_ARRAY_TASK_MIN: '3', SLURM_ARRAY_TASK_MAX: '9' },
        SLURM_ARRAY_TASK_STEP: '3',
      },
      ...([2, 3] as const),
    ],
  ])('reads a Slurm array: %o', (environment, index, count) => {
    expect(shardOfEnvironment(environment)).toEqual({ index, count });
  });

  it('reads an Indexed Job, whose number of parts must be given', () => {
    expect(shardOfEnvironment({ JOB_COMPLETION_INDEX: '2' }, 5)).toEqual({ index: 2, count: 5 });
    expect(() => shardOfEnvironment({ JOB_COMPLETION_INDEX: '2' })).toThrow(
      'JOB_COMPLETION_INDEX is set, so the number of parts must be given by `shards`',
    );
  });

  it('refuses an index beyond the parts', () => {
    expect(() => shardOfEnvironment({ JOB_COMPLETION_INDEX: '5' }, 5)).toThrow(
      'must be the number of one of 5 parts, counted from 0, got 5',
    );
  });

  it('keeps the parts where some tasks are started again', () => {
    const again = {
      SLURM_ARRAY_TASK_ID: '2',
      SLURM_ARRAY_TASK_MIN: '2',
      SLURM_ARRAY_TASK_MAX: '3',
    };
    expect(shardOfEnvironment(again, 8)).toEqual({ index: 2, count: 8 });
  });
});
