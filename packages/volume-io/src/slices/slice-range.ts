/** An axis of `[slice, row, column]`. */
export type SliceAxis = 0 | 1 | 2;

/** What stands in for neighbours beyond the first and last slice. */
export type EdgeRule = 'triple' | 'replicate' | 'reflect' | 'zero' | 'drop';

interface SliceRange {
  readonly axis: SliceAxis;
  readonly context: number;
  readonly edge: EdgeRule;
  /** The first slice that has a sample. */
  readonly first: number;
  /** One after the last slice that has a sample. */
  readonly last: number;
}

const EDGES: readonly string[] = ['triple', 'replicate', 'reflect', 'zero', 'drop'];

/** Checks the options that `slices25d` and `stackSlices` share. */
export function sliceRange(
  subject: string,
  shape: readonly number[],
  options: { readonly axis?: SliceAxis; readonly context?: number; readonly edge?: EdgeRule },
): SliceRange {
  const { axis = 0, context = 1, edge = 'triple' } = options;
  if (axis !== 0 && axis !== 1 && axis !== 2) {
    throw new RangeError(
      `\`${subject}\`: \`axis\` must be 0 (slice), 1 (row) or 2 (column), got ${String(axis)}`,
    );
  }
  if (!Number.isInteger(context) || context < 0) {
    throw new RangeError(
      `\`${subject}\`: \`context\` must be a whole number of neighbours, 0 or more, got ${context}`,
    );
  }
  if (!EDGES.includes(edge)) {
    throw new RangeError(
      `\`${subject}\`: \`edge\` must be one of ${EDGES.join(', ')}, got ${String(edge)}`,
    );
  }
  const count = shape[axis]!;
  const margin = edge === 'drop' ? Math.min(context, count) : 0;
  return { axis, context, edge, first: margin, last: Math.max(margin, count - margin) };
}

/** The two entries of `values` that lie within a slice, in order. */
export function inPlane(values: readonly number[], axis: SliceAxis): [number, number] {
  return values.filter((_, i) => i !== axis) as [number, number];
}
