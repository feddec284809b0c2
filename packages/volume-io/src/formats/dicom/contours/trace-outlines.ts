import type { NdArray } from '@sts-net/views';
import type { Contour } from './contour.ts';

/**
 * How far outlines run from the centres of the outermost pixels, in pixels: nearly along their edges,
 * so that a region of one pixel has an area, and yet rounded to those centres by tools that round.
 */
const REACH = 0.49;
/** Where a channel to a hole runs, off the row of centres, in pixels. */
const OFF_CENTRE = 0.25;

/** The sides of a pixel, in the order in which an outline goes around it, the pixel to its right. */
const SIDES = [
  // Steps to the next pixel along the side, and out of the pixel across it; x to the right, y down.
  { along: [1, 0], out: [0, -1] },
  { along: [0, 1], out: [1, 0] },
  { along: [-1, 0], out: [0, 1] },
  { along: [0, -1], out: [-1, 0] },
] as const;
const RIGHT = 1;
const LEFT = 3;

/** A side of a pixel, as `4 · pixel + side`. */
type Edge = number;

/**
 * The outlines of a mask of 0 and 1, `[row, column]`: one closed contour for each piece that hangs
 * together by sides of pixels, which crosses neither itself nor another one. Holes are joined to it by
 * channels of no width (keyholes), so that it encloses the centres of its own pixels and of no others
 * by any rule of what is inside, and what lies within a hole is a piece of its own.
 */
export function traceOutlines(mask: NdArray<Uint8Array>): Contour[] {
  const [rows, columns] = mask.shape as [number, number];
  // With an empty pixel all around, so that nothing needs to know where the image ends.
  const width = columns + 2;
  const pixels = new Uint8Array(width * (rows + 2));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      pixels[(row + 1) * width + column + 1] = mask.get(row, column);
    }
  }
  const steps = SIDES.map(({ along: [x, y] }) => y * width + x);
  const outs = SIDES.map(({ out: [x, y] }) => y * width + x);

  /** The side that follows, and whether the outline turns there. */
  const nextOf = (edge: Edge): Edge => {
    const [pixel, side] = [edge >> 2, edge & 3];
    const ahead = pixel + steps[side]!;
    // Pixels that touch at a corner only do not hang together.
    if (pixels[ahead] === 0) return 4 * pixel + ((side + 1) & 3);
    const beyond = ahead + outs[side]!;
    return pixels[beyond] === 0 ? 4 * ahead + side : 4 * beyond + ((side + 3) & 3);
  };

  const { outer, holes } = findOutlines(pixels, width, rows, nextOf);
  /** Where a side lies: its x if it is upright, else its y. */
  const lineOf = (edge: Edge) => {
    const [pixel, side] = [edge >> 2, edge & 3];
    const [x, y] = SIDES[side]!.out;
    const centre = x === 0 ? Math.floor(pixel / width) - 1 : (pixel % width) - 1;
    return centre + REACH * (x + y);
  };
  const follow = (start: Edge, points: number[]) => {
    let edge = start;
    do {
      const hole = holes.get(edge);
      if (hole !== undefined) {
        const y = Math.floor((edge >> 2) / width) - 1 + OFF_CENTRE;
        points.push(lineOf(edge), y, lineOf(hole), y);
        follow(hole, points);
        points.push(lineOf(hole), y, lineOf(edge), y);
      }
      const next = nextOf(edge);
      if ((next & 3) !== (edge & 3)) {
        const isUpright = (edge & 1) === 1;
        points.push(lineOf(isUpright ? edge : next), lineOf(isUpright ? next : edge));
      }
      edge = next;
    } while (edge !== start);
  };
  return outer.map((start) => {
    const points: number[] = [];
    follow(start, points);
    return Float64Array.from(points);
  });
}

/**
 * The leftmost side of each outline, those of pieces in `outer`, those of holes in `holes` by the side
 * from which a channel leads to them.
 */
function findOutlines(
  pixels: Uint8Array,
  width: number,
  rows: number,
  nextOf: (edge: Edge) => Edge,
): { readonly outer: readonly Edge[]; readonly holes: ReadonlyMap<Edge, Edge> } {
  const outer: Edge[] = [];
  const holes = new Map<Edge, Edge>();
  const isSeen = new Uint8Array(pixels.length);
  for (let x = 1; x < width; x++) {
    for (let y = 1; y <= rows; y++) {
      const pixel = y * width + x;
      if (pixels[pixel] === pixels[pixel - 1]) continue;
      // An outline starts with a piece to the right of its leftmost side, and a hole with one to the left.
      const isPiece = pixels[pixel] === 1;
      const start = isPiece ? 4 * pixel + LEFT : 4 * (pixel - 1) + RIGHT;
      if ((isSeen[start >> 2]! >> (start & 3)) & 1) continue;
      let edge = start;
      do {
        isSeen[edge >> 2]! |= 1 << (edge & 3);
        edge = nextOf(edge);
      } while (edge !== start);
      if (isPiece) {
        outer.push(start);
        continue;
      }
      // Whatever outline the channel meets reaches farther to the left, so none go round in a circle.
      let meets = pixel - 1;
      while (pixels[meets - 1] === 1) meets--;
      holes.set(4 * meets + LEFT, start);
    }
  }
  return { outer, holes };
}
