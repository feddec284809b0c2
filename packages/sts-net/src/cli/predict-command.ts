import { resolve } from 'node:path';
import type { BackendName } from '@sts-net/backend';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { CommandDef } from 'citty';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { areaOf } from '../data/area-of.ts';
import { isFlatImage } from '../data/read-image-file.ts';
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
import {
  checkLabelFormat,
  checkLabelName,
  readFileOrSeries,
  writeLabelImage,
  writeLabels,
} from './label-output.ts';
import { progressLine } from './progress-line.ts';

export const predictCommand: CommandDef = command({
  meta: { name: 'predict', description: 'find the targets in a volume or a 2-D image' },
  args: {
    image: {
      type: 'positional',
      required: true,
      description:
        'the volume: NIfTI, NRRD, MetaImage, DICOM, or the folder of a DICOM series; or PNG, JPEG, TIFF',
    },
    model: {
      type: 'string',
      required: true,
      description: 'folder of a run, a checkpoint or an .onnx file',
    },
    output: {
      type: 'string',
      required: true,
      description:
        'the labels to write: .nii, .nii.gz, .nrrd, .mha, or .dcm (DICOM SEG); of a 2-D image .png',
    },
    backend: backendArgument,
  },
  async run({ args: { image: path, model: modelPath, output, backend } }) {
    const flat = isFlatImage(path);
    checkLabelName(output, flat);
    if (resolve(output) === resolve(path)) {
      throw new RangeError(`--output must not be the image itself, got '${output}' for both`);
    }
    const engine = backendName(backend);
    const image = await readFileOrSeries(path);
    checkLabelFormat(output, image);
    await checkWritable(output);
    const { model, config, dispose } = await load(modelPath, engine);
    const line = progressLine();
    try {
      const { axis, context, edge, size, normalization } = config.data;
      const { batchSize } = config.training;
      const { data, shape } = await interruptible('nothing was written', async (signal) => {
        const options = {
          ...{ context, size, normalization, batchSize, signal },
          onProgress: (done: number, total: number) => line.show(`slice ${done}/${total}`),
        };
        if (flat) {
          const labels = await predictImage(model, image, options);
          await writeLabelImage(output, labels, config.model.classes);
          return labels;
        }
        const labels = await predictVolume(model, image, { ...options, axis, edge });
        await writeLabels(output, labels, image, config.model.classes);
        return labels.voxels;
      });
      line.clear();
      process.stdout.write(
        `${output}: ${areaOf(data)} ${flat ? 'pixels' : 'voxels'} found in ${shape.join(' × ')}\n`,
      );
    } finally {
      line.clear();
      dispose();
    }
  },
});

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
