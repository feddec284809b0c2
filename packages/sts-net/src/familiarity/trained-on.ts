import type { Case } from '@sts-net/datasets';
import { type CaseReader, evenly } from '@sts-net/experiment/batches';
import { channelsOf, isVolume, type Preprocessing, referenceOf } from '@sts-net/inference';
import { z } from 'zod';
import { fileReader } from '../cases/case-reader.ts';
import { type ImageFacts, imageFacts, type SpacingAxis, spacingAxes } from './image-facts.ts';

const range = z.tuple([z.number(), z.number()]);

/** What images a network was trained on, as its weights say it. */
export const trainedOnSchema = z.strictObject({
  /** Whether they are 2-D images. */
  flat: z.boolean(),
  /** Least and greatest distances of their voxels; see `ImageFacts`. */
  spacing: z.strictObject({
    slices: range.optional(),
    rows: range.optional(),
    columns: range.optional(),
  }),
  /** Where column, row and slice lead. */
  orientations: z.array(z.string()),
  /** Lowest and highest of their ranges of intensities, by channel. */
  intensities: z.record(z.string(), range),
});

/**
 * What images a network was trained on: ranges over cases, and nothing of any one of them.
 */
export type TrainedOn = z.output<typeof trainedOnSchema>;

/** Cases that are looked at. */
const mostLooks = 16;

/**
 * Looks at some training cases, evenly spaced.
 *
 * @returns undefined where there is none, or they are of both two and three dimensions
 * @throws Error naming the file, if an image cannot be read
 */
export async function lookAtTraining(
  cases: readonly Case[],
  preprocessing: Preprocessing,
  reader: CaseReader = fileReader,
): Promise<TrainedOn | undefined> {
  const facts: ImageFacts[] = [];
  for (const one of evenly(cases, mostLooks)) {
    const image = await reader.image(one, preprocessing.channels);
    const flat = reader.isFlat(one).image;
    const [slices] = referenceOf(image).voxels.shape;
    // A volume whose slices may be the channels of a 2-D image.
    if (!flat && isVolume(image) && slices === channelsOf(preprocessing)) continue;
    facts.push(imageFacts(image, flat, preprocessing));
  }
  return summaryOf(facts);
}

/** The ranges of facts. */
function summaryOf(facts: readonly ImageFacts[]): TrainedOn | undefined {
  const [first] = facts;
  if (first === undefined || facts.some(({ flat }) => flat !== first.flat)) return undefined;
  const spacing: Partial<Record<SpacingAxis, [number, number]>> = {};
  for (const axis of spacingAxes) {
    const known = facts.map((one) => one.spacing[axis]).filter((step) => step !== undefined);
    if (known.length > 0)
      spacing[axis] = [rounded(Math.min(...known)), rounded(Math.max(...known))];
  }
  const intensities: Record<string, [number, number]> = {};
  for (const one of facts) {
    for (const [name, [low, high]] of Object.entries(one.intensities)) {
      const [least, most] = intensities[name] ?? [low, high];
      intensities[name] = [rounded(Math.min(least, low)), rounded(Math.max(most, high))];
    }
  }
  const orientations = facts.map((one) => one.orientation).filter((one) => one !== undefined);
  const { flat } = first;
  return { flat, spacing, orientations: [...new Set(orientations)].sort(), intensities };
}

/** No more digits than tell a kind of image. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
