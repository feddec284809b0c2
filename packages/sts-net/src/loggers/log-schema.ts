import { z } from 'zod';

/** Numbers that are none, such as a loss that has become infinite, are null in JSON. */
const number = z.number().nullable();

/** What is read again of the lines of a log, by what they tell. */
const known: Readonly<Record<string, z.ZodType>> = {
  start: z.looseObject({ steps: number, samples: number, slices: number }),
  step: z.looseObject({ loss: number, learningRate: number, lesions: z.array(number).optional() }),
  validation: z.looseObject({ metric: z.string(), score: number, best: z.boolean() }),
};

/** A line of a log, of this version or another one, which may tell more. */
export const logLineSchema = z
  .looseObject({ event: z.string(), step: z.int().min(0), time: z.iso.datetime().optional() })
  .superRefine((line, context) => {
    const schema = Object.hasOwn(known, line.event) ? known[line.event] : undefined;
    const { error } = schema?.safeParse(line) ?? {};
    for (const issue of error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: issue.path as string[], message: issue.message });
    }
  });
