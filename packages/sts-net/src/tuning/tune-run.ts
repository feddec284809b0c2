import { dirname, resolve } from 'node:path';
import { fileDigest, writeFileAtomic } from '@sts-net/datasets/files';
import { predictInput } from '@sts-net/inference';
import { predictorOf } from '@sts-net/model';
import { IGNORED, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { CaseCache } from '../cases/case-cache.ts';
import { CaseStore } from '../cases/case-store.ts';
import { loadModel, modelFileOf } from '../runs/load-model.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { casesOfRun } from '../runs/run-cases.ts';
import { runFolder } from '../runs/run-folder.ts';
import type { RunUseOptions } from '../runs/run-use.ts';
import { type CaseCounts, countCase } from './case-counts.ts';
import { type Aim, bestPoint, type OperatingPoint, operatingPoints } from './operating-point.ts';
import type { OperatingPoints } from './operating-points-file.ts';
import { bestTemperature, ProbabilityHistogram, withTemperature } from './temperature.ts';

export interface TuneRunOptions extends RunUseOptions {
  /** What the points are chosen for. @default 'lesion-f1' */
  readonly aim?: Aim;
}

/** What was chosen, and among what. */
export interface TunedRun {
  /** The file that was written. */
  readonly path: string;
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
 * probabilities true, and for each class a threshold and the least volume of a lesion. What is chosen is kept
 * with the run as `operating-point.json`. The test split is not looked at.
 *
 * @param path a run's folder, or a file of weights in it
 * @throws RangeError if no case validates; DataChangedError if a file holds something else by now
 */
export async function tuneRun(path: string, options: TuneRunOptions = {}): Promise<TunedRun> {
  const { aim = 'lesion-f1', acceptData = false, backend = 'auto', onEngine } = options;
  const file = modelFileOf(path);
  const { cases, cache } = await casesOfRun(file, 'validation', acceptData);
  if (cases.length === 0) {
    throw new RangeError(
      `the validation split of '${dirname(resolve(file))}' must hold a case to tune on, but is empty; train with one (\`data.split.validation\`)`,
    );
  }
  onEngine?.(await prepareEngine(backend));
  const loaded = await loadModel(file);
  try {
    const { preprocessing, network } = loaded;
    const classes = Math.max(2, network.classes);
    const { onProgress, onWarning, signal } = options;
    const store = new CaseStore(
      { preprocessing, classes },
      { cache: cache && new CaseCache(cache, { onWarning }) },
    );
    const predictor = predictorOf(loaded.model);
    const tuned = Array.from({ length: classes - 1 }, () => new TunedClass());
    for (const one of cases) {
      const input = await store.load(one);
      const { probabilities } = await predictInput(predictor, input, {
        preprocessing,
        signal,
        ...(onProgress && { onProgress: (done, total) => onProgress(one.id, done, total) }),
      });
      const truth = (await store.truth(one, input)).voxels.data;
      for (const [i, own] of tuned.entries()) own.add(probabilities(i + 1), truth, i + 1);
    }
    return await choose(tuned, aim, file);
  } finally {
    loaded.model.dispose();
  }
}

/** What is counted of a class. */
class TunedClass {
  readonly histogram = new ProbabilityHistogram();
  readonly counts: CaseCounts[] = [];

  add(probabilities: Volume<Float32Array>, truth: Uint8Array, label: number): void {
    const { voxels } = probabilities;
    const own = truth.map((one) => (one === label ? 1 : 0));
    this.histogram.add(voxels.data, own, truth);
    // Where nothing counts, nothing is found.
    const data = voxels.data.map((p, i) => (truth[i] === IGNORED ? 0 : p));
    const seen = { ...probabilities, voxels: ndarray(data, [...voxels.shape]) };
    this.counts.push(countCase(seen, own, thresholds));
  }
}

async function choose(tuned: readonly TunedClass[], aim: Aim, file: string): Promise<TunedRun> {
  // Of several classes the odds of one against the rest do not follow the network's temperature.
  const temperature = tuned.length > 1 ? 1 : bestTemperature(tuned[0]!.histogram);
  const points = tuned.map(({ counts }) =>
    operatingPoints(counts, thresholds, volumesFor(counts)).map((point) => ({
      ...point,
      threshold: Number(withTemperature(point.threshold, temperature).toPrecision(6)),
    })),
  );
  const chosen: OperatingPoints = {
    aim,
    cases: tuned[0]!.counts.length,
    weights: await fileDigest(file),
    temperature,
    classes: points.map((own) => bestPoint(own, aim)),
  };
  const path = runFolder(dirname(resolve(file))).operatingPoint;
  await writeFileAtomic(path, `${JSON.stringify(chosen, null, 2)}\n`);
  return { path, chosen, points };
}

/** Halfway between numbers of voxels of the usual size, so that rounding decides nothing. */
function volumesFor(cases: readonly CaseCounts[]): readonly number[] {
  const sizes = cases.map(({ voxelVolume }) => voxelVolume).sort((a, b) => a - b);
  const usual = sizes[Math.floor(sizes.length / 2)]!;
  return leastVoxels.map((voxels) =>
    voxels === 1 ? 0 : Number(((voxels - 0.5) * usual).toPrecision(4)),
  );
}
