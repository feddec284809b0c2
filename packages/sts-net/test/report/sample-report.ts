import { lesionWise } from '@sts-net/metrics';
import { createVolume, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { evaluateVolumes } from '../../src/evaluation/evaluate-volumes.ts';
import type { Report, ReportColumn, ReportRun } from '../../src/report/index.ts';

const shape = [4, 12, 10] as const;

/** Labels that are 1 in boxes `[slice, row, column, length]`, one slice thick and square. */
function labels(...boxes: readonly (readonly [number, number, number, number])[]) {
  const mask = ndarray(new Uint8Array(4 * 12 * 10), [...shape]);
  for (const [slice, row, column, length] of boxes) {
    for (let r = row; r < row + length; r++) {
      for (let c = column; c < column + length; c++) mask.set(slice, r, c, 1);
    }
  }
  return mask;
}

/** Slice 0 is empty, 1 holds a lesion that is found, 2 one that is missed, 3 a false alarm. */
export const truth = labels([1, 2, 3, 4], [2, 8, 6, 2]);
export const prediction = labels([1, 3, 3, 4], [3, 1, 1, 2]);

/** Intensities 1, 2, 3 … in C order. */
export const image: Volume<Float32Array> = createVolume(
  ndarray(
    Float32Array.from({ length: 480 }, (_, i) => i + 1),
    [...shape],
  ),
  { spacing: [3, 0.5, 0.5] },
);

async function column(name: string, mask = labels()): Promise<ReportColumn> {
  const pair = {
    id: 'p3',
    prediction: { ...image, voxels: mask },
    truth: { ...image, voxels: truth },
  };
  return { name, explanation: `how ${name} works.`, scores: await evaluateVolumes([pair]) };
}

async function run(name: string, mask = prediction): Promise<ReportRun> {
  return {
    ...(await column(name, mask)),
    parameters: 1234567,
    multiplyAdds: 4.5e9,
    amplifiedSamples: 45,
    trainingSeconds: 125,
    steps: 4,
    losses: [1.5, 1.25, 0.75, 0.5].map((loss, i) => ({ step: i + 1, loss })),
    validations: [
      { step: 2, score: 0.25 },
      { step: 4, score: 0.125 },
    ],
    validationMetric: 'dice',
    bestStep: 2,
  };
}

/** A small report with every part, made by hand. */
export async function sampleReport(): Promise<Report> {
  return {
    title: 'Title <with> "signs" & more',
    date: '2025-06-07T08:09:10.000Z',
    engine: { name: 'wasm', device: 'cpu', threads: 1 },
    data: {
      description: 'What the images show.',
      attribution: 'Who made them.',
      splits: [
        { name: 'Training', groups: ['p1'], slices: 4, slicesWithLesion: 2, lesionPixels: 20 },
        { name: 'Test', groups: ['p3'], slices: 4, slicesWithLesion: 2, lesionPixels: 20 },
      ],
    },
    runs: [await run('Network'), await run('Without ESCA', labels([1, 2, 3, 4]))],
    baselines: [await column('Threshold', labels([1, 0, 0, 10])), await column('All background')],
    scored: { split: 'test', ids: ['p3'] },
    cases: [{ id: 'p3', volume: image, truth, prediction, lesions: lesionWise(prediction, truth) }],
    config: { seed: 7 },
  };
}
