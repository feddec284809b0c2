import { z } from 'zod';
import { mergedScores } from './merged-scores.ts';

// What the files of a planned grid and of its runs hold; other versions may write more.

const whole = z.int().min(0);
/** Numbers that are none are null in JSON. */
const number = z.number().nullable();
const values = z.record(z.string(), z.unknown());

/** `grid.json`. */
export const gridPlanSchema = z
  .looseObject({
    rows: z
      .array(z.looseObject({ name: z.string(), values, paper: z.array(number).exactOptional() }))
      .min(1),
    reference: whole,
    title: z.string(),
    notes: z.array(z.string()),
    base: z.unknown(),
    baseFolder: z.string(),
  })
  .refine(({ rows, reference }) => reference < rows.length, 'its reference must be a row');

/** Names a folder. */
const id = z.string().regex(/^[\w-]+$/, 'must be a name');

/** A line of `runs.jsonl`. */
export const gridRunSchema = z.looseObject({
  index: whole,
  id,
  row: whole,
  values,
  seed: whole,
  fold: whole.nullable(),
  parameters: whole,
  multiplyAdds: z.number(),
  memory: z.number(),
  seconds: number,
});

const score = z.looseObject({
  value: number,
  byRule: z.enum(['both', 'one']).or(z.literal(false)),
});
const compared = Object.fromEntries(mergedScores.map((name) => [name, score]));

/** `result.json` of a run. */
export const storedResultSchema = z.looseObject({
  id,
  row: whole,
  seed: whole,
  fold: whole.nullable(),
  seconds: z.number(),
  steps: whole,
  paper: z.array(number),
  inPixels: z.boolean(),
  cases: z.array(
    z.looseObject({
      id: z.string(),
      patient: z.string(),
      scores: z.object(compared).catchall(score),
      recallBySize: z.array(
        z.looseObject({ from: z.number(), to: number, lesions: whole, found: whole }),
      ),
    }),
  ),
});

/** `failure.json` of a run. */
export const failureSchema = z.looseObject({ message: z.string() });

/** A line of `attempts.jsonl` of a run. */
export const attemptSchema = z.looseObject({ seconds: z.number() });
