import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convolution } from '../parts/convolution.ts';
import { join, sum } from '../parts/merge.ts';
import { normalizePReLU, preluUnit } from './prelu-unit.ts';

/** Dilations of the branches, which are numbered from 1. */
const rates = [1, 3, 5, 9];

/**
 * The channel-wise feature pyramid: a quarter of the channels goes through four branches of three small
 * convolutions each, at growing dilations; their results, summed up from branch to branch, are joined, and
 * the input is added. `[batch, height, width, 32]` to the same.
 */
export function featurePyramid(x: SymbolicTensor, key: string, seed: number): SymbolicTensor {
  const filters = x.shape.at(-1)!;
  const narrow = filters / 4;
  const ready = normalizePReLU(x, `${key}.bn_relu_1`);
  const z = preluUnit(ready, `${key}.conv1x1_1`, { filters: narrow, seed });
  const sums: SymbolicTensor[] = [];
  for (const [i, dilation] of rates.entries()) {
    const branch = `${key}.dconv_${i + 1}`;
    const unit = (input: SymbolicTensor, part: number, share: number) =>
      preluUnit(input, `${branch}_${part}`, { filters: narrow / share, dilation, groups: 2, seed });
    const a = unit(z, 1, 4);
    const b = unit(a, 2, 4);
    const joined = join(`${branch}.concat`, a, b, unit(b, 3, 2));
    const before = sums.at(-1);
    sums.push(before === undefined ? joined : sum(`${branch}.add`, before, joined));
  }
  const refined = normalizePReLU(join(`${key}.concat`, ...sums), `${key}.bn_relu_2`);
  const out = { name: `${key}.conv1x1.conv`, filters, kernelSize: 1, seed };
  return sum(`${key}.add`, convolution(refined, out), x);
}
