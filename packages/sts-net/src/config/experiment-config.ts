import { z } from 'zod';
import { type ModelSettings, modelSettingsSchema } from '../model/index.ts';
import { type AmplificationConfig, amplificationSchema } from './amplification-config.ts';
import { type DataConfig, dataSchema } from './data-config.ts';
import { type TrainingConfig, trainingSchema } from './training-config.ts';

/** Everything that determines a run: one JSON file. */
export interface ExperimentConfig {
  /** Drives the weights' start, the split, the order of the samples, patches, dropout. @default 2021 */
  readonly seed: number;
  /** @default 'auto' */
  readonly backend: 'auto' | 'tensorflow' | 'ort' | 'webgpu' | 'wasm' | 'cpu';
  readonly model: ModelSettings;
  readonly data: DataConfig;
  /** @default { "method": "none" } */
  readonly amplification: AmplificationConfig;
  readonly training: TrainingConfig;
  /** Folder for checkpoints, log and config, relative to the config file. */
  readonly output: string;
}

export const experimentSchema: z.ZodType<ExperimentConfig> = z.strictObject({
  seed: z.int().min(0).default(2021),
  backend: z.enum(['auto', 'tensorflow', 'ort', 'webgpu', 'wasm', 'cpu']).default('auto'),
  model: modelSettingsSchema,
  data: dataSchema,
  amplification: amplificationSchema.default({ method: 'none' }),
  training: trainingSchema,
  output: z.string().min(1),
});
