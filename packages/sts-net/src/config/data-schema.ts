import { z } from 'zod';

const length = z.int().positive();

/** Height and width in pixels, or one number for both. */
export const planeSize = z.union([
  z.tuple([length, length]),
  length.transform((side): [number, number] => [side, side]),
]);

const name = z.string().min(1);

const caseSchema = z.strictObject({
  id: name
    .regex(/^[^/\\]+$/, 'must not contain / or \\, because it names output files')
    .describe('Unique name; names output files too.'),
  group: name
    .optional()
    .describe('Patient: cases of one group are never divided over splits. Else the id.'),
  image: name.describe('Volume, or 2-D image (PNG, JPEG, TIFF).'),
  mask: name
    .optional()
    .describe('File of the same size with the labels. Only prediction can do without.'),
});

const caseFolderSchema = z.strictObject({
  folder: name,
  image: name
    .includes('{id}', 'must contain {id}, for example "volumes/{id}.nii.gz"')
    .describe('Path of the image inside the folder, for example volumes/{id}_FLAIR.nii.gz.'),
  mask: name
    .includes('{id}', 'must contain {id}, for example "labels/{id}.nii.gz"')
    .describe('Path of the mask inside the folder, for example labels/{id}_GOLD.nii.gz.'),
});

const caseManifestSchema = z.strictObject({
  manifest: name.describe(
    'Its file. Where it says which split an item belongs to, data.split stays empty.',
  ),
});

const normalizationSchema = z.discriminatedUnion('name', [
  z
    .strictObject({ name: z.literal('z-score') })
    .describe(
      'Mean 0 and standard deviation 1 over the volume’s nonzero voxels; zero voxels stay zero.',
    ),
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
]);

/** How images become network input; saved with the weights. */
export const preprocessingSchema = z.strictObject({
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
  normalization: normalizationSchema
    .default({ name: 'z-score' })
    .describe('How intensities become network input.'),
});

const heldOut = z.union([z.array(name), z.number().min(0).lt(1)]).default([]);

const splitSchema = z
  .strictObject({
    validation: heldOut.describe('Chooses the best checkpoint.'),
    test: heldOut.describe('Seen by `evaluate` only.'),
  })
  .describe(
    'Which groups are held out: their names, or the fraction of all groups, drawn with the seed.',
  );

export const dataSchema = z
  .strictObject({
    cases: z
      .union([z.array(caseSchema).min(1), caseFolderSchema, caseManifestSchema])
      .describe(
        'The images with their masks: one by one, by the files of a folder ({id} and {group} in the patterns stand for a case’s name and its patient’s), or in a manifest as `sts-net data prepare` writes it. Paths are relative to the folder of the config file.',
      ),
    ...preprocessingSchema.shape,
    split: splitSchema.default({ validation: [], test: [] }),
    cacheMegabytes: z
      .number()
      .positive()
      .default(1024)
      .describe('Memory for volumes that are kept after reading, in MiB.'),
  })
  .refine(({ context, normalization }) => context === 1 || normalization.name !== 'imagenet', {
    path: ['normalization', 'name'],
    message: '"imagenet" needs 3 channels, so `data.context` must be 1; use "z-score" otherwise',
  });

/** Where the images are, how they become samples, and which are held out. */
export type DataConfig = z.output<typeof dataSchema>;
