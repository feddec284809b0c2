import type { NiftiHeader } from '../headers/nifti-header.ts';
import type { MetaImageHeader, NrrdHeader } from '../headers/volume-header.ts';
import type { Volume } from './volume.ts';

/** What of a volume's place in the world is known, and what only stands for something unknown. */
export interface KnownGeometry {
  /** Whether the axes are known to lead where the affine says. */
  readonly orientation: boolean;
  /** Whether the distances of neighbouring voxels are known, in the order of the axes of `voxels`. */
  readonly spacing: readonly [slice: boolean, row: boolean, column: boolean];
}

const all = [true, true, true] as const;
const body = /^(ras|las|lps|(right|left)-(anterior|posterior)-superior)(t|-time)?$/;

/**
 * What the header of a volume says about its geometry, as opposed to what readers put in for it: 1 mm,
 * or the directions that files of the format usually have. A volume without a header counts as known,
 * since whoever made it gave its affine.
 */
export function knownGeometry({ header }: Volume): KnownGeometry {
  if (header === undefined) return { orientation: true, spacing: all };
  switch (header.format) {
    case 'dicom': {
      const { pixels, slices } = header.spacingFrom;
      const inPlane = pixels !== 'unknown';
      return { orientation: header.isPlaced, spacing: [slices !== 'unknown', inPlane, inPlane] };
    }
    case 'nrrd':
      return ofNrrd(header);
    case 'metaimage':
      return ofMetaImage(header);
    default:
      return ofNifti(header);
  }
}

function ofNifti({ dim, pixdim, qformCode, sformCode }: NiftiHeader): KnownGeometry {
  const stated = (axis: number) => sformCode > 0 || (axis <= dim[0]! && pixdim[axis] !== 0);
  return {
    orientation: sformCode > 0 || qformCode > 0,
    spacing: [stated(3), stated(2), stated(1)],
  };
}

function ofNrrd({ fields }: NrrdHeader): KnownGeometry {
  const { space = '', spacings = '', dimension } = fields;
  if (fields['space directions'] !== undefined) {
    return { orientation: body.test(space.toLowerCase()), spacing: all };
  }
  const numbers = spacings.split(/\s+/).map(Number.parseFloat);
  // An axis of colours or vectors has none.
  const inSpace = Number(dimension) > 3 ? numbers.filter((step) => !Number.isNaN(step)) : numbers;
  const stated = (axis: number) => Number.isFinite(inSpace[axis]);
  return { orientation: false, spacing: [stated(2), stated(1), stated(0)] };
}

function ofMetaImage({ fields }: MetaImageHeader): KnownGeometry {
  const has = (...names: string[]) => names.some((name) => fields[name] !== undefined);
  const isSpaced = has('ElementSpacing', 'ElementSize');
  return {
    orientation: has('TransformMatrix', 'Orientation', 'Rotation'),
    spacing: [isSpaced && Number(fields['NDims']) > 2, isSpaced, isSpaced],
  };
}
