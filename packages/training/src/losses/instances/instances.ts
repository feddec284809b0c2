import { connectedComponents } from '@sts-net/metrics';
import { voronoiRegions } from '@sts-net/metrics/regions';
import { classMask } from '../contract/class-mask.ts';
import { checkedWeights } from '../contract/class-weights.ts';
import type { Truth } from '../contract/loss.ts';

export interface InstanceOptions {
  /** Begins errors. */
  readonly loss: string;
  /**
   * Where an instance's loss looks, beside its component: `blobs`, at the whole background, not at
   * other components; `regions`, at all that lies nearer to it than to others.
   */
  readonly kind: 'blobs' | 'regions';
  /** Pixels that belong together: 4 share an edge, 8 a corner too. */
  readonly connectivity: 4 | 8;
  readonly classWeights: readonly number[] | undefined;
}

/** The instances of one foreground class in one sample. */
export interface ClassInstances {
  readonly sample: number;
  /** From 1. */
  readonly class: number;
  readonly count: number;
  /** The instance of each pixel, from 1, 0 for none: its component, or the region around it. */
  readonly of: Int32Array;
  /** Pixels of the component of each instance; the first entry stands for none. */
  readonly sizes: Int32Array;
  /** What the loss of each of these instances counts. */
  readonly weight: number;
}

/**
 * The connected components of each foreground class in each sample, sample by sample. Their weights
 * make a mean over the components of a sample (weighted by class), then over the samples: over those
 * that have a component with `blobs`; over all with `regions`, where a sample without foreground is
 * one region for each class.
 */
export function findInstances(truth: Truth, options: InstanceOptions): readonly ClassInstances[] {
  const { count, classes } = truth;
  const classWeights = checkedWeights(options.loss, options.classWeights, classes);
  const samples = Array.from({ length: count }, (_, sample) => {
    const found = Array.from({ length: classes - 1 }, (__, i) =>
      find(truth, sample, i + 1, options),
    );
    const isEmpty = found.every((one) => one.count === 0);
    const instances = isEmpty && options.kind === 'regions' ? found.map(wholeSample) : found;
    const total = instances.reduce((sum, one) => sum + one.count * classWeights[one.class]!, 0);
    return { instances, total };
  });
  const scored = samples.filter(({ total }) => total > 0).length;
  const all = options.kind === 'regions' ? count : scored;
  return samples.flatMap(({ instances, total }) =>
    instances.map((one) => ({
      ...one,
      weight: total > 0 ? classWeights[one.class]! / total / all : 0,
    })),
  );
}

type Found = Omit<ClassInstances, 'weight'>;

function find(truth: Truth, sample: number, c: number, options: InstanceOptions): Found {
  const data = classMask(truth, sample, c);
  const { connectivity } = options;
  const shape = [truth.height, truth.width];
  const components = connectedComponents({ data, shape }, { connectivity });
  const { count, sizes, labels } = components;
  const of = options.kind === 'blobs' ? labels : voronoiRegions(components);
  return { sample, class: c, count, of, sizes };
}

function wholeSample(one: Found): Found {
  return { ...one, count: 1, of: one.of.map(() => 1), sizes: Int32Array.of(0, 0) };
}
