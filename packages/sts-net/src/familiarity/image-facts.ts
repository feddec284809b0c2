import { type Channels, isVolume, type Preprocessing, referenceOf } from '@sts-net/inference';
import { knownGeometry, orientationOf, reorient, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';

/** What of an image decides whether a network knows its kind. */
export interface ImageFacts {
  /** Whether it is a 2-D image. */
  readonly flat: boolean;
  /**
   * Distances of the voxels as the file has them, mm, once the image is turned as the preprocessing says:
   * across samples, and of their rows and columns; undefined where the file does not say.
   */
  readonly spacing: Readonly<Record<SpacingAxis, number | undefined>>;
  /** Where column, row and slice lead, such as `RAS`; undefined where the file does not say. */
  readonly orientation: string | undefined;
  /** Percentiles 1 and 99 of each channel, by its name; '' where it has none. */
  readonly intensities: Readonly<Record<string, readonly [low: number, high: number]>>;
}

/** Across samples, of their rows, and of their columns. */
export const spacingAxes = ['slices', 'rows', 'columns'] as const;
export type SpacingAxis = (typeof spacingAxes)[number];

/** Voxels of a channel that are looked at. */
const mostVoxels = 100_000;

/** Looks at an image, at as much of its voxels as tells their range. */
export function imageFacts(
  image: Channels,
  flat: boolean,
  { orientation, axis = 0 }: Pick<Preprocessing, 'orientation' | 'axis'>,
): ImageFacts {
  const channels: Readonly<Record<string, Volume>> = isVolume(image) ? { '': image } : image;
  const reference = referenceOf(image);
  const known = flat
    ? { orientation: false, spacing: [false, false, false] }
    : knownGeometry(reference);
  const isTurned = known.orientation && orientation !== undefined;
  const seen = isTurned ? reorient(emptied(reference), orientation) : reference;
  const order = [axis, ...[0, 1, 2].filter((one) => one !== axis)];
  const hasSpacing = known.spacing.every(Boolean);
  const spacing = order.map((one) =>
    hasSpacing || (!isTurned && known.spacing[one]) ? seen.spacing[one] : undefined,
  );
  return {
    flat,
    spacing: { slices: spacing[0], rows: spacing[1], columns: spacing[2] },
    orientation: known.orientation ? orientationOf(seen) : undefined,
    intensities: Object.fromEntries(
      Object.entries(channels).map(([name, volume]) => [name, rangeOf(volume)]),
    ),
  };
}

function emptied(volume: Volume): Volume {
  const { shape } = volume.voxels;
  return { ...volume, voxels: ndarray(new Uint8Array(1), [...shape], [0, 0, 0]) };
}

function rangeOf({ voxels: { data } }: Volume): readonly [number, number] {
  const step = Math.ceil(data.length / mostVoxels);
  const values = new Float64Array(Math.ceil(data.length / step));
  for (let i = 0; i < values.length; i++) values[i] = data[i * step]!;
  const finite = values.filter(Number.isFinite).sort();
  const at = (share: number) => finite[Math.round(share * (finite.length - 1))] ?? 0;
  return [at(0.01), at(0.99)];
}
