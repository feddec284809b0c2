import { VolumeFormatError } from '../../bytes/volume-format-error.ts';
import { threeSteps, type WorldGrid, worldGrid } from '../../geometry/world-grid.ts';
import type { NrrdHeader } from '../../headers/volume-header.ts';

type Vector = [number, number, number];

export interface NrrdGeometry extends WorldGrid {
  /** The file's axes that are column, row and slice, as far as there are such axes. */
  readonly spatial: readonly number[];
}

/** Signs that lead the axes of a space to RAS. What names no body axis is taken as LPS, as ITK does. */
const FLIPS: Readonly<Record<string, Vector>> = {
  'right-anterior-superior': [1, 1, 1],
  ras: [1, 1, 1],
  'left-anterior-superior': [-1, 1, 1],
  las: [-1, 1, 1],
};
const LPS: Vector = [-1, -1, 1];

const MILLIMETRES: Readonly<Record<string, number>> = {
  mm: 1,
  cm: 10,
  m: 1000,
  um: 0.001,
  µm: 0.001,
  micron: 0.001,
  microns: 0.001,
};

/** Which axes are in space, and where their voxels are. */
export function nrrdGeometry({ fields }: NrrdHeader, axes: number, name: string): NrrdGeometry {
  const fail = (field: string, requirement: string): never => {
    throw new VolumeFormatError(
      `${name}: \`${field}\` must be ${requirement}, got ${JSON.stringify(fields[field])}; repair the header`,
      { field },
    );
  };
  const kinds = fields.kinds?.toLowerCase().split(/\s+/);
  if (kinds !== undefined && kinds.length !== axes) fail('kinds', `${axes} words (dimension)`);
  const text = fields['space directions'];
  const vectors = text === undefined ? undefined : (parseVectors(text) ?? []);
  if (vectors !== undefined && vectors.length !== axes) {
    fail('space directions', `${axes} vectors or "none" (dimension)`);
  }
  const scale = (fields['space units']?.match(/"([^"]*)"/g) ?? []).map(
    (unit) => MILLIMETRES[unit.slice(1, -1).toLowerCase()] ?? 1,
  );
  const perAxis = (field: string) => {
    const numbers = fields[field]?.split(/\s+/).map(Number);
    if (numbers !== undefined && numbers.length !== axes)
      fail(field, `${axes} numbers (dimension)`);
    return numbers;
  };
  const spacings = perAxis('spacings');
  const mins = perAxis('axis mins');
  const centres = fields.centers?.toLowerCase().split(/\s+/);

  const steps: Vector[] = [];
  /** Where the first voxel's centre lies along each axis, for files that name no space. */
  const starts: Vector = [0, 0, 0];
  const spatial: number[] = [];
  for (let axis = 0; axis < axes && spatial.length < 3; axis++) {
    const step = vectors === undefined ? undefined : vectors[axis];
    if (vectors !== undefined) {
      if (step === null || step === undefined) continue;
      // Time, as in left-posterior-superior-time.
      if (step.length === 4 && step.slice(0, 3).every((part) => part === 0)) continue;
      steps.push(padded(step).map((part, i) => part * (scale[i] ?? 1)) as Vector);
    } else {
      const kind = kinds?.[axis] ?? 'domain';
      if (!['domain', 'space', '???', 'none'].includes(kind)) continue;
      const spacing = spacings?.[axis];
      const length = spacing === undefined || Number.isNaN(spacing) ? 1 : spacing;
      steps.push([0, 1, 2].map((i) => (i === spatial.length ? length : 0)) as Vector);
      // The axis begins at the border of the first voxel unless it counts nodes, as teem and ITK have it.
      const start = (mins?.[axis] ?? 0) + (centres?.[axis] === 'node' ? 0 : length / 2);
      if (Number.isFinite(mins?.[axis]) && length === spacing) starts[spatial.length] = start;
    }
    spatial.push(axis);
  }
  const originText = fields['space origin'];
  const origin = originText === undefined ? starts : parseVectors(originText)?.[0];
  if (!Array.isArray(origin)) return fail('space origin', 'a vector such as (0,0,0)');
  const space = fields.space?.toLowerCase().replace(/[- ]time$|t$/, '') ?? '';
  const grid = worldGrid(
    threeSteps(steps),
    padded(origin).map((part, i) => part * (scale[i] ?? 1)) as Vector,
    FLIPS[space] ?? LPS,
    `${name}: \`${vectors === undefined ? 'spacings' : 'space directions'}\``,
  );
  return { ...grid, spatial };
}

function padded(vector: readonly number[]): Vector {
  return [vector[0] ?? 0, vector[1] ?? 0, vector[2] ?? 0];
}

/** Vectors such as `(1,0,0) none (0,1,0)`; null is `none`. */
function parseVectors(text: string): (number[] | null)[] | undefined {
  const parts = text.match(/\([^()]*\)|\S+/g) ?? [];
  const vectors = parts.map((part) => {
    if (part.toLowerCase() === 'none') return null;
    const numbers = /^\((.*)\)$/.exec(part)?.[1]?.split(',').map(Number);
    if (numbers === undefined || numbers.length > 4 || numbers.some(Number.isNaN)) return undefined;
    return numbers;
  });
  return vectors.includes(undefined) ? undefined : (vectors as (number[] | null)[]);
}
