import {
  type AugmentationContext,
  type AugmentationName,
  type AugmentationOptions,
  type AugmentationSpec,
  compact,
  compose,
  createAugmentation,
  sampleRandom,
  seededRandom,
  shuffled,
  sometimes,
  type Transform,
} from '@sts-net/amplify';
import type { Normalization } from '@sts-net/inference';
import type { Sample } from '@sts-net/volume-io';
import { withIgnore } from './ignored.ts';
import type { TrainingSlice } from './training-items.ts';

/** An augmentation as data: its name with its options, and how often it is applied, 0 … 1. */
export type OnlineConfig = {
  readonly [Name in AugmentationName]: {
    readonly name: Name;
    readonly probability: number;
  } & Readonly<AugmentationOptions[Name]>;
}[AugmentationName];

/** What changes samples each time they are drawn: by name, or a specification of one's own. */
export type OnlineAugmentation =
  | OnlineConfig
  | { readonly name: AugmentationSpec; readonly probability: number };

/** A sample that was drawn for a batch. */
export interface Drawn {
  readonly sample: Sample;
  readonly normalization: Normalization;
}

/**
 * Changes a drawn sample as a function of the run's seed, the sample's id and `pass` alone: the epoch,
 * or the number of the draw where samples are drawn more than once in an epoch.
 */
export type OnlineAmplifier = (drawn: Drawn, pass: number) => Drawn;

/**
 * @param slices those of the training split; lesions are copied from no others
 * @throws RangeError if lesions are to be copied between patients and fewer than two have any
 */
export async function createOnlineAmplifier(
  online: readonly OnlineAugmentation[],
  slices: readonly TrainingSlice[],
  seed: number,
): Promise<OnlineAmplifier> {
  if (online.length === 0) return (drawn) => drawn;
  const context: AugmentationContext = { donors: (count) => findDonors(count, slices, seed) };
  const transforms: Transform[] = [];
  for (const { name, probability, ...options } of online) {
    transforms.push(sometimes(probability, await createAugmentation(name, options, context)));
  }
  const all = compose(...transforms);
  return (drawn, pass) => {
    const scaled = scale(drawn);
    return { ...scaled, sample: all(scaled.sample, sampleRandom(seed, scaled.sample.id, pass)) };
  };
}

async function findDonors(
  count: number,
  slices: readonly TrainingSlice[],
  seed: number,
): Promise<readonly Sample[]> {
  const withLesion = slices.filter(({ lesionArea }) => lesionArea > 0);
  const groups = new Set(withLesion.map(({ one }) => one.group));
  if (groups.size < 2) {
    throw new RangeError(
      `amplification.online: "copy-paste" needs training lesions of at least 2 groups, got ${groups.size}; leave it out or add cases`,
    );
  }
  const donors: Sample[] = [];
  for (const { one, index } of shuffled(withLesion, seededRandom(seed, 'donors')).slice(0, count)) {
    const { samples, normalization } = await one.load();
    donors.push(scale({ sample: samples[index]!, normalization }).sample);
  }
  return donors;
}

/** With the contrast that the network sees, so that cases can be mixed; zero stays zero. */
function scale({ sample, normalization }: Drawn): Drawn {
  const { image, mask } = compact(sample);
  const factors = normalization.map((map) => map.scale);
  for (let i = 0; i < image.data.length; i++) image.data[i]! *= factors[i % factors.length]!;
  return {
    sample: withZeros(withIgnore({ ...sample, image, mask }), normalization),
    normalization: normalization.map(({ scale: factor, low, high, ...map }) => ({
      ...map,
      scale: 1,
      low: low * factor,
      high: high * factor,
    })),
  };
}

/** The sample as `@sts-net/amplify` takes it, told in which channels 0 stays 0 as the network sees it. */
function withZeros(
  sample: Sample,
  normalization: Normalization,
): Sample & { readonly keepsZero: readonly boolean[] } {
  return { ...sample, keepsZero: normalization.map(({ keepsZero }) => keepsZero) };
}
