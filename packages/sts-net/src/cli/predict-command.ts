import { resolve } from 'node:path';
import type { BackendName } from '@sts-net/backend';
import { type Volume, writeImage, writeVolume } from '@sts-net/volume-io';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { CommandDef } from 'citty';
import ndarray, { type NdArray } from 'ndarray';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { isFlatImage, readImageFile } from '../data/read-image-file.ts';
import { checkWritable } from '../files/check-writable.ts';
import type { Classifier } from '../inference/classifier.ts';
import { loadModel } from '../inference/load-model.ts';
import { predictImage } from '../inference/predict-image.ts';
import { predictVolume } from '../inference/predict-volume.ts';
import { prepareEngine } from '../inference/prepare-engine.ts';
import { loadOnnx } from '../onnx/load-onnx.ts';
import { backendArgument, backendName } from './backend-argument.ts';
import { command } from './command.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';

export const predictCommand: CommandDef = command({
  meta: { name: 'predict', description: 'find the targets in a volume or a 2-D image' },
  args: {
    image: {
      type: 'positional',
      required: true,
      description: 'the volume, or a PNG, JPEG or TIFF',
    },
    model: {
      type: 'string',
      required: true,
      description: 'folder of a run, a checkpoint or an .onnx file',
    },
    output: {
      type: 'string',
      required: true,
      description: 'the labels to write: .nii or .nii.gz, of a 2-D image .png',
    },
    backend: backendArgument,
  },
  async run({ args: { image: path, model: modelPath, output, backend } }) {
    const flat = isFlatImage(path);
    checkEnding(output, flat);
    if (resolve(output) === resolve(path)) {
      throw new RangeError(`--output must not be the image itself, got '${output}' for both`);
    }
    const engine = backendName(backend);
    const image = await readImageFile(path);
    await checkWritable(output);
    const { model, config, dispose } = await load(modelPath, engine);
    const line = progressLine();
    try {
      const { axis, context, edge, size, normalization } = config.data;
      const { batchSize } = config.training;
      const found = await interruptible('nothing was written', async (signal) => {
        const options = {
          ...{ context, size, normalization, batchSize, signal },
          onProgress: (done: number, total: number) => line.show(`slice ${done}/${total}`),
        };
        return flat
          ? writeLabelImage(output, await predictImage(model, image, options), config.model.classes)
          : writeLabels(output, await predictVolume(model, image, { ...options, axis, edge }));
      });
      line.clear();
      process.stdout.write(`${output}: ${found}\n`);
    } finally {
      line.clear();
      dispose();
    }
  },
});

function checkEnding(output: string, flat: boolean): void {
  const [pattern, endings] = flat ? [/\.png$/i, '.png'] : [/\.nii(\.gz)?$/i, '.nii or .nii.gz'];
  if (pattern.test(output)) return;
  throw new RangeError(
    `--output must end in ${endings}${flat ? ', because the image is 2-D' : ''}, got '${output}'`,
  );
}

async function writeLabels(path: string, labels: Volume<Uint8Array>): Promise<string> {
  await writeVolume(path, labels);
  const { data, shape } = labels.voxels;
  return `${countNonzero(data)} voxels found in ${shape.join(' × ')}`;
}

/** Of two classes the target is white, as masks usually are; otherwise a pixel is its class. */
async function writeLabelImage(
  path: string,
  { data, shape }: NdArray<Uint8Array>,
  classes: number,
): Promise<string> {
  const pixels = classes === 2 ? data.map((label) => 255 * label) : data;
  await writeImage(path, ndarray(pixels, shape));
  return `${countNonzero(data)} pixels found in ${shape.join(' × ')}`;
}

function countNonzero(labels: Uint8Array): number {
  return labels.reduce((count, label) => count + (label === 0 ? 0 : 1), 0);
}

interface Loaded {
  readonly model: LayersModel | Classifier;
  readonly config: ExperimentConfig;
  readonly dispose: () => void;
}

async function load(path: string, engine: 'auto' | BackendName): Promise<Loaded> {
  if (/\.onnx$/i.test(path)) {
    const { classify, config } = await loadOnnx(path);
    return { model: classify, config, dispose: () => {} };
  }
  await prepareEngine(engine);
  const { model, config } = loadModel(path);
  return { model, config, dispose: () => model.dispose() };
}
