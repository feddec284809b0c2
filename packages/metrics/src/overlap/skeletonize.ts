import { checkOptions } from '../check-options.ts';
import { cutToContent } from '../content.ts';
import { denseGrid, type LabelGrid } from '../grid.ts';
import { binaryMask } from '../mask.ts';

export interface SkeletonizeOptions {
  /** The label whose pixels count as foreground. @default every label above 0 */
  readonly label?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/**
 * The skeleton of a mask: its centre lines, one pixel thin, with the same parts, holes and tunnels (thinning
 * of Lee, Kashyap & Chu 1994, also of images). No part vanishes; scikit-image loses some compact ones.
 *
 * @param mask 2-D or 3-D labels
 * @returns 1 on the skeleton and 0 elsewhere, in C order
 * @throws RangeError where the mask is neither 2-D nor 3-D, or a label is negative, fractional or NaN
 */
export function skeletonize(mask: LabelGrid, options: SkeletonizeOptions = {}): Uint8Array {
  const where = checkOptions('skeletonize', options, 'label id');
  const { values, shape } = denseGrid(mask, `${where}: mask`);
  return skeletonOf(binaryMask(values, shape, options.label, `${where}: mask`), shape);
}

/** The skeleton of a mask of 0 and 1. */
export function skeletonOf(mask: Uint8Array, shape: readonly number[]): Uint8Array {
  const skeleton = new Uint8Array(mask.length);
  const volume = shape.length === 3 ? shape : [1, ...shape];
  const places: number[] = [];
  for (let i = mask.indexOf(1); i >= 0; i = mask.indexOf(1, i + 1)) places.push(i);
  const { masks, shape: size } = cutToContent([mask], volume);
  const open = sides.filter((side) => side.every((at, axis) => at === 0 || volume[axis]! > 1));
  for (const [k, kept] of thinned(masks[0]!, size, open).entries()) skeleton[places[k]!] = kept;
  return skeleton;
}

/** Places around a voxel as bits of a number: bit 9·(dz + 1) + 3·(dy + 1) + (dx + 1). */
const around = Array.from({ length: 27 }, (_, bit) => [
  Math.floor(bit / 9) - 1,
  (Math.floor(bit / 3) % 3) - 1,
  (bit % 3) - 1,
]);
const centre = 13;

/** Of each place, those around the voxel that touch it. */
const touching = around.map((one) =>
  bitsWhere((other) => other.every((at, axis) => Math.abs(at - one[axis]!) <= 1)),
);

/**
 * The faces, edges and corners of a voxel: the other voxels that have a share in one, and what it adds to
 * the Euler number.
 */
const parts = around
  .filter((_, bit) => bit !== centre)
  .map((towards) => ({
    sharers: bitsWhere((other) => other.every((at, axis) => at === 0 || at === towards[axis])),
    adds: towards.filter((at) => at !== 0).length % 2 === 0 ? -1 : 1,
  }));

/** From which sides layers are taken, in turn; of an image, not from above and below. */
const sides: readonly (readonly number[])[] = [
  [0, -1, 0],
  [0, 1, 0],
  [0, 0, 1],
  [0, 0, -1],
  [1, 0, 0],
  [-1, 0, 0],
];

/** Of each one of a padded mask in C order, whether it stays. */
function thinned(
  mask: Uint8Array,
  [, height, width]: readonly number[],
  open: typeof sides,
): Uint8Array {
  const step = ([dz, dy, dx]: readonly number[]) => (dz! * height! + dy!) * width! + dx!;
  const offsets = around.map(step);
  const ones: number[] = [];
  for (let i = mask.indexOf(1); i >= 0; i = mask.indexOf(1, i + 1)) ones.push(i);
  const neighbours = (i: number): number => {
    let bits = 0;
    for (let bit = 0; bit < 27; bit++) bits |= mask[i + offsets[bit]!]! << bit;
    return bits & ~(1 << centre);
  };
  let left = ones;
  for (let changed = true; changed; ) {
    changed = false;
    for (const side of open) {
      const outwards = step(side);
      const loose = left.filter((i) => {
        if (mask[i + outwards] === 1) return false;
        const bits = neighbours(i);
        // The end of a line has one neighbour.
        return (bits & (bits - 1)) !== 0 && keepsEuler(bits) && isOnePiece(bits);
      });
      let taken = 0;
      for (const i of loose) {
        // Others of the layer are gone by now; what has none left is all that is left of its part.
        const bits = neighbours(i);
        if (bits === 0 || !isOnePiece(bits)) continue;
        mask[i] = 0;
        taken++;
      }
      if (taken === 0) continue;
      changed = true;
      left = left.filter((i) => mask[i] === 1);
    }
  }
  return Uint8Array.from(ones, (i) => mask[i]!);
}

/** Whether the Euler number stays when the voxel among these neighbours goes. */
function keepsEuler(bits: number): boolean {
  // The inside of the voxel counts −1.
  let change = -1;
  for (const { sharers, adds } of parts) if ((bits & sharers) === 0) change += adds;
  return change === 0;
}

/** Whether neighbours hang together without the voxel between them. */
function isOnePiece(bits: number): boolean {
  let reached = bits & -bits;
  for (let open = reached; open !== 0; ) {
    const bit = 31 - Math.clz32(open);
    const fresh = touching[bit]! & bits & ~reached;
    reached |= fresh;
    open = (open & ~(1 << bit)) | fresh;
  }
  return reached === bits;
}

function bitsWhere(wanted: (place: readonly number[]) => boolean): number {
  return around.reduce(
    (bits, place, bit) => (bit !== centre && wanted(place) ? bits | (1 << bit) : bits),
    0,
  );
}
