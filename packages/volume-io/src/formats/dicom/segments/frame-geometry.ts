import { cross, dot, scaled, type Vector } from '../../../geometry/vectors.ts';
import type { Volume } from '../../../volume/volume.ts';
import { decimals } from '../elements/decimals.ts';
import type { Attributes } from '../elements/encode-file.ts';

/** What the slices of a grid have in common: spacing and orientation (PS3.3, C.7.6.16). */
export function sharedGeometry({ affine, spacing: [, dy, dx] }: Volume): Attributes {
  const right = scaled(lpsColumn(affine, 0), 1 / dx);
  const down = scaled(lpsColumn(affine, 1), 1 / dy);
  const distance = decimals([Math.abs(dot(lpsColumn(affine, 2), cross(right, down)))]);
  return {
    PixelMeasuresSequence: [
      {
        SliceThickness: distance,
        SpacingBetweenSlices: distance,
        PixelSpacing: decimals([dy, dx]),
      },
    ],
    PlaneOrientationSequence: [{ ImageOrientationPatient: decimals([...right, ...down]) }],
  };
}

/** ImagePositionPatient of a slice. */
export function positionOf(slice: number, { affine }: Volume): string {
  const step = lpsColumn(affine, 2);
  return decimals(lpsColumn(affine, 3).map((part, i) => part + slice * step[i]!));
}

function lpsColumn(affine: readonly number[], c: number): Vector {
  return [-affine[c]!, -affine[4 + c]!, affine[8 + c]!];
}
