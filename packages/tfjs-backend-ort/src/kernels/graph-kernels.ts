import type { KernelDefinition } from '../graph/kernel.ts';
import { alongAxisKernels } from './along-axis.ts';
import { binaryKernels } from './binary.ts';
import { blockKernels } from './blocks.ts';
import { imageKernels } from './image.ts';
import { indexingKernels } from './indexing.ts';
import { matMulKernels } from './matmul.ts';
import { normalizationKernels } from './normalization.ts';
import { poolingKernels } from './pooling.ts';
import { reductionKernels } from './reduction.ts';
import { shapeKernels } from './shape.ts';
import { sliceKernels } from './slicing.ts';
import { stsConvolutionKernels } from './sts-convolution.ts';
import { tfjsConvolutionKernels } from './tfjs-convolution.ts';
import { trainingKernels } from './training.ts';
import { unaryKernels } from './unary.ts';
import { updateKernels } from './updates.ts';

/** Every kernel that becomes part of a graph, by its name. */
export const graphKernels: ReadonlyMap<string, KernelDefinition> = new Map(
  [
    ...unaryKernels,
    ...binaryKernels,
    ...reductionKernels,
    ...alongAxisKernels,
    ...matMulKernels,
    ...shapeKernels,
    ...sliceKernels,
    ...blockKernels,
    ...indexingKernels,
    ...stsConvolutionKernels,
    ...tfjsConvolutionKernels,
    ...poolingKernels,
    ...normalizationKernels,
    ...imageKernels,
    ...trainingKernels,
    ...updateKernels,
  ].map((kernel) => [kernel.name, kernel]),
);
