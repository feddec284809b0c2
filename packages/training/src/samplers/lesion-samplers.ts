import { randomInteger } from '@sts-net/amplify';
import { connectedComponents } from '@sts-net/metrics';
import type { Sample } from '@sts-net/volume-io';
import type { SliceLesion } from '../samples/slice-lesions.ts';
import type { TrainingItem, TrainingSlice } from '../samples/training-items.ts';
import { aroundTargets, type TargetDraw } from './around-lesions.ts';
import { type PixelDraw, randomLesionPixel } from './patch-window.ts';
import type { SamplerSpec } from './sampler.ts';

/** How often lesions are drawn by their size. One of the two, `exponent: 1` without. */
export interface SizeOptions {
  /** A lesion of n voxels is drawn in proportion to n to the power of minus this. */
  readonly exponent?: number | undefined;
  /**
   * Weights by size, `[voxels, weight]` with the sizes rising: straight lines between them, and what
   * the first and the last have beyond.
   */
  readonly curve?: readonly (readonly [size: number, weight: number])[] | undefined;
}

/** Each lesion equally likely, whatever its size and however many slices show it. */
export const lesions: SamplerSpec = aroundTargets((items) => drawLesions(items, () => () => 1));

/** Each class that has lesions equally likely, and each lesion of a class. */
export const classes: SamplerSpec = aroundTargets((items) =>
  drawLesions(items, (all) => {
    const counts = new Map<number, number>();
    for (const { label, share } of all) counts.set(label, (counts.get(label) ?? 0) + share);
    return ({ label }) => 1 / counts.get(label)!;
  }),
);

/** Lesions by their size: small ones more often, or as a curve says. */
export const sizes: SamplerSpec<SizeOptions> = aroundTargets((items, own) => {
  const weigh = sizeWeight(own);
  return drawLesions(
    items,
    () =>
      ({ size }) =>
        weigh(size),
  );
});

/**
 * Draws lesions by weights, and where in the case's slices each is shown, all such places of a lesion
 * equally likely; then the slice or one of its amplified copies.
 *
 * @param weights given all places, tells the weight of a lesion
 */
export function drawLesions(
  items: readonly TrainingItem[],
  weights: (all: readonly SliceLesion[]) => (lesion: SliceLesion) => number,
): TargetDraw | undefined {
  const copies = new Map<TrainingSlice, TrainingItem[]>();
  for (const item of items) {
    const known = copies.get(item.slice);
    if (known === undefined) copies.set(item.slice, [item]);
    else known.push(item);
  }
  const places = [...copies.keys()].flatMap((slice) =>
    slice.lesions.map((lesion) => ({ slice, lesion })),
  );
  const weigh = weights(places.map(({ lesion }) => lesion));
  const sums = new Float64Array(places.length);
  let total = 0;
  for (const [i, { lesion }] of places.entries()) {
    total += lesion.share * weigh(lesion);
    sums[i] = total;
  }
  if (!(total > 0)) return undefined;
  return (random) => {
    const { slice, lesion } = places[firstAbove(sums, random() * total)]!;
    const of = copies.get(slice)!;
    return { item: of[randomInteger(random, of.length)]!, around: pixelOf(lesion) };
  };
}

/** The first index at which rising sums are above a value. */
function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Any pixel of a lesion, all equally likely. In a sample that was changed since, it is the component
 * of its class that is most like it in area, then the nearest; any lesion where its class is gone.
 */
function pixelOf({ label, area, at }: SliceLesion): PixelDraw {
  return (mask: Sample['mask'], random) => {
    const found = connectedComponents(mask, { label });
    const columns = found.shape[1]!;
    let [chosen, best] = [0, [Infinity, Infinity] as readonly [number, number]];
    for (let i = 0, next = 1; i < found.labels.length && next <= found.count; i++) {
      if (found.labels[i] !== next) continue;
      const distance = Math.hypot(Math.floor(i / columns) - at[0], (i % columns) - at[1]);
      const likeness = [Math.abs(found.sizes[next]! - area), distance] as const;
      if (likeness[0] < best[0] || (likeness[0] === best[0] && likeness[1] < best[1])) {
        [chosen, best] = [next, likeness];
      }
      next++;
    }
    if (chosen === 0) return randomLesionPixel(mask, random);
    let left = randomInteger(random, found.sizes[chosen]!);
    let i = 0;
    while (found.labels[i] !== chosen || left-- > 0) i++;
    return [Math.floor(i / columns), i % columns];
  };
}

/** @throws RangeError for both, an exponent that is no number, and a curve that does not rise or has no weight */
function sizeWeight({ exponent, curve }: SizeOptions): (size: number) => number {
  if (curve === undefined) {
    const power = exponent ?? 1;
    if (Number.isFinite(power)) return (size) => size ** -power;
    throw new RangeError(`sampler 'sizes': \`exponent\` must be a number, got ${exponent}`);
  }
  const isRight =
    exponent === undefined &&
    curve.length > 0 &&
    curve.every(([size, weight], i) => weight >= 0 && (i === 0 || size > curve[i - 1]![0])) &&
    curve.some(([, weight]) => weight > 0 && Number.isFinite(weight));
  if (!isRight) {
    throw new RangeError(
      `sampler 'sizes': \`curve\` must be pairs of rising sizes and weights of at least 0, one above, and be given without \`exponent\`; got ${JSON.stringify(curve)}`,
    );
  }
  return (size) => {
    const i = curve.findIndex(([end]) => size <= end);
    if (i <= 0) return (i === 0 ? curve[0] : curve.at(-1))![1];
    const [[a, from], [b, to]] = [curve[i - 1]!, curve[i]!];
    return from + ((to - from) * (size - a)) / (b - a);
  };
}
