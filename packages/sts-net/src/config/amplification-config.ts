import type { AmplificationMethod } from '@sts-net/amplify';
import { z } from 'zod';
import { type OnlineConfig, onlineSchema } from './online-config.ts';

/** Extra copies of the training samples whose lesions are small. */
export interface AmplificationConfig {
  /** Which copies: method 1–4 of the paper, or none. @default 'none' */
  readonly method: 'none' | AmplificationMethod;
  /** Samples with fewer lesion pixels are amplified; the method's N1 or N2 of the training split if not given. */
  readonly threshold?: number | undefined;
  /** The fifteen copies of the authors' code in place of the method's standard ones. @default false */
  readonly extended?: boolean | undefined;
  /** What is done in turn to each sample when it is drawn for training. @default nothing */
  readonly online?: readonly OnlineConfig[] | undefined;
}

export const amplificationSchema: z.ZodType<AmplificationConfig> = z.strictObject({
  method: z.literal(['none', 1, 2, 3, 4]).default('none'),
  threshold: z.number().positive().optional(),
  extended: z.boolean().optional(),
  online: z.array(onlineSchema).optional(),
});
