import { dirname, resolve } from 'node:path';
import { areaOf } from '@sts-net/datasets';
import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import { referenceOf } from '@sts-net/inference';
import { algorithmOf } from '../prediction/algorithm-of.ts';
import { storeIn } from '../prediction/file-store.ts';
import { writeLabels } from '../prediction/label-formats.ts';
import { lesionCsv } from '../prediction/lesion-text.ts';
import { type CasePrediction, predictCase } from '../prediction/predict-case.ts';
import { type QuantityOutput, writeQuantities } from '../prediction/write-quantities.ts';
import { checkChannels, imageArguments, readImageArguments } from './image-arguments.ts';
import { interruptible } from './interruption.ts';
import { checkLabelFormat, outputFormat } from './label-output.ts';
import type { OpenForCli } from './prediction-arguments.ts';
import { progressLine } from './progress-line.ts';
import { UsageError } from './usage-error.ts';
import { warnOnce } from './warn-once.ts';

/** What `predict` writes of one image. */
export interface OneOutput extends QuantityOutput {
  readonly output: string;
  readonly lesions?: string;
}

/** Predicts one image, which may be a file for each channel. */
export async function predictOne(
  texts: readonly string[],
  { output, lesions, ...quantities }: OneOutput,
  open: () => Promise<OpenForCli>,
): Promise<void> {
  const given = imageArguments(texts);
  const { paths, flat } = given;
  const format = outputFormat(output, flat);
  const beside = besideLabels(output);
  checkType(quantities.probabilitiesType, beside.ending);
  if (lesions !== undefined && !/\.(csv|json)$/i.test(lesions)) {
    throw new UsageError(`--lesions must end in .csv or .json, got '${lesions}'`);
  }
  if (paths.some((path) => resolve(output) === resolve(path))) {
    throw new UsageError(`--output must not be the image itself, got '${output}' for both`);
  }
  const image = await readImageArguments(given, { onWarning: warnOnce() });
  const reference = referenceOf(image);
  checkLabelFormat(output, format, reference, flat);
  for (const path of [output, lesions]) if (path !== undefined) await checkWritable(path);
  const opened = await open();
  const line = progressLine();
  let prediction: CasePrediction | undefined;
  try {
    checkChannels(
      given,
      opened.members.map(({ preprocessing }) => preprocessing),
    );
    prediction = await interruptible('nothing was written', (signal) =>
      predictCase(
        opened,
        { id: 'image', image, flat },
        {
          decision: opened.decision,
          store: storeIn(dirname(resolve(output))),
          signal,
          onWarning: warnOnce(line),
          onProgress: (done: number, total: number) => line.show('slices', done, total),
        },
      ),
    );
    const { labels, classes } = prediction;
    if (lesions !== undefined) await writeLesions(lesions, prediction);
    await writeQuantities(beside.base, beside.ending, prediction, quantities);
    const { targets, decision } = opened;
    const algorithm = () => algorithmOf(opened, decision);
    const said = { labels, classes, image: reference, targets, algorithm };
    await writeLabels(output, format, said);
    line.clear();
    const { data, shape } = labels.voxels;
    const size = flat ? shape.slice(1) : shape;
    process.stdout.write(
      `${output}: ${areaOf(data)} ${flat ? 'pixels' : 'voxels'} found in ${size.join(' × ')}\n`,
    );
  } finally {
    prediction?.release();
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

/** The name that files beside the labels begin with, and their ending. */
function besideLabels(output: string): { readonly base: string; readonly ending: string } {
  const [, base = output, ending = ''] =
    /^(.*?)(\.nii|\.nii\.gz|\.nrrd|\.mha|(?:\.rtstruct)?\.dcm|\.png)$/i.exec(output) ?? [];
  return { base, ending: /\.(dcm|png)$/i.test(ending) ? '.nii.gz' : ending };
}

/** @throws UsageError where the format has no place for what is asked for */
function checkType(type: QuantityOutput['probabilitiesType'], ending: string): void {
  if (type !== 'uint8' || /^\.nii(\.gz)?$/i.test(ending)) return;
  throw new UsageError(
    `--probabilities-type uint8 needs a scale, which ${ending} has no place for; let --output end in .nii.gz or .nii, or leave the type out`,
  );
}
