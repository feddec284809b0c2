import { resolve } from 'node:path';
import type { BackendName } from '@sts-net/backend';
import { areaOf, isFlatImage } from '@sts-net/datasets';
import { checkWritable } from '@sts-net/datasets/files';
import { type Predictor, predictImage, predictVolume } from '@sts-net/inference';
import { predictorOf } from '@sts-net/model';
import type { CommandDef } from 'citty';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { loadOnnx } from '../onnx/load-onnx.ts';
import { loadModel } from '../runs/load-model.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { backendArgument, backendName } from './backend-argument.ts';
import { command } from './command.ts';
import { interruptible } from './interruption.ts';
import { checkLabelFormat, checkLabelName, readFileOrSeries, writeLabelImage, writeLabels } from './label-output.ts';
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
    const { predictor, config, dispose } = await load(modelPath, engine);
    const { classes } = config.model;
    const line = progressLine();
    try {
      const { data, shape } = await interruptible('nothing was written', async (signal) => {
        const options = {
          preprocessing: config.data,
          batchSize: config.training.batchSize,
          signal,
          onProgress: (done: number, total: number) => line.show(`slice ${done}/${total}`),
        };
        if (flat) {
          const labels = (await predictImage(predictor, image, options)).labels();
          await writeLabelImage(output, labels, classes);
          return labels;
        }
        const labels = (await predictVolume(predictor, image, options)).labels();
        await writeLabels(output, labels, image, classes);
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
  readonly predictor: Predictor;
  readonly config: ExperimentConfig;
  readonly dispose: () => void;
}

async function load(path: string, engine: 'auto' | BackendName): Promise<Loaded> {
  if (/\.onnx$/i.test(path)) return { ...(await loadOnnx(path)), dispose: () => {} };
  await prepareEngine(engine);
  const { model, config } = loadModel(path);
  return { predictor: predictorOf(model), config, dispose: () => model.dispose() };
}
