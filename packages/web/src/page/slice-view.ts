import { orientationOf, type Volume } from '@sts-net/volume-io';

/** The planes of the body. */
export type Plane = 'axial' | 'coronal' | 'sagittal';

/** An axis of the voxels, as it is shown. */
export interface ShownAxis {
  /** In `[slice, row, column]`. */
  readonly axis: 0 | 1 | 2;
  /** Whether it is shown the other way round than it counts. */
  readonly mirrored: boolean;
  /** How many voxels it has. */
  readonly count: number;
  /** Between two of them, mm. */
  readonly spacing: number;
}

/** How slices are laid on a screen. */
export interface SliceView {
  /** From a slice to the next. */
  readonly through: ShownAxis;
  readonly right: ShownAxis;
  readonly down: ShownAxis;
}

/** Towards which ends of the body: as radiologists hang images, the patient's left on the right. */
const hanging = {
  axial: { through: 'S', right: 'L', down: 'P' },
  coronal: { through: 'P', right: 'L', down: 'I' },
  sagittal: { through: 'L', right: 'P', down: 'I' },
} as const satisfies Readonly<Record<Plane, Readonly<Record<keyof SliceView, string>>>>;

const opposite: Readonly<Record<string, string>> = {
  L: 'R',
  R: 'L',
  P: 'A',
  A: 'P',
  S: 'I',
  I: 'S',
};

/** How the slices of a volume are shown in a plane; those of an oblique one in the nearest that it has. */
export function sliceView(volume: Volume, plane: Plane): SliceView {
  // Of column, row and slice.
  const ends = orientationOf(volume);
  const towards = (end: string): ShownAxis => {
    const place = ends.includes(end) ? ends.indexOf(end) : ends.indexOf(opposite[end]!);
    return shownAxis(volume, (2 - place) as 0 | 1 | 2, ends[place] !== end);
  };
  const { through, right, down } = hanging[plane];
  return { through: towards(through), right: towards(right), down: towards(down) };
}

/** How a picture is shown, whose slices are its colours. */
export function flatView(volume: Volume): SliceView {
  const [through, down, right] = ([0, 1, 2] as const).map((axis) => shownAxis(volume, axis, false));
  return { through: through!, right: right!, down: down! };
}

function shownAxis({ voxels, spacing }: Volume, axis: 0 | 1 | 2, mirrored: boolean): ShownAxis {
  return { axis, mirrored, count: voxels.shape[axis]!, spacing: spacing[axis] };
}

/** Where a voxel `[slice, row, column]` is shown along an axis, and the other way round. */
export function placeAlong({ axis, mirrored, count }: ShownAxis, voxel: readonly number[]): number {
  return mirrored ? count - 1 - voxel[axis]! : voxel[axis]!;
}

/** The values of a slice, row by row, as they are shown. */
export function valuesOfSlice(
  { data, stride, offset }: Volume['voxels'],
  { through, right, down }: SliceView,
  index: number,
): Float32Array {
  const step = ({ axis, mirrored }: ShownAxis) => (mirrored ? -stride[axis]! : stride[axis]!);
  const start = [through, right, down].reduce(
    (at, { axis, mirrored, count }) => at + (mirrored ? (count - 1) * stride[axis]! : 0),
    offset + index * step(through),
  );
  const [across, along] = [step(right), step(down)];
  const values = new Float32Array(right.count * down.count);
  for (let row = 0, i = 0; row < down.count; row++) {
    let at = start + row * along;
    for (let column = 0; column < right.count; column++, i++, at += across) values[i] = data[at]!;
  }
  return values;
}
