import {
  amplificationSchema,
  checkTogether,
  modelSchema,
  preprocessingSchema,
  seed,
  targetsSchema,
  trainingSchema,
  withUsualLoss,
} from '@sts-net/experiment';
import { z } from 'zod';
import { dataSchema } from './data-schema.ts';
import { loggersSchema } from './loggers-schema.ts';

/** The only source of what a config may hold: its types, its messages and its JSON Schema. */
export const experimentSchema = z
  .strictObject({
    $schema: z
      .string()
      .optional()
      .describe('Address of this schema, by which editors complete and check the file.'),
    seed,
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
  .superRefine(checkTogether)
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
