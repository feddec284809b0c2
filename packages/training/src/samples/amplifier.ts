import { type AmplificationMethod, amplify } from '@sts-net/amplify';
import type { Sample } from '@sts-net/volume-io';
import { sliceStatistics, type TrainingItem, type TrainingSlice } from './training-items.ts';

/** Extra copies of the training samples whose lesions are small. */
export interface AmplificationOptions {
  /** Which copies: method 1–4 of the paper, or none. */
  readonly method: 'none' | AmplificationMethod;
  /** Samples with fewer lesion pixels are amplified. @default the method's N1 or N2 of the training split */
  readonly threshold?: number | undefined;
  /** The fifteen copies of the authors' code in place of the method's standard ones. @default false */
  readonly extended?: boolean | undefined;
}

/** The training items with their amplified copies, and how an item becomes a sample. */
export interface Amplifier {
  readonly items: readonly TrainingItem[];
  /** Lesion pixels below which slices are amplified; 0 without amplification. */
  readonly threshold: number;
  sample(original: Sample, item: TrainingItem): Sample;
}

/** Standard copies that `amplify` makes of a sample with a small lesion; method 4 adds a centre crop. */
const standardCopies = { 1: 4, 2: 4, 3: 8, 4: 4 } as const;
const extendedCopies = 15;

/** `amplify` leaves samples alone that have no more lesion pixels than this. */
const smallestArea = 5;

/** Adds copies of the slices with small lesions to the slices; the copies are made when drawn. */
export function createAmplifier(
  { method, threshold: given, extended = false }: AmplificationOptions,
  slices: readonly TrainingSlice[],
  seed: number,
): Amplifier {
  const originals = slices.map((slice) => ({ slice, copy: 0 }));
  if (method === 'none') {
    return { items: originals, threshold: 0, sample: (original) => original };
  }
  const { n1, n2 } = sliceStatistics(slices);
  const threshold = given ?? (method === 1 ? n1 : n2);
  const small = slices.filter((slice) => {
    const { lesionArea } = slice;
    return lesionArea > smallestArea && lesionArea < threshold;
  });
  const copies = (extended ? extendedCopies : standardCopies[method]) + (method === 4 ? 1 : 0);
  const amplified = small.flatMap((slice) =>
    Array.from({ length: copies }, (_, i) => ({ slice, copy: i + 1 })),
  );
  return {
    items: [...originals, ...amplified],
    threshold,
    sample(original, { copy }) {
      if (copy === 0) return original;
      let index = 0;
      for (const sample of amplify(original, { method, extended, threshold, seed })) {
        if (index++ === copy) return sample;
      }
      // A centre crop that cannot be made, because the lesion lies on the border.
      return original;
    },
  };
}
