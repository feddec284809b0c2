import { dirname, resolve } from 'node:path';
import { fileDigest, writeFileAtomic } from '@sts-net/datasets/files';
import { calibrated, predictInput, type VolumePrediction } from '@sts-net/inference';
import { predictorOf } from '@sts-net/model';
import { IGNORED } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { CaseCache } from '../cases/case-cache.ts';
import { CaseStore } from '../cases/case-store.ts';
import { loadModel } from '../runs/load-model.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { runFolder } from '../runs/run-folder.ts';
import type { RunUseOptions } from '../runs/run-use.ts';
import { type CaseCounts, countCase } from './case-counts.ts';
import { type Aim, bestPoint, type OperatingPoint, operatingPoints } from './operating-point.ts';
import type { OperatingPoints } from './operating-points-file.ts';
import { TemperatureLosses, withTemperature } from './temperature.ts';
import { type TuningCases, tuningCases } from './tuning-cases.ts';

export interface TuneRunOptions extends RunUseOptions {
  /** What the points are chosen for. @default 'lesion-f1' */
  readonly aim?: Aim;
}

/** What was chosen, and among what. */
export interface TunedRun {
  /** The files that were written, one for each run. */
  readonly paths: readonly string[];
  readonly chosen: OperatingPoints;
  /** All points of each class, its temperature being applied. */
  readonly points: readonly (readonly OperatingPoint[])[];
}

const thresholds: readonly number[] = [
  0.01,
  0.02,
  ...Array.from({ length: 19 }, (_, i) => Number((0.05 * (i + 1)).toFixed(2))),
  0.98,
  0.99,
];

/** Lesions of fewer voxels than these are taken away. */
const leastVoxels = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96];

/**
 * Chooses on the validation split of a run where its network is to be run: a temperature that makes its
 * probabilities true, and for each class a threshold and the least volume of a lesion. Of several runs, the folds of a
 * cross-validation, each predicts the cases that it was validated with, and one choice is made of all. What is chosen
 * is kept with each run as `operating-point.json`. The test split is not looked at.
 *
 * @param path a run's folder, or a file of weights in it; or several
 * @throws RangeError if no case validates, if one is a test case of another of the runs, or if their classes differ;
 *   DataChangedError if a file holds something else by now
 */
export async function tuneRun(
  path: string | readonly string[],
  options: TuneRunOptions = {},
): Promise<TunedRun> {
  const { aim = 'lesion-f1', acceptData = false, backend = 'auto', onEngine } = options;
  const runs = await tuningCases(typeof path === 'string' ? [path] : path, acceptData);
  onEngine?.(await prepareEngine(backend));
  const losses = new TemperatureLosses();
  const tuned: TunedClass[] = [];
  const count = (
    { truth, classes }: TuningCase,
    probabilities: VolumePrediction['probabilities'],
  ): void => {
    for (let c = 1; c < classes; c++) {
      tuned[c - 1] ??= new TunedClass();
      tuned[c - 1]!.add(probabilities(c), truth, c);
    }
  };
  let classes = 0;
  let inPixels = true;
  for await (const one of predictCases(runs, undefined, options)) {
    if (classes !== 0 && one.classes !== classes) {
      throw new RangeError(
        `'${one.file}' must tell the classes of the other runs to be tuned with them, ${classes}, but tells ${one.classes}`,
      );
    }
    classes = one.classes;
    inPixels &&= one.flat;
    const each = Array.from({ length: classes }, (_, c) => one.probabilities(c));
    losses.add(
      each.map(({ voxels }) => voxels.data),
      one.truth,
    );
    // Of two classes, what is above a threshold is above another one at any temperature.
    if (classes === 2) count(one, (c) => each[c!]!);
  }
  const temperature = losses.best();
  if (classes > 2) {
    for await (const one of predictCases(runs, temperature, options)) {
      count(one, one.probabilities);
    }
  }
  return choose(tuned, { aim, inPixels, temperature }, runs);
}

/** A case that a network predicted. */
interface TuningCase {
  readonly file: string;
  /** Background included. */
  readonly classes: number;
  /** Whether it is a picture. */
  readonly flat: boolean;
  readonly probabilities: VolumePrediction['probabilities'];
  readonly truth: Uint8Array;
}

/** Each run's cases, one after the other. */
async function* predictCases(
  runs: readonly TuningCases[],
  temperature: number | undefined,
  { onProgress, onWarning, signal }: TuneRunOptions,
): AsyncGenerator<TuningCase> {
  for (const { file, cases, cache } of runs) {
    const { model, network, preprocessing } = await loadModel(file);
    try {
      const own = predictorOf(model);
      const classes = Math.max(2, network.classes);
      const predictor = temperature === undefined ? own : calibrated(own, temperature);
      const store = new CaseStore(
        { preprocessing, classes },
        { cache: cache && new CaseCache(cache, { onWarning }) },
      );
      for (const one of cases) {
        const input = await store.load(one);
        const { probabilities } = await predictInput(predictor, input, {
          preprocessing,
          signal,
          ...(onProgress && {
            onProgress: (done: number, total: number) => onProgress(one.id, done, total),
          }),
        });
        const truth = (await store.truth(one, input)).voxels.data;
        yield { file, classes, flat: input.flat, probabilities, truth };
      }
    } finally {
      model.dispose();
    }
  }
}

/** What is counted of a class. */
class TunedClass {
  readonly counts: CaseCounts[] = [];

  add(
    probabilities: ReturnType<VolumePrediction['probabilities']>,
    truth: Uint8Array,
    label: number,
  ): void {
    const { voxels } = probabilities;
    const own = truth.map((one) => (one === label ? 1 : 0));
    // Where nothing counts, nothing is found.
    const data = voxels.data.map((p, i) => (truth[i] === IGNORED ? 0 : p));
    const seen = { ...probabilities, voxels: ndarray(data, [...voxels.shape]) };
    this.counts.push(countCase(seen, own, thresholds));
  }
}

async function choose(
  tuned: readonly TunedClass[],
  { aim, inPixels, temperature }: Pick<OperatingPoints, 'aim' | 'inPixels' | 'temperature'>,
  runs: readonly TuningCases[],
): Promise<TunedRun> {
  const counted = (threshold: number): number =>
    tuned.length > 1 ? threshold : Number(withTemperature(threshold, temperature).toPrecision(6));
  const points = tuned.map(({ counts }) =>
    operatingPoints(counts, thresholds, volumesFor(counts)).map((point) => ({
      ...point,
      threshold: counted(point.threshold),
    })),
  );
  const chosen: OperatingPoints = {
    aim,
    cases: tuned[0]!.counts.length,
    inPixels,
    weights: await Promise.all(runs.map(({ file }) => fileDigest(file))),
    temperature,
    classes: points.map((own) => bestPoint(own, aim)),
  };
  const paths = runs.map(({ file }) => runFolder(dirname(resolve(file))).operatingPoint);
  for (const path of paths) await writeFileAtomic(path, `${JSON.stringify(chosen, null, 2)}\n`);
  return { paths, chosen, points };
}

/** Halfway between numbers of voxels of the usual size, so that rounding decides nothing. */
function volumesFor(cases: readonly CaseCounts[]): readonly number[] {
  const sizes = cases.map(({ voxelVolume }) => voxelVolume).sort((a, b) => a - b);
  const usual = sizes[Math.floor(sizes.length / 2)]!;
  return leastVoxels.map((voxels) =>
    voxels === 1 ? 0 : Number(((voxels - 0.5) * usual).toPrecision(4)),
  );
}
