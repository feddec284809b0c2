import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BackendInfo } from '@sts-net/backend';
import { fileError, writeFileAtomic } from '@sts-net/datasets/files';
import { foregroundOf } from '@sts-net/inference';
import { lesionWise } from '@sts-net/metrics';
import { writeVolume } from '@sts-net/volume-io';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import type { TrainEvent } from '../loggers/run-log.ts';
import type { PresetName } from '../presets/presets.ts';
import type { Report } from '../report/report.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { baselines } from './baselines.ts';
import { readCases, splitRows } from './demo-cases.ts';
import { demoData, demoVariants } from './demo-config.ts';
import { type TrainedVariant, trainVariant } from './train-variant.ts';

export interface DemoOptions {
  /**
   * `resnext50-unet` and the smaller `light` take minutes on a CPU; `sts-net`, the paper's network,
   * takes hours there. @default 'resnext50-unet'
   */
  readonly preset?: PresetName;
  /** Trains twice more, without amplification and without ESCA. @default false */
  readonly ablate?: boolean;
  /** Folder for all files, made if missing. @default './sts-net-demo' */
  readonly output?: string;
  /** @default 'auto' */
  readonly backend?: ExperimentConfig['backend'];
  /** @default 2021 */
  readonly seed?: number;
  /** Length of each training. @default the preset's */
  readonly steps?: number;
  /** Called with what is being done, for example `MobileNetV2: step 3/80`. */
  readonly onProgress?: (text: string) => void;
  /** Told which engine computes. */
  readonly onEngine?: (engine: BackendInfo) => void;
  /** When aborted, the training is saved and the call throws the signal's reason; call again to go on. */
  readonly signal?: AbortSignal;
}

/** Where the demo's files are, and what they say. */
export interface DemoResult {
  /** The report, an HTML file. */
  readonly reportPath: string;
  /** Predicted labels of each test image, NIfTI files. */
  readonly predictionPaths: readonly string[];
  readonly report: Report;
}

/**
 * Trains on the sample data that the package holds, multiple-sclerosis lesions of three patients,
 * and leaves in the output folder: `report.html`, `<patient>_prediction.nii.gz` for the patient never
 * trained on, and the folder `runs` with configs, logs and weights. What an interrupted or finished
 * call left there is gone on with.
 *
 * @throws Error naming the file and the cure, if the folder cannot be written or holds other runs.
 */
export async function runDemo(options: DemoOptions = {}): Promise<DemoResult> {
  const { preset = 'resnext50-unet', ablate = false, output = './sts-net-demo' } = options;
  const { backend = 'auto', seed = 2021, steps, onProgress = () => {}, signal } = options;
  const folder = resolve(output);
  await makeFolder(folder);
  const variants = demoVariants({
    preset,
    ablate,
    backend,
    seed,
    steps,
    folder: join(folder, 'runs'),
  });
  const engine = await prepareEngine(backend);
  options.onEngine?.(engine);
  const cases = await readCases(variants[0].config);
  const trained: TrainedVariant[] = [];
  for (const variant of variants) {
    const say = (text: string): void => onProgress(`${variant.name}: ${text}`);
    trained.push(
      await trainVariant(variant, cases, {
        onEvent: progress(say),
        onPredict: (done, total) => say(`predicting, slice ${done}/${total}`),
        signal,
      }),
    );
  }
  const [main, ...others] = trained as [TrainedVariant, ...TrainedVariant[]];
  const predictionPaths = cases.test.map(({ id }) => join(folder, `${id}_prediction.nii.gz`));
  for (const [i, path] of predictionPaths.entries()) {
    await writeVolume(path, main.predictions[i]!);
  }
  const report: Report = {
    title: 'STS-Net demo: small lesions in brain MRI',
    date: new Date().toISOString(),
    engine,
    data: {
      description: demoData.description,
      attribution: demoData.attribution,
      splits: splitRows(cases),
    },
    runs: [main.run, ...others.map(({ run }) => run)],
    baselines: await baselines(cases),
    scored: { split: 'test', ids: cases.test.map(({ id }) => id) },
    cases: cases.test.map(({ id, images: [image], mask }, i) => {
      const prediction = foregroundOf(main.predictions[i]!.voxels);
      const truth = foregroundOf(mask.voxels);
      return {
        id,
        volume: image,
        truth,
        prediction,
        lesions: lesionWise(prediction, truth, { id }),
      };
    }),
    config: variants[0].config,
  };
  const reportPath = join(folder, 'report.html');
  const { renderReport } = await import('../report/render-report.ts');
  await writeFileAtomic(reportPath, renderReport(report));
  return { reportPath, predictionPaths, report };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw fileError(folder, 'make the folder', cause);
  }
}

/** Turns events into lines of text. */
function progress(say: (text: string) => void): (event: TrainEvent) => void {
  let steps = 0;
  let validation = '';
  return (event) => {
    if (event.event === 'start') {
      steps = event.steps;
      say(`${event.samples} samples on ${event.backend.name}`);
    } else if (event.event === 'validation') {
      validation = `, validation ${event.metric} ${event.score.toFixed(3)}`;
      say(`step ${event.step}/${steps}${validation}`);
    } else if (event.event === 'step') {
      say(`step ${event.step}/${steps}, loss ${event.loss.toFixed(3)}${validation}`);
    }
  };
}
