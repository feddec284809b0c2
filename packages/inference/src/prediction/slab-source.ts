import type { Volume } from '@sts-net/volume-io';
import { entropyOf } from '../quantities/quantity.ts';

/** What networks say of a volume, on its grid, some slices at a time. */
export interface SlabSource {
  /** The grid, with its header if there is one; it holds no voxels. */
  readonly like: Volume<Uint8Array>;
  /** Background included. */
  readonly classes: number;
  /** How many networks, or ways in which one looked, it is the mean of. */
  readonly members: number;
  /**
   * Slices from `first` on, `[slice, row, column]` in C order.
   *
   * @param channel a class, or, of several members, the number of classes for their mean entropy
   */
  slab(channel: number, first: number, count: number): Float32Array;
  /** Gives the room back that it takes. */
  release(): void;
}

/** The mean of several, by their members; all are on one grid and of the same classes. */
export function meanOf(sources: readonly [SlabSource, ...SlabSource[]]): SlabSource {
  const [{ like, classes }] = sources;
  if (sources.length === 1) return sources[0];
  const members = sources.reduce((sum, source) => sum + source.members, 0);
  return {
    ...{ like, classes, members },
    slab(channel, first, count) {
      let mean: Float32Array | undefined;
      for (const source of sources) {
        const values =
          channel === classes
            ? meanEntropy(source, first, count)
            : source.slab(channel, first, count);
        mean ??= new Float32Array(values.length);
        const share = source.members / members;
        for (let i = 0; i < mean.length; i++) mean[i]! += share * values[i]!;
      }
      return mean!;
    },
    release() {
      for (const source of sources) source.release();
    },
  };
}

/** The mean entropy of the members of a source. */
export function meanEntropy(source: SlabSource, first: number, count: number): Float32Array {
  if (source.members > 1) return source.slab(source.classes, first, count);
  return entropyOf(classSlabs(source, first, count));
}

/** The probabilities of each class. */
export function classSlabs(source: SlabSource, first: number, count: number): Float32Array[] {
  return Array.from({ length: source.classes }, (_, c) => source.slab(c, first, count));
}
