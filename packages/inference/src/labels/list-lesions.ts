import { type Components, type Connectivity, connectedComponents } from '@sts-net/metrics';
import { type Volume, worldAt } from '@sts-net/volume-io';
import { valuesOf } from '../preprocessing/values-of.ts';
import type { Quantities, Quantity, Slab } from '../quantities/quantity.ts';
import { classesIn } from './classes-in.ts';
import { longestDiameter } from './longest-diameter.ts';

type Triple = readonly [number, number, number];

/** A connected region of one class. */
export interface ListedLesion {
  /** From 1, by class and then in the order of the voxels. */
  readonly number: number;
  /** Its label, 1 or more. */
  readonly class: number;
  readonly voxels: number;
  readonly volumeMl: number;
  /** Mean place of its voxels, `[slice, row, column]`, from 0. */
  readonly centroidVoxel: Triple;
  /** The same in the patient, `[x, y, z]` in mm, RAS. */
  readonly centroidMm: Triple;
  /** First and last voxel along each axis, `[slice, row, column]`. */
  readonly boxVoxel: { readonly first: Triple; readonly last: Triple };
  /** Least and greatest coordinates of its voxels' corners in the patient, mm, RAS. */
  readonly boxMm: { readonly least: Triple; readonly greatest: Triple };
  /** Between the outer corners of two of its pixels in one slice, mm. */
  readonly longestDiameterMm: number;
  /** First and last slice. */
  readonly slices: readonly [first: number, last: number];
  /** Of its class over its voxels, 0 … 1; as null where no probabilities were given. */
  readonly meanProbability: number | null;
  /** Of the probabilities of all classes over its voxels, 0 … 1; as null where none were given. */
  readonly meanEntropy: number | null;
  /** Of the networks that were averaged, 0 … 1; as null where there is one, or none were given. */
  readonly meanDisagreement: number | null;
}

export interface ListLesionsOptions {
  /** What was predicted on the labels' grid. @default none */
  readonly prediction?: Quantities | undefined;
  /** Which voxels are of one lesion: 6 share faces, 18 edges, 26 corners. @default 26 */
  readonly connectivity?: Extract<Connectivity, 6 | 18 | 26> | undefined;
}

/** All lesions of a volume of labels, each class by itself. */
export function listLesions(
  labels: Volume<Uint8Array>,
  { prediction, connectivity = 26 }: ListLesionsOptions = {},
): readonly ListedLesion[] {
  const { shape } = labels.voxels;
  const values = valuesOf(labels.voxels);
  const classes = classesIn(values);
  const voxelVolume = labels.spacing.reduce((a, b) => a * b);
  const listed: ListedLesion[] = [];
  for (const label of classes) {
    const found = connectedComponents({ data: values, shape }, { label, connectivity });
    const meanOver = (of: Quantity) => prediction && meansOver(found, prediction.slabs(of));
    const means = {
      probability: meanOver(label),
      entropy: meanOver('entropy'),
      disagreement: (prediction?.members ?? 1) > 1 ? meanOver('disagreement') : undefined,
    };
    for (let lesion = 1; lesion <= found.count; lesion++) {
      const { start, end } = found.box(lesion);
      const last = end.map((at) => at - 1) as unknown as Triple;
      const first = start as unknown as Triple;
      const centroidVoxel = found.centroid(lesion) as unknown as Triple;
      const voxels = found.sizes[lesion]!;
      listed.push({
        number: listed.length + 1,
        class: label,
        voxels,
        volumeMl: (voxels * voxelVolume) / 1000,
        centroidVoxel,
        centroidMm: placeOf(labels, centroidVoxel),
        boxVoxel: { first, last },
        boxMm: cornersOf(labels, first, last),
        longestDiameterMm: longestDiameter(found.labels, shape, lesion, { first, last }, labels),
        slices: [first[0], last[0]],
        meanProbability: means.probability?.[lesion] ?? null,
        meanEntropy: means.entropy?.[lesion] ?? null,
        meanDisagreement: means.disagreement?.[lesion] ?? null,
      });
    }
  }
  return listed;
}

/** The means of a quantity over each component. */
function meansOver({ labels, shape, sizes }: Components, slabs: Iterable<Slab>): Float64Array {
  const plane = shape[1]! * shape[2]!;
  const sums = new Float64Array(sizes.length);
  for (const { first, values } of slabs) {
    const start = first * plane;
    for (let i = 0; i < values.length; i++) {
      const lesion = labels[start + i]!;
      if (lesion !== 0) sums[lesion]! += values[i]!;
    }
  }
  return sums.map((sum, lesion) => sum / sizes[lesion]!);
}

/** The world point of a place on the grid. */
function placeOf({ affine }: Volume, [slice, row, column]: Triple): Triple {
  return worldAt(affine, [column, row, slice]);
}

/** The box around the corners of the voxels, half a voxel beyond their centres. */
function cornersOf(labels: Volume, first: Triple, last: Triple) {
  const ends = first.map((from, axis) => [from - 0.5, last[axis]! + 0.5]);
  const corners = ends[0]!.flatMap((slice) =>
    ends[1]!.flatMap((row) => ends[2]!.map((column) => placeOf(labels, [slice, row, column]))),
  );
  const extreme = (choose: (...values: number[]) => number) =>
    [0, 1, 2].map((axis) => choose(...corners.map((at) => at[axis]!))) as unknown as Triple;
  return { least: extreme(Math.min), greatest: extreme(Math.max) };
}
