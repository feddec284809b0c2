// What a training that sleeps finds: numbers that depend on the run alone.
import { scoreNames } from '../../packages/sts-net/dist/scoring/scores.js';

export function resultFor(index, seed) {
  const cases = ['a', 'b', 'c', 'd'].map((id, i) => {
    const value = ((index * 7919 + seed * 104729 + i * 15485863) % 1000) / 1000;
    const scores = Object.fromEntries(scoreNames.map((name) => [name, { value, byRule: false }]));
    const recallBySize = [{ from: 0, to: Number.POSITIVE_INFINITY, lesions: 2, found: index % 3 }];
    return { id, patient: id, scores, recallBySize };
  });
  return { steps: 1, paper: [0.5, 0.5, 0.5, 0.5, 0.5], inPixels: false, cases };
}
