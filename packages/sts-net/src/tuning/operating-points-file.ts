import { readJson } from '@sts-net/datasets/files';
import { validateWith } from '@sts-net/datasets/validation';
import type { Decision } from '@sts-net/inference';
import { z } from 'zod';

const share = z.number().min(0).max(1);

const pointSchema = z.strictObject({
  threshold: share,
  minimumVolume: z.number().min(0),
  caseDice: share,
  recall: share,
  precision: share,
  lesionF1: share,
  falseAlarms: z.number().min(0),
});

const pointsSchema = z.strictObject({
  aim: z.union([
    z.enum(['case-dice', 'lesion-f1']),
    z.strictObject({ falseAlarms: z.number().min(0) }),
  ]),
  cases: z.int().positive(),
  // Of pictures, whose volumes are in pixels.
  inPixels: z.boolean(),
  weights: z.array(z.string()).min(1),
  temperature: z.number().positive(),
  classes: z.array(pointSchema).min(1),
});

/** Where networks are run, as it was chosen on `cases` validation cases for the weights of those digests. */
export type OperatingPoints = z.output<typeof pointsSchema>;

/**
 * The operating points that were chosen for a file of weights.
 *
 * @param digest of that file
 * @throws Error naming the file, if it cannot be read; ValidationError if it holds something else; RangeError if they were chosen for other weights
 */
export async function readOperatingPoints(
  path: string,
  weights: string,
  digest: string,
): Promise<OperatingPoints> {
  const points = validateWith(pointsSchema, await readJson(path), path);
  if (points.weights.includes(digest)) return points;
  throw new RangeError(
    `'${path}' was chosen for other weights than '${weights}' holds by now; tune the run again, or remove it`,
  );
}

/** How labels are decided at the points. */
export function decisionOf({ classes }: OperatingPoints): Decision {
  return {
    threshold: classes.map(({ threshold }) => threshold),
    minimumVolume: classes.map(({ minimumVolume }) => minimumVolume),
  };
}
