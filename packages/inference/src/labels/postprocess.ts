import { type Connectivity, connectedComponents } from '@sts-net/metrics';
import { ndarray } from '@sts-net/views';
import { likeVolume, type Volume } from '@sts-net/volume-io';
import { valuesOf } from '../preprocessing/values-of.ts';
import { zeroBackground } from '../preprocessing/zero-background.ts';
import { classesIn } from './classes-in.ts';

/** What becomes of predicted labels. Plain JSON. */
export interface PostprocessOptions {
  /**
   * Lesions of less than this volume, mm³, become background: one for all classes, or one for each in
   * their order, without the background's. @default 0
   */
  readonly minimumVolume?: number | readonly number[] | undefined;
  /** Lesions of fewer voxels than this become background. @default 0 */
  readonly minimumVoxels?: number | undefined;
  /** Background that one class encloses on all sides becomes that class. @default false */
  readonly fillHoles?: boolean | undefined;
  /** Which voxels are of one lesion: 6 share faces, 18 edges, 26 corners. @default 26 */
  readonly connectivity?: Extract<Connectivity, 6 | 18 | 26> | undefined;
}

/**
 * Labels without holes and without the smallest lesions, each class by itself; first the holes are
 * filled. Of a volume of one slice, holes are what a plane's lesion encloses.
 *
 * @param labels 0 is background
 * @returns new labels on the same grid
 * @throws RangeError if a least size is negative or no number
 */
export function postprocess(
  labels: Volume<Uint8Array>,
  {
    minimumVolume = 0,
    minimumVoxels = 0,
    fillHoles = false,
    connectivity = 26,
  }: PostprocessOptions,
): Volume<Uint8Array> {
  for (const [key, value] of Object.entries({ minimumVolume, minimumVoxels })) {
    const wrong = [value].flat().find((one) => !(one >= 0));
    if (wrong === undefined) continue;
    throw new RangeError(`\`postprocess\`: \`${key}\` must be 0 or more, got ${wrong}`);
  }
  const { shape } = labels.voxels;
  const values = valuesOf(labels.voxels).slice();
  const classes = classesIn(values);
  const voxelVolume = labels.spacing.reduce((a, b) => a * b);
  for (const label of classes) {
    if (fillHoles) fillHolesOf(label, values, shape);
    const { labels: lesions, sizes } = connectedComponents(
      { data: values, shape },
      { label, connectivity },
    );
    const least =
      typeof minimumVolume === 'number' ? minimumVolume : (minimumVolume[label - 1] ?? 0);
    const isKept = (size: number) => size >= minimumVoxels && size * voxelVolume >= least;
    if (sizes.subarray(1).every(isKept)) continue;
    for (let i = 0; i < values.length; i++) {
      const lesion = lesions[i]!;
      if (lesion !== 0 && !isKept(sizes[lesion]!)) values[i] = 0;
    }
  }
  return likeVolume(labels, ndarray(values, [...shape]));
}

function fillHolesOf(label: number, values: Uint8Array, shape: readonly number[]): void {
  const outside = zeroBackground(
    values.map((value) => (value === label ? 1 : 0)),
    shape,
  );
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0 && outside[i] === 0) values[i] = label;
  }
}
