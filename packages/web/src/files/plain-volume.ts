import { ndarray } from '@sts-net/views';
import type { Volume } from '@sts-net/volume-io';

type VoxelsOf<V> = V extends Volume<infer T> ? T : never;
type Voxels = VoxelsOf<Volume>;

/** A volume without methods, which crosses to a worker as it is. */
export interface PlainVolume<T extends Voxels = Voxels> extends Omit<Volume<T>, 'voxels'> {
  readonly voxels: {
    readonly data: T;
    readonly shape: readonly number[];
    readonly stride: readonly number[];
    readonly offset: number;
  };
}

export function plainVolume<T extends Voxels>({ voxels, ...rest }: Volume<T>): PlainVolume<T> {
  const { data, shape, stride, offset } = voxels;
  return { ...rest, voxels: { data: owned(data), shape, stride, offset } };
}

export function volumeOf<T extends Voxels>({ voxels, ...rest }: PlainVolume<T>): Volume<T> {
  const { data, shape, stride, offset } = voxels;
  return { ...rest, voxels: ndarray(data, [...shape], [...stride], offset) };
}

/** What crosses takes its whole buffer along, so a small part of a large one is copied first. */
function owned<T extends Voxels>(data: T): T {
  return 2 * data.byteLength < data.buffer.byteLength ? (data.slice() as T) : data;
}
