import type { AmplificationMethod } from '@sts-net/amplify';
import { z } from 'zod';

/** Extra copies of the training samples whose lesions are small. */
export interface AmplificationConfig {
  /** Which copies: method 1–4 of the paper, the larger set of its authors' code, or none. @default 'none' */
  readonly method: 'none' | AmplificationMethod;
  /** Samples with fewer lesion pixels are amplified; the method's N1 or N2 of the training split if not given. */
  readonly threshold?: number | undefined;
}

export const amplificationSchema: z.ZodType<AmplificationConfig> = z.strictObject({
  method: z.literal(['none', 1, 2, 3, 4, 'extended']).default('none'),
  threshold: z.number().positive().optional(),
});
