import { channelName, channelNameRule } from '@sts-net/datasets/validation';
import * as z from 'zod';

const length = z.int().positive();

/** Height and width in pixels, or one number for both. */
export const planeSize = z.union([
  z.tuple([length, length]),
  length.transform((side): [number, number] => [side, side]),
]);

const distance = z.number().positive();

/** Between rows and between columns in mm, or one number for both. */
const planeSpacing = z.union([
  z.tuple([distance, distance]),
  distance.transform((step): [number, number] => [step, step]),
]);

const spacingSchema = z
  .strictObject({
    inPlane: planeSpacing
      .optional()
      .describe('Between rows and between columns of a slice, or one number for both.'),
    throughPlane: distance.optional().describe('Between slices.'),
  })
  .refine(
    ({ inPlane, throughPlane }) => inPlane !== undefined || throughPlane !== undefined,
    'must say `inPlane`, `throughPlane` or both',
  );

const orientationSchema = z
  .string()
  .regex(
    /^(?=.*[LR])(?=.*[PA])(?=.*[IS])[LRPAIS]{3}$/,
    'must name one end each of L/R, P/A and I/S, such as RAS or LPS',
  );

const intensity = z.number();
const share = z.number().min(0).max(100);
const inOrder = { path: ['high'], message: 'must be above `low`' };

const percentileRule = z
  .strictObject({
    name: z.literal('percentile'),
    low: share.default(0.5),
    high: share.default(99.5),
  })
  .refine(({ low, high }) => low < high, inOrder);

const windowRule = z
  .strictObject({ name: z.literal('window'), low: intensity, high: intensity })
  .refine(({ low, high }) => low < high, inOrder);

/** One rule for all channels, or one for each by its name. */
function perChannel<Rule extends z.core.SomeType>(rule: Rule) {
  return z.union([rule, z.record(z.string(), rule)]);
}

const clipSchema = z
  .discriminatedUnion('name', [
    windowRule.describe('Two intensities, of CT in HU.'),
    percentileRule.describe(
      'Two percentiles, per cent, of the voxels that the normalization measures: with nonzero those that are not 0, with mask those that are not background, else all.',
    ),
  ])
  .describe('Limits that intensities are brought to before they are normalised.');

const normalizationSchema = z
  .discriminatedUnion('name', [
    z
      .strictObject({ name: z.literal('nonzero') })
      .describe(
        'Mean 0 and standard deviation 1 over the voxels that are not 0; 0 stays 0. For images in which 0 means that nothing is there, such as a brain that was cut out.',
      ),
    z
      .strictObject({ name: z.literal('all') })
      .describe(
        'Mean 0 and standard deviation 1 over all voxels. For images in which 0 is a value: CT, ultrasound, photographs.',
      ),
    z
      .strictObject({ name: z.literal('mask') })
      .describe(
        'Mean 0 and standard deviation 1 over what is not background, for all voxels; background are the zeros that reach the border of the image.',
      ),
    percentileRule.describe(
      'Two percentiles of the image’s voxels, per cent, become 0 and 1; what lies beyond, too.',
    ),
    windowRule.describe('Two intensities, of CT in HU, become 0 and 1; what lies beyond, too.'),
    z
      .strictObject({
        name: z.literal('imagenet'),
        maxPixelValue: z
          .number()
          .positive()
          .default(1023)
          .describe('Largest intensity: 1023 for 10-bit MRI, 255 for 8-bit images.'),
      })
      .describe(
        '(v / maxPixelValue − mean) / deviation with ImageNet’s means and deviations; 3 channels.',
      ),
  ])
  .describe('How intensities become network input.');

