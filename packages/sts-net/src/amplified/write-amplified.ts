import { compact } from '@sts-net/amplify';
import { type Case, manifestText } from '@sts-net/datasets';
import { writeFolderAtomic } from '@sts-net/datasets/files';
import { channelsOf } from '@sts-net/inference';
import { createAmplifier, listSlices, type TrainingSlice } from '@sts-net/training';
import { IGNORED, type Spacing } from '@sts-net/volume-io';
import { CaseCache, cacheOfConfig } from '../cases/case-cache.ts';
import { CaseStore, type LoadedCase } from '../cases/case-store.ts';
import { findExperiment } from '../cases/find-split.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import type { EncodedSample, EncodingJob } from './encode-samples.ts';
import { encodeInWorkers } from './encoding-pool.ts';
import { type IntensityMap, intensityMapOf } from './intensity-map.ts';

export interface WriteAmplifiedOptions {
  /** How samples are stored: NIfTI as float32; PNG as whole numbers of 8 or 16 bit. */
  readonly format: 'nifti' | 'png';
  /** Worker threads; the result does not depend on their number. */
  readonly workers: number;
  /** Stops between slices: the call then throws the signal's reason, and leaves nothing. */
  readonly signal?: AbortSignal;
  /** Called when a slice and its copies are written. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called with a sentence about what is odd about the data but no error. */
  readonly onWarning?: (text: string) => void;
}

/**
 * Writes the training samples of a config with their amplified copies: `images/<id>`, `masks/<id>`
 * and the list `manifest.jsonl`. The folder appears when it is complete.
 *
 * @param baseFolder the folder that the config's relative paths start from
 * @param output the folder to make; must not exist or be empty
 * @throws RangeError if the config amplifies nothing, or if PNG cannot hold the channels.
 */
export async function writeAmplified(
  given: ExperimentConfig,
  baseFolder: string,
  output: string,
  { format, workers, signal, onProgress, onWarning }: WriteAmplifiedOptions,
): Promise<readonly EncodedSample['item'][]> {
  const { amplification, data, seed, model } = given;
  const { method, extended = false } = amplification;
  if (method === 'none') {
    throw new RangeError('amplification.method: must be 1, 2, 3 or 4, got "none"; choose a method');
  }
  const { config, split } = await findExperiment(given, baseFolder);
  const { preprocessing } = config;
  const channels = channelsOf(preprocessing);
  if (format === 'png' && channels !== 1 && channels !== 3) {
    const { context, channels: names } = preprocessing;
    const named = names === undefined ? '' : ` of ${names.length} named channels`;
    throw new RangeError(
      `the \`format\` png holds 1 or 3 channels, but \`preprocessing.context\` ${context}${named} makes ${channels}; write nifti, or lower \`preprocessing.context\``,
    );
  }
  const kept = cacheOfConfig(data, baseFolder);
  const cache = kept && new CaseCache(kept, { onWarning });
  const store = new CaseStore({ preprocessing, classes: model.classes }, { cache });
  const cases = split.training.map((one) => {
    const own = store.trainingCase(one);
    const load = () => {
      signal?.throwIfAborted();
      return own.load();
    };
    return { id: own.id, group: own.group, load };
  });
  const items: EncodedSample['item'][] = [];
  await writeFolderAtomic(output, ['images', 'masks'], async (_, write) => {
    const slices = await listSlices(cases);
    if (store.warning !== undefined) onWarning?.(store.warning);
    const { threshold } = createAmplifier(amplification, slices, seed);
    const settings = { amplification: { method, extended, threshold, seed } };
    const jobs = encodingJobs(store, split.training, slices, preprocessing.axis, format);
    let done = 0;
    for await (const encoded of encodeInWorkers(jobs, settings, Math.min(workers, slices.length))) {
      signal?.throwIfAborted();
      for (const { item, image, mask } of encoded) {
        await write(item.image, image);
        await write(item.mask, mask);
        items.push(item);
      }
      onProgress?.(++done, slices.length);
    }
    await write('manifest.jsonl', manifestText(items));
  });
  return items;
}

async function* encodingJobs(
  store: CaseStore,
  cases: readonly Case[],
  slices: readonly TrainingSlice[],
  axis: 0 | 1 | 2,
  format: 'nifti' | 'png',
): AsyncGenerator<EncodingJob> {
  let map: { readonly of: LoadedCase; readonly intensities: IntensityMap | undefined } | undefined;
  const caseOf = new Map(cases.map((one) => [one.id, one]));
  for (const { one, index } of slices) {
    const own = caseOf.get(one.id)!;
    const loaded = await store.load(own);
    if (map?.of !== loaded) {
      const intensities = format === 'png' ? intensityMapOf(loaded.images) : undefined;
      map = { of: loaded, intensities };
    }
    const { id, group, image, mask } = compact(loaded.samples[index]!);
    yield {
      id,
      group,
      shape: image.shape as [number, number, number],
      image: image.data as Float32Array<ArrayBuffer>,
      mask: mask.data as Uint8Array<ArrayBuffer>,
      ignore: own.labels?.ignore === undefined ? undefined : IGNORED,
      spacing: loaded.flat ? null : spacingOf(loaded, axis),
      intensities: map.intensities,
    };
  }
}

/** mm between slices, rows and columns of the samples. */
function spacingOf({ images: [{ spacing }] }: LoadedCase, axis: 0 | 1 | 2): Spacing {
  const [row, column] = spacing.filter((_, i) => i !== axis) as [number, number];
  return [spacing[axis], row, column];
}
