import { encoders } from '@sts-net/backbones';
import { decoders, supervisedDecoders } from '@sts-net/decoders';
import { type ModelSettings, missingStride, type PairSettings } from '@sts-net/model';
import { networks } from '@sts-net/networks';
import type * as z from 'zod';
import { classWeightsOf, type Loss } from './loss-schema.ts';
import type { modelSchema } from './model-schema.ts';
import type { Target } from './targets-schema.ts';
import type { trainingSchema } from './training-schema.ts';

/** What must go together over the parts of a config: classes, targets and weights, encoder and decoder. */
export function checkTogether(
  {
    model,
    training,
    targets,
  }: {
    readonly model: z.output<typeof modelSchema>;
    readonly training: z.output<typeof trainingSchema>;
    readonly targets?: readonly Target[] | undefined;
  },
  context: z.RefinementCtx,
): void {
  const classes = Math.max(2, model.classes);
  if (targets !== undefined && targets.length !== classes - 1) {
    context.addIssue({
      code: 'custom',
      path: ['targets'],
      message: `must have one for each of the ${classes} classes but the background, ${classes - 1}, got ${targets.length}`,
    });
  }
  if (model.network === undefined) checkPair(model, context);
  for (const { path, weights } of classWeightsOf(training.loss)) {
    if (weights.length === model.classes) continue;
    context.addIssue({
      code: 'custom',
      path: ['training', 'loss', ...path],
      message: `must be a weight for each of the ${model.classes} classes, the background's first, got ${weights.length}`,
    });
  }
}

function checkPair(model: PairSettings, context: z.RefinementCtx): void {
  if (model.deepSupervision && !supervisedDecoders.includes(model.decoder)) {
    context.addIssue({
      code: 'custom',
      path: ['model', 'deepSupervision'],
      message: `must have a decoder with maps on the way to its logits (${supervisedDecoders.join(', ')}), which ${model.decoder} is not`,
    });
  }
  // Names that are not there, or not given, have been told of.
  if (!(model.encoder in encoders && model.decoder in decoders)) return;
  const stride = missingStride(model.encoder, model.decoder);
  if (stride !== undefined) {
    context.addIssue({
      code: 'custom',
      path: ['model', 'decoder'],
      message: `must be one that needs no map of stride ${stride}, which ${model.encoder} does not have, such as unet or fpn`,
    });
  }
  if (typeof model.auxiliaryHead === 'object') {
    const { stages } = encoders[model.encoder];
    const used = Math.min(stages.length, decoders[model.decoder].depth ?? stages.length);
    if (model.auxiliaryHead.stage > used) {
      context.addIssue({
        code: 'custom',
        path: ['model', 'auxiliaryHead', 'stage'],
        message: `must be one of the stages of ${model.encoder} that ${model.decoder} uses, 1 to ${used}`,
      });
    }
    const { stage } = model.auxiliaryHead;
    if (stages[stage - 1] !== undefined && stages[stage - 1]!.build === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['model', 'auxiliaryHead', 'stage'],
        message: `must be a stage with a map, which stage ${stage} of ${model.encoder} does not have`,
      });
    }
  }
}

/** With the loss, and the weights of outputs, that the network is published with where none is given. */
export function withUsualLoss<
  Training extends Pick<z.output<typeof trainingSchema>, 'loss' | 'outputWeights'>,
>(
  { loss, ...training }: Training,
  { network }: ModelSettings,
): Omit<Training, 'loss'> & { readonly loss: Loss } {
  const name = typeof network === 'object' ? network.name : network;
  const usual = name === undefined ? undefined : networks[name].training;
  const outputWeights = training.outputWeights ?? usual?.outputWeights;
  return {
    loss: loss ?? (usual?.loss as Loss | undefined) ?? 'cross-entropy',
    ...training,
    ...(outputWeights && { outputWeights: [...outputWeights] }),
  };
}
