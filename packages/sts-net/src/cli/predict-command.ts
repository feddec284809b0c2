import { resolve } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { BackendChoice } from '@sts-net/backend';
import { areaOf } from '@sts-net/datasets';
import { checkWritable } from '@sts-net/datasets/files';
import { type Predictor, predictImage, predictVolume, referenceOf } from '@sts-net/inference';
import type { ModelDescription } from '../runs/model-file.ts';
import { backendOption } from './arguments.ts';
import { sayAdvice } from './engine-advice.ts';
import { checkChannels, imageArguments, readImageArguments } from './image-arguments.ts';
import { interruptible, progressLine } from './interruption.ts';
import { checkLabelFormat, checkLabelName, writeLabelImage, writeLabels } from './label-output.ts';
import { UsageError } from './usage-error.ts';
import { warnOnce } from './warn-once.ts';

export function predictCommand(): CommandUnknownOpts {
  return new Command('predict')
    .argument(
      '<images...>',
      'the volume: NIfTI, NRRD, MetaImage, DICOM, or the folder of a DICOM series; or PNG, JPEG, TIFF; of a network with named channels one each, as flair=a.nii.gz t1=b.nii.gz',
    )
    .requiredOption('--model <path>', 'folder of a run, a file of weights or an .onnx file')
    .requiredOption(
      '--output <file>',
      'the labels to write: .nii, .nii.gz, .nrrd, .mha, or .dcm (DICOM SEG); of a 2-D image .png',
    )
    .option(...backendOption)
    .action(async (texts, { model, output, backend = 'auto' }) => {
      const given = imageArguments(texts);
      const { paths, flat } = given;
      checkLabelName(output, flat);
      if (paths.some((path) => resolve(output) === resolve(path))) {
        throw new UsageError(`--output must not be the image itself, got '${output}' for both`);
      }
      const image = await readImageArguments(given, { onWarning: warnOnce() });
      const reference = referenceOf(image);
      checkLabelFormat(output, reference);
      await checkWritable(output);
      const { predictor, network, preprocessing, dispose } = await load(model, backend);
      const { classes } = network;
      const line = progressLine();
      try {
        checkChannels(given, preprocessing);
        const { data, shape } = await interruptible('nothing was written', async (signal) => {
          const options = {
            preprocessing,
            signal,
            onProgress: (done: number, total: number) => line.show(`slice ${done}/${total}`),
          };
          if (flat) {
            const labels = (await predictImage(predictor, image, options)).labels();
            await writeLabelImage(output, labels, classes);
            return labels;
          }
          const labels = (await predictVolume(predictor, image, options)).labels();
          await writeLabels(output, labels, reference, classes);
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
    });
}

interface Loaded extends ModelDescription {
  readonly predictor: Predictor;
  readonly dispose: () => void;
}

/** An ONNX file needs ONNX Runtime alone, a run TensorFlow.js; each is loaded where it is used. */
async function load(path: string, engine: 'auto' | BackendChoice): Promise<Loaded> {
  if (/\.onnx$/i.test(path)) {
    const { loadOnnx } = await import('../onnx/load-onnx.ts');
    return { ...(await loadOnnx(path)), dispose: () => {} };
  }
  const { loadForCli } = await import('./load-for-cli.ts');
  const { prepareEngine } = await import('../runs/prepare-engine.ts');
  const { predictorOf } = await import('@sts-net/model');
  sayAdvice(await prepareEngine(engine));
  const loaded = await loadForCli(path);
  const { model } = loaded;
  return { ...loaded, predictor: predictorOf(model), dispose: () => model.dispose() };
}
