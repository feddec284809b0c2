import { encoders } from '@sts-net/backbones';
import { decoders, supervisedDecoders } from '@sts-net/decoders';
import { type ModelSettings, missingStride, type PairSettings } from '@sts-net/model';
import { networks } from '@sts-net/networks';
import { z } from 'zod';
import { amplificationSchema } from './amplification-schema.ts';
import { dataSchema } from './data-schema.ts';
import { loggersSchema } from './loggers-schema.ts';
import { classWeightsOf, type Loss } from './loss-schema.ts';
import { modelSchema } from './model-schema.ts';
import { preprocessingSchema } from './preprocessing-schema.ts';
import { targetsSchema } from './targets-schema.ts';
import { trainingSchema } from './training-schema.ts';

/** The only source of what a config may hold: its types, its messages and its JSON Schema. */
export const experimentSchema = z
  .strictObject({
    $schema: z
      .string()
      .optional()
      .describe('Address of this schema, by which editors complete and check the file.'),
    seed: z
      .int()
      .min(0)
      .default(2021)
      .describe(
        'Drives the weights’ start, the split, the order of the samples, patches, dropout.',
      ),
    backend: z
      .enum(['auto', 'tensorflow', 'ort', 'webgpu', 'wasm', 'cpu', 'ort:webgpu', 'ort:cuda'])
      .default('auto')
      .describe(
        'The engine that computes; auto takes the best that is there, ort:webgpu and ort:cuda are ONNX Runtime on a graphics processor.',
      ),
    model: modelSchema,
    data: dataSchema,
    targets: targetsSchema
      .optional()
      .describe(
        'What each class is, the background left out: name, codes and colour, which DICOM SEG and RTSTRUCT say. Kept with the weights.',
      ),
    preprocessing: preprocessingSchema
      .prefault({})
      .describe('How images become network input, in training and in prediction.'),
    amplification: amplificationSchema.default({ method: 'none' }),
    training: trainingSchema,
    loggers: loggersSchema,
    output: z
      .string()
      .min(1)
      .describe('Folder for checkpoints, log and config, relative to the config file.'),
  })
  .superRefine(({ model, training, targets }, context) => {
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
  })
  .transform(({ $schema, ...config }) => ({
    ...config,
    training: withUsualLoss(config.training, config.model),
  }));

/** Everything that determines a run, defaults filled in. */
export type ExperimentConfig = z.output<typeof experimentSchema>;

/** A config as it is written: what has a default may be left out. */
export type ExperimentInput = z.input<typeof experimentSchema>;

/** How long, from what, with which loss and optimiser a network is trained, and what is kept. */
export type TrainingConfig = ExperimentConfig['training'];

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
function withUsualLoss<
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
