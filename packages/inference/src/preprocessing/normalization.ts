import type { Volume } from '@sts-net/volume-io';

/** How intensities become network input. */
export type NormalizationConfig =
  /** Mean 0 and standard deviation 1 over the volume's nonzero voxels; zero voxels stay zero. */
  | { readonly name: 'z-score' }
  /** `(v / maxPixelValue − mean) / deviation` with ImageNet's means and deviations; 3 channels. */
  | {
      readonly name: 'imagenet';
      /** Largest intensity: 1023 for 10-bit MRI, 255 for 8-bit images. */
      readonly maxPixelValue: number;
    };

/** `v ↦ v·scale + offset` for each channel of a volume's samples. */
export interface Normalization {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  /** Zero, the background around a cut-out organ, stays zero. */
  readonly keepsZero: boolean;
}

const imagenetMean = [0.485, 0.456, 0.406];
const imagenetDeviation = [0.229, 0.224, 0.225];

/**
 * How a volume's intensities become network input.
 *
 * @throws RangeError if the volume holds NaN or infinity, or no two different nonzero values.
 */
export function normalizationFor(
  volume: Volume,
  config: NormalizationConfig,
  channels: number,
  id: string,
): Normalization {
  const { count, mean, deviation } = nonzeroMoments(volume, id);
  if (config.name === 'imagenet') {
    const { maxPixelValue } = config;
    return {
      scale: imagenetDeviation.map((d) => 1 / (maxPixelValue * d)),
      offset: imagenetMean.map((m, c) => -m / imagenetDeviation[c]!),
      keepsZero: false,
    };
  }
  if (!(deviation > 0)) {
    throw new RangeError(
      `'${id}': the image must hold different nonzero intensities, got ${count === 0 ? 'zeros only' : `${mean} everywhere`}; check the file or take the case out`,
    );
  }
  return {
    scale: new Array(channels).fill(1 / deviation),
    offset: new Array(channels).fill(-mean / deviation),
    keepsZero: true,
  };
}

function nonzeroMoments(
  { voxels }: Volume,
  id: string,
): { count: number; mean: number; deviation: number } {
  const { data } = voxels;
  let count = 0;
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value)) {
      throw new RangeError(
        `'${id}': intensities must be finite, got ${value} at voxel ${i}; replace such voxels first`,
      );
    }
    if (value !== 0) {
      count++;
      sum += value;
    }
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value !== 0) squares += (value - mean) ** 2;
  }
  return { count, mean, deviation: Math.sqrt(squares / count) };
}
