import { expect, it } from 'vitest';
import { trainingProgress } from '../../src/cli/training-progress.ts';
import type { TrainEvent } from '../../src/loggers/run-log.ts';

it('tells loss, score, rate and samples a second, and steps done and in all', () => {
  const lines: unknown[][] = [];
  let time = 0;
  const tell = trainingProgress(
    4,
    (...line) => lines.push(line),
    () => time,
  );
  const backend = { name: 'ort' };
  tell({ event: 'start', step: 10, steps: 1010, samples: 60, backend } as TrainEvent);
  time = 2000;
  tell({ event: 'step', step: 11, loss: 0.5, learningRate: 0.0001 });
  tell({ event: 'validation', step: 11, metric: 'lesion-f1', score: 0.25, best: true });
  time = 4000;
  tell({ event: 'step', step: 14, loss: 1 / 3, learningRate: 0.00012 });
  tell({ event: 'validation', step: 14, metric: 'lesion-f1', score: 0.125, best: false });
  time = 1e6;
  tell({ event: 'step', step: 1010, loss: 0, learningRate: 0 });
  expect(lines).toEqual([
    ['60 samples, ort'],
    ['loss 0.5000, rate 0.00010, 2.00 samples/s', 11, 1010],
    ['loss 0.3333, lesion-f1 0.2500 (best), rate 0.00012, 4.00 samples/s', 14, 1010],
    ['loss 0.0000, lesion-f1 0.1250, rate 0.0, 4.00 samples/s', 1010, 1010],
  ]);
});
