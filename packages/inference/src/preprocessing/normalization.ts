import type { Volume } from '@sts-net/volume-io';
import type { ClipRule, NormalizationRule } from './normalization-rule.ts';
import { type Counted, percentiles } from './percentiles.ts';
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

/** What is done to the intensities of a volume. */
export interface IntensityRules {
  readonly rule: NormalizationRule;
  readonly clip: ClipRule | undefined;
}

/** What a volume is, for measuring it. */
interface Measured {
  /** Whether the slices are the channels of one 2-D image. */
  readonly flat: boolean;
  /** The volume's name in errors. */
  readonly id: string;
}

const imagenetMean = [0.485, 0.456, 0.406];
const imagenetDeviation = [0.229, 0.224, 0.225];
const limitless = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** Of a channel that is missing: 0, whatever is there. */
export const nothing: IntensityMap = { scale: 0, offset: 0, low: 0, high: 0, keepsZero: true };

/**
 * How a volume's intensities become network input.
 *
 * @returns for each channel of samples that the volume gives, in turns where there is more than one
 * @throws RangeError if the volume holds NaN or infinity, or no two different values where the rules need
 * some; or if the rules clip twice.
 */
export function intensityMaps(
  { voxels }: Volume<Float32Array>,
  { rule, clip }: IntensityRules,
  { flat, id }: Measured,
): readonly IntensityMap[] {
  const values = valuesOf(voxels);
  checkFinite(values, id);
  if (rule.name === 'percentile' || rule.name === 'window') {
    if (clip !== undefined) {
      throw new RangeError(
        `\`clip\`: must be left out where the normalization is '${rule.name}', which has its own limits, got '${clip.name}'; leave it out, or take another normalization`,
      );
    }
    const { low, high } = limitsOf(values, everything, rule, id);
    const scale = 1 / (high - low);
    return [{ scale, offset: -low * scale, low, high, keepsZero: false }];
  }
  if (rule.name === 'imagenet') {
    const limits = clip === undefined ? limitless : limitsOf(values, everything, clip, id);
    return imagenetMean.map((mean, c) => {
      const deviation = imagenetDeviation[c]!;
      const scale = 1 / (rule.maxPixelValue * deviation);
      return { ...limits, scale, offset: -mean / deviation, keepsZero: false };
    });
  }
  const shape = flat ? [1, ...voxels.shape.slice(1)] : voxels.shape;
  const counted = countedBy(rule.name, values, shape);
  return [standardized(values, counted, { clip, name: rule.name, id })];
}

/** What a number becomes. */
export function toInput(
  value: number,
  { scale, offset, low, high, keepsZero }: IntensityMap,
): number {
  if (value === 0 && keepsZero) return 0;
  return (value < low ? low : value > high ? high : value) * scale + offset;
}

/** Two intensities, which are given or found by percentiles. */
function limitsOf(
  values: Float32Array,
  counted: Counted,
  rule: ClipRule,
  id: string,
): Pick<IntensityMap, 'low' | 'high'> {
  const isWindow = rule.name === 'window';
  const [low, high] = isWindow
    ? [rule.low, rule.high]
    : (percentiles(values, [rule.low, rule.high], counted) as [number, number]);
  if (high > low) return { low, high };
  throw new RangeError(
    isWindow
      ? `the window's \`high\` must be above its \`low\`, ${low}, got ${high}`
      : `'${id}': the image must hold different intensities from percentile ${rule.low} to ${rule.high}, got ${low} for both; check the file, take percentiles farther apart, or take the case out`,
  );
}

const everything: Counted = () => true;

/** The values that a rule measures: all, those that are not 0, or those that are not background. */
function countedBy(
  name: 'nonzero' | 'all' | 'mask',
  values: Float32Array,
  shape: readonly number[],
): Counted {
  if (name === 'all') return everything;
  if (name === 'nonzero') return (i) => values[i] !== 0;
  const background = backgroundOf(values, shape);
  return (i) => background[i] === 0;
}

/** Mean 0 and standard deviation 1 over the values that count, once they are clipped. */
function standardized(
  values: Float32Array,
  counted: Counted,
  {
    clip,
    name,
    id,
  }: { readonly clip: ClipRule | undefined; readonly name: string; readonly id: string },
): IntensityMap {
  const keepsZero = name === 'nonzero';
  const { count } = moments(values, counted, limitless);
  const limits =
    clip === undefined || count === 0 ? limitless : limitsOf(values, counted, clip, id);
  const { mean, deviation } = moments(values, counted, limits);
  if (!(deviation > 0)) {
    const within = clip === undefined ? '' : ' within its limits';
    throw new RangeError(
      `'${id}': the image must hold different${keepsZero ? ' nonzero' : ''} intensities${within}, got ${count === 0 ? 'zeros only' : `${mean} everywhere`}; check the file or take the case out`,
    );
  }
  return { ...limits, scale: 1 / deviation, offset: -mean / deviation, keepsZero };
}

/** See `zeroBackground`; of a 2-D image with several channels, what is background in all. */
function backgroundOf(values: Float32Array, shape: readonly number[]): Uint8Array {
  const size = shape.reduce((a, b) => a * b);
  if (size === values.length) return zeroBackground(values, shape);
  const anyChannel = new Float32Array(size);
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) anyChannel[i % size] = 1;
  const plane = zeroBackground(anyChannel, shape);
  const background = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at += size) background.set(plane, at);
  return background;
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
  counted: Counted,
  { low, high }: Pick<IntensityMap, 'low' | 'high'>,
): { readonly count: number; readonly mean: number; readonly deviation: number } {
  const within = (value: number) => (value < low ? low : value > high ? high : value);
  let count = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    if (!counted(i)) continue;
    sum += within(values[i]!);
    count++;
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    if (counted(i)) squares += (within(values[i]!) - mean) ** 2;
  }
  return { count, mean, deviation: Math.sqrt(squares / count) };
}
