import { runNormalization } from '@sts-net/experiment';
import { fullPreprocessing } from '@sts-net/inference';
import type { Batch } from '@sts-net/training';
import { CaseCache, cacheOfConfig } from '../cases/case-cache.ts';
import { fileReader } from '../cases/case-reader.ts';
import { findExperiment } from '../cases/find-split.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { batchPicture, labelCounts, type ShownChannels } from '../report/batch-pictures.ts';
import { plural } from '../report/format.ts';
import { type Html, html, htmlPage } from '../report/html.ts';
import { normalizationText } from '../runs/normalization-text.ts';
import { prepareData } from '../runs/training-data.ts';

/** About how many samples are shown. */
const count = 24;

/**
 * A page of the first batches of a training as the network gets them: sampled, amplified, augmented,
 * normalised, with the outlines of their labels. They are the batches that `train` draws with this config.
 *
 * @param baseFolder the folder that the config's relative paths start from
 */
export async function batchesPage(given: ExperimentConfig, baseFolder: string): Promise<string> {
  const { config, split } = await findExperiment(given, baseFolder);
  const { training } = split;
  const kept = cacheOfConfig(config.data, baseFolder);
  const normalization = await runNormalization(
    config.preprocessing,
    undefined,
    training,
    fileReader,
  );
  const preprocessing = { ...config.preprocessing, normalization: normalization.rule };
  const { source } = await prepareData(
    { ...config, preprocessing, training: { ...config.training, workers: 0 } },
    // Batches need no others.
    {
      split: { training, validation: [], test: [] },
      reader: fileReader,
      cache: kept && new CaseCache(kept),
    },
  );
  const isFlat = training[0] !== undefined && fileReader.isFlat(training[0]).image;
  const channels = shownChannels(config.preprocessing, isFlat);
  const batches: Batch[] = [];
  for (let shown = 0; shown < count; shown += batches.at(-1)!.count) {
    batches.push(await source.batch(batches.length));
  }
  const title = 'What the network is shown';
  const figures = batches.flatMap((batch, step) =>
    Array.from({ length: batch.count }, (_, i) => batchPicture(batch, i, channels, step)),
  );
  const body = html`<h1>${title}</h1>
${description(batches, source.stepsPerEpoch)}
<p>${normalizationText(normalization)}</p>
<div class="sheet">${figures}</div>`;
  return htmlPage(title, body);
}

/** The slice that is labelled, of each channel with a name; a 2-D image of three in its colours. */
function shownChannels(
  preprocessing: ExperimentConfig['preprocessing'],
  isFlat: boolean,
): readonly ShownChannels[] {
  const { context, channels } = fullPreprocessing(preprocessing);
  if (channels !== undefined) {
    return channels.map((name, i) => ({ name, at: [context * channels.length + i] }));
  }
  return isFlat && context === 1 ? [{ at: [0, 1, 2] }] : [{ at: [context] }];
}

function description(batches: readonly Batch[], stepsPerEpoch: number): Html {
  const [first] = batches as [Batch];
  let [samples, withLesion, pixels] = [0, 0, 0];
  for (const batch of batches) {
    for (let i = 0; i < batch.count; i++) {
      const [, ...lesions] = labelCounts(batch, i);
      const lesion = lesions.reduce((sum, count) => sum + count, 0);
      samples++;
      if (lesion > 0) withLesion++;
      pixels += lesion;
    }
  }
  const share = (100 * pixels) / (samples * first.height * first.width);
  return html`<p>The first ${plural(samples, 'sample')} of a training, ${first.height} × ${first.width} pixels with
${plural(first.channels, 'channel')}, as they go into the network: drawn, amplified, changed and normalised as the config says. Each is shown
without and with the outline of its labels, in the direction in which the network gets it. ${withLesion} of them show a lesion;
${share.toPrecision(2)} % of their pixels are lesion. An epoch has ${plural(stepsPerEpoch, 'step')}.</p>`;
}
