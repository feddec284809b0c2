// What a training that sleeps finds: numbers that depend on the run alone.
const names = [
  ...['dice', 'iou', 'precision', 'recall', 'volumetric-similarity', 'hd95', 'assd', 'nsd'],
  ...['lesion-precision', 'lesion-recall', 'lesion-f1', 'volume-difference'],
  ...['absolute-volume-difference', 'false-positive-volume', 'false-negative-volume'],
  ...['count-difference', 'absolute-count-difference', 'false-alarms'],
];

export function resultFor(index, seed) {
  const cases = ['a', 'b', 'c', 'd'].map((id, i) => {
    const value = ((index * 7919 + seed * 104729 + i * 15485863) % 1000) / 1000;
    const scores = Object.fromEntries(names.map((name) => [name, { value, byRule: false }]));
    const recallBySize = [{ from: 0, to: Number.POSITIVE_INFINITY, lesions: 2, found: index % 3 }];
    return { id, patient: id, scores, recallBySize };
  });
  return { steps: 1, paper: [0.5, 0.5, 0.5, 0.5, 0.5], cases };
}
