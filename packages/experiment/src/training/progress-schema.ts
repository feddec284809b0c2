import type { FalseAlarmState, Progress } from '@sts-net/training';
import * as z from 'zod';

/** Where a run stands, as checkpoints say it. */
export const progressSchema: z.ZodType<Progress> = z.strictObject({
  step: z.int().min(0),
  best: z.array(z.strictObject({ step: z.int().min(0), score: z.number() })),
  sinceBest: z.int().min(0),
  owesValidation: z.boolean(),
});

const whole = z.int().min(0);
/** What is known of false alarms, as checkpoints say it. */
export const falseAlarmSchema: z.ZodType<FalseAlarmState> = z.strictObject({
  step: whole,
  slices: whole,
  next: whole,
  places: z.array(z.tuple([whole, whole, whole])),
});
