import type { Volume } from '@sts-net/volume-io';
import type { NormalizationRule } from './normalization-rule.ts';
import { percentiles } from './percentiles.ts';
import { valuesOf } from './values-of.ts';
import { zeroBackground } from './zero-background.ts';

/** `v ↦ v·scale + offset`, of `v` brought to the limits first. */
export interface IntensityMap {
  readonly scale: number;
  readonly offset: number;
  readonly low: number;
  readonly high: number;
  /** Zero, the background around a cut-out organ, stays zero. */
  readonly keepsZero: boolean;
}

/** How the intensities of an image become network input, for each channel of its samples. */
export type Normalization = readonly IntensityMap[];

const imagenetMean = [0.485, 0.456, 0.406];
const imagenetDeviation = [0.229, 0.224, 0.225];
const limitless = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/**
 * How an image's intensities become network input.
 *
 * @param flat whether the slices are the channels of one 2-D image
 * @throws RangeError if the image holds NaN or infinity, or no two different values where the rule needs
 * some.
 */
export function normalizationFor(
  { voxels }: Volume<Float32Array>,
  rule: NormalizationRule,
  {
    channels,
    flat,
    id,
  }: { readonly channels: number; readonly flat: boolean; readonly id: string },
): Normalization {
  const values = valuesOf(voxels);
  checkFinite(values, id);
  if (rule.name === 'imagenet') {
    return imagenetMean.map((mean, c) => {
      const deviation = imagenetDeviation[c]!;
      const scale = 1 / (rule.maxPixelValue * deviation);
      return { ...limitless, scale, offset: -mean / deviation, keepsZero: false };
    });
  }
  const map =
    rule.name === 'percentile' || rule.name === 'window'
      ? limited(values, rule, id)
      : standardized(values, rule.name, flat ? [1, ...voxels.shape.slice(1)] : voxels.shape, id);
  return new Array(channels).fill(map);
}

/** What a number becomes. */
export function toInput(
  value: number,
  { scale, offset, low, high, keepsZero }: IntensityMap,
): number {
  if (value === 0 && keepsZero) return 0;
  return (value < low ? low : value > high ? high : value) * scale + offset;
}

/** 0 to 1 between two intensities, which are given or found by percentiles. */
function limited(
  values: Float32Array,
  rule: Extract<NormalizationRule, { name: 'percentile' | 'window' }>,
  id: string,
): IntensityMap {
  const isWindow = rule.name === 'window';
  const [low, high] = isWindow
    ? [rule.low, rule.high]
    : (percentiles(values, [rule.low, rule.high]) as [number, number]);
  if (!(high > low)) {
    throw new RangeError(
      isWindow
        ? `the window's \`high\` must be above its \`low\`, ${low}, got ${high}`
        : `'${id}': the image must hold different intensities from percentile ${rule.low} to ${rule.high}, got ${low} for both; check the file, take percentiles farther apart, or take the case out`,
    );
  }
  const scale = 1 / (high - low);
  return { scale, offset: -low * scale, low, high, keepsZero: false };
}

/**
 * Mean 0 and standard deviation 1 over some of the values.
 * @param shape of one plane where the values are several of them
 */
function standardized(
  values: Float32Array,
  name: 'nonzero' | 'all' | 'mask',
  shape: readonly number[],
  id: string,
): IntensityMap {
  const keepsZero = name === 'nonzero';
  const background = name === 'mask' ? backgroundOf(values, shape) : undefined;
  const { count, mean, deviation } = moments(values, keepsZero, background);
  if (!(deviation > 0)) {
    throw new RangeError(
      `'${id}': the image must hold different${keepsZero ? ' nonzero' : ''} intensities, got ${count === 0 ? 'zeros only' : `${mean} everywhere`}; check the file or take the case out`,
    );
  }
  return { ...limitless, scale: 1 / deviation, offset: -mean / deviation, keepsZero };
}

/** See `zeroBackground`; of a 2-D image with several channels, what is background in all. */
function backgroundOf(values: Float32Array, shape: readonly number[]): Uint8Array {
  const size = shape.reduce((a, b) => a * b);
  if (size === values.length) return zeroBackground(values, shape);
  const anyChannel = new Float32Array(size);
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) anyChannel[i % size] = 1;
  const plane = zeroBackground(anyChannel, shape);
  return Uint8Array.from(values, (_, i) => plane[i % size]!);
}

function checkFinite(values: Float32Array, id: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new RangeError(
      `'${id}': intensities must be finite, got ${values[i]} at voxel ${i}; replace such voxels first`,
    );
  }
}

function moments(
  values: Float32Array,
  withoutZero: boolean,
  background: Uint8Array | undefined,
): { count: number; mean: number; deviation: number } {
  const counts = (i: number) =>
    !(withoutZero && values[i] === 0) && (background === undefined || background[i] === 0);
  let count = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    if (!counts(i)) continue;
    count++;
    sum += values[i]!;
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < values.length; i++) if (counts(i)) squares += (values[i]! - mean) ** 2;
  return { count, mean, deviation: Math.sqrt(squares / count) };
}
