import type { ListedLesion } from '@sts-net/inference';

const axes = ['slice', 'row', 'column'] as const;
const directions = ['x', 'y', 'z'] as const;

/** The columns of a list of lesions, with what each holds. */
const columns: Readonly<Record<string, (lesion: ListedLesion) => number | null>> = {
  number: (lesion) => lesion.number,
  class: (lesion) => lesion.class,
  voxels: (lesion) => lesion.voxels,
  volume_ml: (lesion) => lesion.volumeMl,
  longest_diameter_mm: (lesion) => lesion.longestDiameterMm,
  mean_probability: (lesion) => lesion.meanProbability,
  mean_entropy: (lesion) => lesion.meanEntropy,
  mean_disagreement: (lesion) => lesion.meanDisagreement,
  ...each(axes, (name, i) => [`centroid_${name}`, (lesion) => lesion.centroidVoxel[i]!]),
  ...each(directions, (name, i) => [`centroid_${name}_mm`, (lesion) => lesion.centroidMm[i]!]),
  ...each(axes, (name, i) => [`first_${name}`, (lesion) => lesion.boxVoxel.first[i]!]),
  ...each(axes, (name, i) => [`last_${name}`, (lesion) => lesion.boxVoxel.last[i]!]),
  ...each(directions, (name, i) => [`least_${name}_mm`, (lesion) => lesion.boxMm.least[i]!]),
  ...each(directions, (name, i) => [`greatest_${name}_mm`, (lesion) => lesion.boxMm.greatest[i]!]),
};

function each<Name extends string>(
  names: readonly Name[],
  column: (name: Name, i: number) => readonly [string, (lesion: ListedLesion) => number],
) {
  return Object.fromEntries(names.map(column));
}

/**
 * Lesions as CSV, one a line; voxels are counted from 0, millimetres are of the patient (+x right, +y
 * anterior, +z superior).
 */
export function lesionCsv(lesions: readonly ListedLesion[]): string {
  const lines = lesions.map((lesion) =>
    Object.values(columns)
      .map((of) => numberText(of(lesion)))
      .join(','),
  );
  return `${[Object.keys(columns).join(','), ...lines].join('\n')}\n`;
}

/** Six digits are more than any scanner resolves. */
function numberText(value: number | null): string {
  return value === null ? '' : String(Number(value.toPrecision(6)));
}
