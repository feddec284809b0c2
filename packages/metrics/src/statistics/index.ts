export {
  type BootstrapOptions,
  bootstrapCases,
  bootstrapInterval,
  type Interval,
} from './bootstrap.ts';
export { holm } from './holm.ts';
export { pairedDifferences } from './paired.ts';
export {
  type PermutationTestOptions,
  type PermutationTestResult,
  permutationTest,
} from './permutation-test.ts';
export { type Random, seededRandom } from './random.ts';
export { type WilcoxonResult, wilcoxonSignedRank } from './wilcoxon.ts';
