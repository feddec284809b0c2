import { z } from 'zod';

const length = z.int().positive();

/** Height and width in pixels, or one number for both. */
export const planeSize = z.union([
  z.tuple([length, length]),
  length.transform((side): [number, number] => [side, side]),
]);

const intensity = z.number();
const share = z.number().min(0).max(100);
const inOrder = { path: ['high'], message: 'must be above `low`' };

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
    z
      .strictObject({
        name: z.literal('percentile'),
        low: share.default(0.5),
        high: share.default(99.5),
      })
      .refine(({ low, high }) => low < high, inOrder)
      .describe(
        'Two percentiles of the image’s voxels, per cent, become 0 and 1; what lies beyond, too.',
      ),
    z
      .strictObject({ name: z.literal('window'), low: intensity, high: intensity })
      .refine(({ low, high }) => low < high, inOrder)
      .describe('Two intensities, of CT in HU, become 0 and 1; what lies beyond, too.'),
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
  axis: z
    .literal([0, 1, 2])
    .default(0)
    .describe('Axis of [slice, row, column] that samples cut across.'),
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
      'Height and width that every slice is brought to, in pixels: images with bilinear weights, masks to the nearest label. Scores are those at this size; predictions get the image’s own again.',
    ),
});

const enoughChannels = {
  path: ['normalization', 'name'],
  message: '"imagenet" needs 3 channels, so `context` must be 1; use another rule otherwise',
};

interface ChannelFields {
  readonly context: number;
  readonly normalization?: { readonly name: string } | undefined;
}

function hasEnoughChannels({ context, normalization }: ChannelFields): boolean {
  return context === 1 || normalization?.name !== 'imagenet';
}

/** How an image becomes network input, as a config says it. */
export const preprocessingSchema = fields
  .extend({
    normalization: normalizationSchema
      .optional()
      .describe(
        'How intensities become network input; else nonzero where zeros surround what all images show and they are of MR or of no known modality, and all otherwise. What is chosen is in the log and saved with the weights.',
      ),
  })
  .refine(hasEnoughChannels, enoughChannels);

/** The same as weights have it, in which nothing is left open. */
export const savedPreprocessingSchema = fields
  .extend({ normalization: normalizationSchema })
  .refine(hasEnoughChannels, enoughChannels);

/** How images become the input of a trained network. */
export type SavedPreprocessing = z.output<typeof savedPreprocessingSchema>;