const fields = z.strictObject({
  channels: z
    .array(z.string().regex(channelName, channelNameRule))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'must not name a channel twice')
    .optional()
    .describe(
      'Names of the channels, in the order in which the network gets them: slice by slice, the named ones within each. Else those of the cases.',
    ),
  missing: z
    .enum(['error', 'zero'])
    .default('error')
    .describe(
      'What becomes of a case that lacks a named channel: an error, or 0 in its place after normalisation.',
    ),
  orientation: orientationSchema
    .optional()
    .describe(
      'Where column, row and slice lead that volumes are turned to, such as RAS; an error where a file does not say how it is turned. Else as they are.',
    ),
  spacing: spacingSchema
    .optional()
    .describe(
      'Distances of voxels in mm that volumes are resampled to, once they are turned: images linearly, masks to the nearest label; what is left out stays as it is. An error where a file does not say what they are. Predictions come back on the image’s own grid, and are scored there; only validations during the training are scored on this one.',
    ),
  axis: z
    .literal([0, 1, 2])
    .default(0)
    .describe('Axis of [slice, row, column], once turned, that samples cut across.'),
  context: z
    .int()
    .min(0)
    .max(16)
    .default(1)
    .describe(
      'Neighbour slices on each side that a sample holds as channels. A 2-D image has none: with 1 it gives its three colours, or three times its grey; with others, its grey.',
    ),
  edge: z
    .enum(['triple', 'replicate', 'reflect', 'zero', 'drop'])
    .default('triple')
    .describe('What stands in for the neighbours that the first and last slices lack.'),
  size: planeSize
    .optional()
    .describe(
      'Height and width that every slice is brought to, in pixels: images with bilinear weights, masks to the nearest label. Predictions come back in the image’s own size, and are scored there; only validations during the training are scored at this one.',
    ),
  clip: perChannel(clipSchema)
    .optional()
    .describe(
      'Limits that intensities are brought to before they are normalised, for all channels or by name; channels not named have none.',
    ),
});

/** Rules, whether for all channels or by name. */
type Rules = Readonly<Record<string, unknown>>;

/** Whether it is one rule for all channels. */
function isOne(rules: Rules): boolean {
  return typeof rules['name'] === 'string';
}

/** The name of the rule for a channel, if there is one. */
function nameFor(rules: Rules, channel: string | undefined): unknown {
  if (isOne(rules)) return rules['name'];
  const rule = channel !== undefined && Object.hasOwn(rules, channel) ? rules[channel] : undefined;
  return (rule as Rules | undefined)?.['name'];
}

/** The channels that rules name; one without a name where all are for all. */
function channelsNamed(...rules: readonly Rules[]): readonly (string | undefined)[] {
  const named = rules.filter((one) => !isOne(one)).flatMap((one) => Object.keys(one));
  return named.length === 0 ? [undefined] : named;
}

interface ChannelFields {
  readonly context: number;
  readonly channels?: readonly string[] | undefined;
  readonly normalization?: Rules | undefined;
  readonly clip?: Rules | undefined;
}

function checkRules(
  { context, channels, normalization, clip }: ChannelFields,
  issues: z.core.$RefinementCtx,
): void {
  const say = (path: PropertyKey[], message: string) =>
    issues.addIssue({ code: 'custom', path, message });
  const count = (2 * context + 1) * (channels?.length ?? 1);
  // Without names here, those of the cases count, three of which may be colours.
  const mayBeThree = channels === undefined ? context <= 1 : count === 3;
  const isImagenet = (name: string | undefined) => nameFor(normalization!, name) === 'imagenet';
  if (normalization && channelsNamed(normalization).some(isImagenet) && !mayBeThree) {
    say(
      ['normalization', 'name'],
      '"imagenet" needs 3 channels, so `context` must be 1, or 0 with three named `channels`; use another rule otherwise',
    );
  }
  for (const [field, rules] of Object.entries({ normalization, clip })) {
    if (rules === undefined || isOne(rules)) continue;
    const lacking = channels?.find((name) => !Object.hasOwn(rules, name));
    if (lacking !== undefined && field === 'normalization') {
      say([field], `must have a rule for channel "${lacking}" too`);
    }
    const unknown = Object.keys(rules).find((name) => channels?.includes(name) === false);
    if (unknown !== undefined) say([field, unknown], 'is none of the `channels`');
  }
  if (clip === undefined || normalization === undefined) return;
  for (const channel of channelsNamed(clip, normalization)) {
    const limiting = nameFor(normalization, channel);
    if (nameFor(clip, channel) === undefined) continue;
    if (limiting !== 'window' && limiting !== 'percentile') continue;
    const path = channel === undefined || isOne(clip) ? ['clip'] : ['clip', channel];
    say(path, `must be left out with normalization "${limiting}", which has its own limits`);
    return;
  }
}

/** How an image becomes network input, as a config says it. */
export const preprocessingSchema = fields
  .extend({
    normalization: perChannel(normalizationSchema)
      .optional()
      .describe(
        'How intensities become network input, for all channels or by name; else, for each channel, nonzero where zeros surround what all images show and they are of MR or of no known modality, and all otherwise. What is chosen is in the log and saved with the weights.',
      ),
  })
  .superRefine(checkRules);

/** The same as weights have it, in which nothing is left open. */
export const savedPreprocessingSchema = fields
  .extend({ normalization: perChannel(normalizationSchema) })
  .superRefine(checkRules);

/** How images become the input of a trained network. */
export type SavedPreprocessing = z.output<typeof savedPreprocessingSchema>;
