import ndarray, { type NdArray } from 'ndarray';

/** Masks of several readers, told by what they say together. */
export interface Votes {
  readonly readers: number;
  readonly shape: readonly number[];
  /** What the readers say of a voxel, each combination that occurs once; label by reader. */
  readonly patterns: readonly Uint8Array[];
  /** Voxels of each pattern. */
  readonly counts: Float64Array;
  /** Pattern of each voxel, in C order. */
  readonly patternOf: Uint32Array;
}

/**
 * Counts what readers say together. There are few combinations, and what holds of one holds of all its
 * voxels, so that a vote or an estimate need not go over the voxels.
 *
 * @param masks labels on one grid, of any rank and strides; at least one
 * @throws RangeError if there is none, or shapes differ
 */
export function countVotes(masks: readonly NdArray<Uint8Array>[], subject: string): Votes {
  const [first] = masks;
  if (first === undefined) {
    throw new RangeError(`\`${subject}\`: must get at least one mask, got none`);
  }
  const shape = [...first.shape];
  const other = masks.find((mask) => mask.shape.join() !== shape.join());
  if (other !== undefined) {
    throw new RangeError(
      `\`${subject}\`: masks must have one shape, got [${shape.join(', ')}] and [${other.shape.join(', ')}]; bring them to one grid first`,
    );
  }
  const patternOf = new Uint32Array(shape.reduce((a, b) => a * b, 1));
  let patterns: Uint8Array[] = [new Uint8Array(0)];
  for (const mask of masks) {
    const labels = inOrder(mask);
    const numbers = new Map<number, number>();
    const longer: Uint8Array[] = [];
    // Combinations come in runs.
    let [key, number] = [-1, 0];
    for (let i = 0; i < patternOf.length; i++) {
      const own = 256 * patternOf[i]! + labels[i]!;
      if (own !== key) {
        key = own;
        number = numbers.get(key) ?? longer.length;
        if (number === longer.length) {
          longer.push(Uint8Array.of(...patterns[patternOf[i]!]!, labels[i]!));
          numbers.set(key, number);
        }
      }
      patternOf[i] = number;
    }
    patterns = longer;
  }
  const counts = new Float64Array(patterns.length);
  for (const pattern of patternOf) counts[pattern]!++;
  return { readers: masks.length, shape, patterns, counts, patternOf };
}

/** The value of each voxel, of those of the patterns. */
export function valuesOf<T extends Uint8Array | Float64Array>(
  { patternOf, shape }: Votes,
  ofPatterns: T,
): NdArray<T> {
  const Values = ofPatterns.constructor as new (length: number) => T;
  const values = new Values(patternOf.length);
  for (let i = 0; i < values.length; i++) values[i] = ofPatterns[patternOf[i]!]!;
  return ndarray(values, [...shape]) as unknown as NdArray<T>;
}

/** The labels in C order. */
function inOrder({ data, shape, stride, offset }: NdArray<Uint8Array>): Uint8Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const isInOrder = shape.every(
    (_, axis) => stride[axis] === shape.slice(axis + 1).reduce((a, b) => a * b, 1),
  );
  if (isInOrder) return data.subarray(offset, offset + size);
  const labels = new Uint8Array(size);
  const index = new Uint32Array(shape.length);
  let at = offset;
  for (let i = 0; i < labels.length; i++) {
    labels[i] = data[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return labels;
}
