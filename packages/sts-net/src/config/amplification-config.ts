import { z } from 'zod';

/** Extra copies of the training samples whose lesions are small. */
export interface AmplificationConfig {
  /** Which copies: method 1–4 of the paper, or none. @default 'none' */
  readonly method: 'none' | 1 | 2 | 3 | 4;
  /** Samples with fewer lesion pixels are amplified; the method's N1 or N2 of the training split if not given. */
  readonly threshold?: number | undefined;
}

export const amplificationSchema: z.ZodType<AmplificationConfig> = z.strictObject({
  method: z.literal(['none', 1, 2, 3, 4]).default('none'),
  threshold: z.number().positive().optional(),
});
