import type { Feature } from './decoder-spec.ts';

/** @throws RangeError unless there are at least `count` feature maps */
export function requireFeatures(
  decoder: string,
  features: readonly Feature[],
  count: number,
): void {
  if (features.length < count) {
    throw new RangeError(
      `\`${decoder}\`: needs at least ${count} feature maps, got ${features.length}; use an encoder with more stages.`,
    );
  }
}
