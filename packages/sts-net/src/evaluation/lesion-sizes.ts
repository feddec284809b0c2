import type { Lesion } from '@sts-net/metrics';

/** A lesion of the truth: its volume in mm³, and which predicted ones match it. */
export type SizedLesion = Pick<Lesion, 'volume' | 'matches'>;

/** @throws RangeError unless volumes, between which lesions are counted, rise from above 0 */
export function checkSizes(sizes: readonly number[]): void {
  const rise = sizes.every((size, i) => size > (sizes[i - 1] ?? 0) && Number.isFinite(size));
  if (rise && sizes.length > 0) return;
  throw new RangeError(
    `\`sizes\` must be at least one volume above 0 in mm³, each above the one before, got [${sizes.join(', ')}]`,
  );
}

/**
 * The quartiles of volumes, each that of a lesion, between which `recallBySize` counts; fewer where many are
 * alike, so that every bin holds a lesion.
 */
export function sizeEdges(lesions: readonly SizedLesion[]): readonly number[] {
  const sorted = lesions.map(({ volume }) => volume).sort((a, b) => a - b);
  const edges: number[] = [];
  for (const share of [0.25, 0.5, 0.75]) {
    const edge = sorted[Math.floor(share * sorted.length)];
    // To `recallBySize` what differs by a millionth is alike.
    if (edge !== undefined && edge > (edges.at(-1) ?? sorted[0]!) * (1 + 2e-6)) edges.push(edge);
  }
  return edges;
}
