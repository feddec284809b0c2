import { resolve } from 'node:path';
import { areaOf } from '@sts-net/datasets';
import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import { referenceOf } from '@sts-net/inference';
import { writeVolume } from '@sts-net/volume-io';
import { writeLabelImage } from '../prediction/label-image.ts';
import { lesionCsv } from '../prediction/lesion-text.ts';
import { probabilityName } from '../prediction/output-folder.ts';
import { type CasePrediction, predictCase } from '../prediction/predict-case.ts';
import { checkChannels, imageArguments, readImageArguments } from './image-arguments.ts';
import { interruptible, progressLine } from './interruption.ts';
import { checkLabelFormat, checkLabelName, writeLabels } from './label-output.ts';
import type { OpenForCli } from './prediction-arguments.ts';
import { UsageError } from './usage-error.ts';
import { warnOnce } from './warn-once.ts';

/** What `predict` writes of one image. */
export interface OneOutput {
  readonly output: string;
  readonly probabilities?: true;
  readonly lesions?: string;
}

/** Predicts one image, which may be a file for each channel. */
export async function predictOne(
  texts: readonly string[],
  { output, probabilities, lesions }: OneOutput,
  open: () => Promise<OpenForCli>,
): Promise<void> {
  const given = imageArguments(texts);
  const { paths, flat } = given;
  checkLabelName(output, flat);
  if (lesions !== undefined && !/\.(csv|json)$/i.test(lesions)) {
    throw new UsageError(`--lesions must end in .csv or .json, got '${lesions}'`);
  }
  if (paths.some((path) => resolve(output) === resolve(path))) {
    throw new UsageError(`--output must not be the image itself, got '${output}' for both`);
  }
  const image = await readImageArguments(given, { onWarning: warnOnce() });
  const reference = referenceOf(image);
  checkLabelFormat(output, reference);
  for (const path of [output, lesions]) if (path !== undefined) await checkWritable(path);
  const opened = await open();
  const line = progressLine();
  try {
    checkChannels(given, opened.preprocessing);
    const prediction = await interruptible('nothing was written', (signal) =>
      predictCase(
        opened,
        { id: 'image', image, flat },
        {
          decision: opened.decision,
          signal,
          onProgress: (done: number, total: number) => line.show(`slice ${done}/${total}`),
        },
      ),
    );
    const { labels, classes } = prediction;
    if (lesions !== undefined) await writeLesions(lesions, prediction);
    if (probabilities) await writeProbabilities(output, prediction);
    if (flat) await writeLabelImage(output, labels.voxels.pick(0, null, null), classes);
    else await writeLabels(output, labels, reference, classes);
    line.clear();
    const { data, shape } = labels.voxels;
    const size = flat ? shape.slice(1) : shape;
    process.stdout.write(
      `${output}: ${areaOf(data)} ${flat ? 'pixels' : 'voxels'} found in ${size.join(' × ')}\n`,
    );
  } finally {
    line.clear();
    opened.dispose();
  }
}

async function writeLesions(path: string, prediction: CasePrediction): Promise<void> {
  const lesions = prediction.lesions();
  const text = /\.csv$/i.test(path)
    ? lesionCsv(lesions)
    : `${JSON.stringify({ lesions }, null, 2)}\n`;
  await writeFileAtomic(path, text);
}

/** Beside the labels, under their name. */
async function writeProbabilities(
  output: string,
  { classes, probabilities }: CasePrediction,
): Promise<void> {
  const [, base = output, ending] =
    /^(.*?)(\.nii|\.nii\.gz|\.nrrd|\.mha|(?:\.rtstruct)?\.dcm|\.png)$/i.exec(output) ?? [];
  const own = /\.(dcm|png)$/i.test(ending ?? '') ? '.nii.gz' : ending;
  for (let c = 1; c < classes; c++) {
    await writeVolume(`${base}_${probabilityName(c, classes)}${own}`, probabilities(c));
  }
}
