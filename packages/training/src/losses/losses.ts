import { specOf } from '../spec/spec-of.ts';
import type { ClassWeightOptions, Loss, LossSpec } from './contract/loss.ts';
import { blob, ccDiceCrossEntropy, type InstanceLossOptions } from './instances/instance-losses.ts';
import { afma } from './networks/afma.ts';
import { type CentroidNetOptions, centroidNet } from './networks/centroidnet.ts';
import { contourDiceCrossEntropy } from './networks/contour.ts';
import { entropyDiceCrossEntropy } from './networks/entropy-dice.ts';
import { type UncertaintyOptions, uncertainty } from './networks/uncertainty.ts';
import { type BoundaryOptions, boundary } from './pixels/boundary.ts';
import {
  crossEntropy,
  type FocalOptions,
  focal,
  type TopKCrossEntropyOptions,
  topKCrossEntropy,
} from './pixels/cross-entropy.ts';
import { type LovaszOptions, lovaszSoftmax } from './pixels/lovasz-softmax.ts';
import {
  dice,
  diceCrossEntropy,
  type FocalTverskyOptions,
  focalTversky,
  type OverlapOptions,
  type TverskyOptions,
  tversky,
} from './pixels/overlap.ts';
import { type SigmoidDiceOptions, sigmoidDiceCrossEntropy } from './pixels/sigmoid-dice.ts';
import { type StructureOptions, structure } from './pixels/structure.ts';
import { weightedSum } from './weighted-sum.ts';

/** The options of each loss, as data. */
export interface LossOptions {
  readonly 'cross-entropy': ClassWeightOptions;
  readonly 'top-k-cross-entropy': TopKCrossEntropyOptions;
  readonly focal: FocalOptions;
  readonly dice: OverlapOptions;
  readonly 'dice-cross-entropy': OverlapOptions;
  readonly tversky: TverskyOptions;
  readonly 'focal-tversky': FocalTverskyOptions;
  readonly 'lovasz-softmax': LovaszOptions;
  readonly boundary: BoundaryOptions;
  readonly structure: StructureOptions;
  readonly centroidnet: CentroidNetOptions;
  readonly uncertainty: UncertaintyOptions;
  readonly blob: InstanceLossOptions;
  readonly 'cc-dice-cross-entropy': InstanceLossOptions;
  readonly afma: ClassWeightOptions;
  readonly 'contour-dice-cross-entropy': OverlapOptions;
  readonly 'sigmoid-dice-cross-entropy': SigmoidDiceOptions;
  readonly 'entropy-dice-cross-entropy': ClassWeightOptions;
}

export type LossName = keyof LossOptions;

/** The losses by the names that configs use. */
export const losses: { readonly [Name in LossName]: LossSpec<LossOptions[Name]> } = {
  'cross-entropy': crossEntropy,
  'top-k-cross-entropy': topKCrossEntropy,
  focal,
  dice,
  'dice-cross-entropy': diceCrossEntropy,
  tversky,
  'focal-tversky': focalTversky,
  'lovasz-softmax': lovaszSoftmax,
  boundary,
  structure,
  centroidnet: centroidNet,
  uncertainty,
  blob,
  'cc-dice-cross-entropy': ccDiceCrossEntropy,
  afma,
  'contour-dice-cross-entropy': contourDiceCrossEntropy,
  'sigmoid-dice-cross-entropy': sigmoidDiceCrossEntropy,
  'entropy-dice-cross-entropy': entropyDiceCrossEntropy,
};

/** A loss as data: its name with its options. */
export type LossConfig = {
  readonly [Name in LossName]: { readonly name: Name } & Readonly<LossOptions[Name]>;
}[LossName];

/** A part of a sum of losses: by name with options, or a loss of one's own; and its weight. */
export type LossPart = (LossConfig | { readonly name: Loss }) & {
  /** @default 1 */
  readonly weight?: number | undefined;
};

/** What stands for a loss: a name, one with options, a weighted sum, or a loss of one's own. */
export type LossChoice = LossName | LossConfig | readonly LossPart[] | Loss;

/**
 * The loss that a name, a config or a sum stands for, or one's own.
 *
 * @throws RangeError for a name that is not there, listing those that are, and for impossible options
 */
export function createLoss(choice: LossChoice): Loss {
  if (typeof choice === 'string') return createLoss({ name: choice } as LossConfig);
  if (typeof choice === 'function' || 'value' in choice) return choice;
  if (!('name' in choice)) {
    return weightedSum(
      choice.map(({ weight = 1, ...part }) => ({ loss: createPart(part as LossPart), weight })),
    );
  }
  const { name, ...options } = choice;
  return specOf('loss', losses as Readonly<Record<string, LossSpec>>, name).create(options);
}

function createPart(part: LossPart): Loss {
  return createLoss(typeof part.name === 'string' ? (part as LossConfig) : part.name);
}
