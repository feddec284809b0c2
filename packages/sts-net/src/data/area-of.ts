/** Voxels that are not background. */
export function areaOf(labels: Uint8Array): number {
  let area = 0;
  for (const label of labels) if (label !== 0) area++;
  return area;
}
