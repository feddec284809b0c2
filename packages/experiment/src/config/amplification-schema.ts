import * as z from 'zod';

const share = z.number().min(0).max(1);
const probability = share.default(1).describe('How often it is applied.');
const range = (least: number, most: number) =>
  z
    .tuple([z.number().min(least).max(most), z.number().min(least).max(most)])
    .refine(([low, high]) => low <= high, 'must be two numbers, the smaller first')
    .exactOptional();

const fill = z
  .literal([0, 'edge'])
  .exactOptional()
  .describe('What comes in from outside: zeros, or the nearest pixel, which is the default.');

const onlineSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('lesion-crop'),
    probability,
    size: range(1e-3, 1),
    jitter: share.exactOptional(),
  }),
  z.strictObject({
    name: z.literal('flip'),
    probability,
    horizontal: share.exactOptional(),
    vertical: share.exactOptional(),
  }),
  z.strictObject({
    name: z.literal('affine'),
    probability,
    rotation: range(-360, 360),
    scale: range(1e-3, 1e3),
    shift: range(-1, 1),
    fill,
  }),
  z.strictObject({
    name: z.literal('elastic'),
    probability,
    spacing: z.number().min(2).exactOptional(),
    displacement: range(0, 0.48),
    fill,
  }),
  z.strictObject({
    name: z.literal('intensity'),
    probability,
    contrast: range(0, 1e6),
    brightness: range(-1e6, 1e6),
    noise: range(0, 1e6),
  }),
  z.strictObject({
    name: z.literal('gamma'),
    probability,
    gamma: range(1e-2, 1e2),
    inverted: share.exactOptional(),
  }),
  z.strictObject({
    name: z.literal('bias-field'),
    probability,
    strength: range(0, 2),
  }),
  z.strictObject({
    name: z.literal('blur'),
    probability,
    sigma: range(0, 100),
  }),
  z.strictObject({
    name: z.literal('low-resolution'),
    probability,
    zoom: range(0.1, 1),
  }),
  z.strictObject({
    name: z.literal('copy-paste'),
    probability,
    donors: z
      .int()
      .positive()
      .default(32)
      .describe('Training slices whose lesions are kept in memory, drawn with the seed.'),
    feather: z.int().min(0).exactOptional(),
    attempts: z.int().min(0).exactOptional(),
  }),
]);

export const amplificationSchema = z
  .strictObject({
    method: z
      .literal(['none', 1, 2, 3, 4])
      .default('none')
      .describe('Which copies: method 1–4 of the paper, or none.'),
    threshold: z
      .number()
      .positive()
      .optional()
      .describe(
        'Samples with fewer lesion pixels are amplified; else the method’s N1 or N2 of the training split.',
      ),
    extended: z
      .boolean()
      .optional()
      .describe('The fifteen copies of the authors’ code in place of the method’s standard ones.'),
    online: z
      .array(onlineSchema)
      .optional()
      .describe('What is done in turn to each sample when it is drawn for training.'),
  })
  .describe('Extra copies of the training samples whose lesions are small.');

/** What is done to training samples. */
export type AmplificationConfig = z.output<typeof amplificationSchema>;
