import { expect, it } from 'vitest';
import { trainingProgress } from '../../src/cli/training-progress.ts';
import type { TrainEvent } from '../../src/loggers/run-log.ts';

it('tells step, loss, score, rate, samples a second and the time left', () => {
  const lines: string[] = [];
  let time = 0;
  const tell = trainingProgress(
    4,
    (text) => lines.push(text),
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
    '60 samples, ort',
    'step 11/1010, loss 0.5000, rate 0.00010, 2.00 samples/s, 33 min left',
    'step 14/1010, loss 0.3333, lesion-f1 0.2500 (best), rate 0.00012, 4.00 samples/s, 17 min left',
    'step 1010/1010, loss 0.0000, lesion-f1 0.1250, rate 0.0, 4.00 samples/s, 0 s left',
  ]);
});

it('tells long times in hours', () => {
  const lines: string[] = [];
  let time = 0;
  const tell = trainingProgress(
    1,
    (text) => lines.push(text),
    () => time,
  );
  tell({ event: 'start', step: 0, steps: 1000, backend: {} } as TrainEvent);
  time = 12_600;
  tell({ event: 'step', step: 1, loss: 1, learningRate: 0.1 });
  expect(lines[1]).toMatch(/0\.0794 samples\/s, 3 h 30 min left$/);
});
