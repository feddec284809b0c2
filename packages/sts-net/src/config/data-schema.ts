import { channelCountRule, channelName, channelNameRule } from '@sts-net/datasets/validation';
import { cacheMegabytes, labelsSchema, splitSchema } from '@sts-net/experiment';
import { z } from 'zod';

const name = z.string().min(1);

/** One file, or one of each channel by its name. */
function imageOf<T extends z.ZodString>(file: T) {
  const channels = z
    .record(z.string().regex(channelName, channelNameRule), file)
    .refine((image) => Object.keys(image).length > 0, channelCountRule);
  return z.union([file, channels]);
}

const caseSchema = z.strictObject({
  id: name
    .regex(/^[^/\\]+$/, 'must not contain / or \\, because it names output files')
    .describe('Unique name; names output files too.'),
  group: name
    .optional()
    .describe('Patient: cases of one group are never divided over splits. Else the id.'),
  image: imageOf(name).describe(
    'Volume, or 2-D image (PNG, JPEG, TIFF); or one of each channel by its name, as { "flair": "a_FLAIR.nii.gz", "t1": "a_T1.nii.gz" }.',
  ),
  mask: name
    .optional()
    .describe('File of the same size with the labels. Only prediction can do without.'),
});

const caseFolderSchema = z.strictObject({
  folder: name,
  image: imageOf(
    name.includes('{id}', 'must contain {id}, for example "volumes/{id}.nii.gz"'),
  ).describe(
    'Path of the image inside the folder, for example volumes/{id}_FLAIR.nii.gz; or one of each channel by its name. A case is there if any of its channels is.',
  ),
  mask: name
    .includes('{id}', 'must contain {id}, for example "labels/{id}.nii.gz"')
    .describe('Path of the mask inside the folder, for example labels/{id}_GOLD.nii.gz.'),
});

const caseManifestSchema = z.strictObject({
  manifest: name.describe(
    'Its file. Where it says which split an item belongs to, data.split stays empty.',
  ),
});

export const dataSchema = z.strictObject({
  cases: z
    .union([z.array(caseSchema).min(1), caseFolderSchema, caseManifestSchema, z.literal('source')])
    .describe(
      'The images with their masks: one by one, by the files of a folder ({id} and {group} in the patterns stand for a case’s name and its patient’s), in a manifest as `sts-net data prepare` writes it, or "source", if code that trains gives them. Paths are relative to the folder of the config file.',
    ),
  labels: labelsSchema.optional(),
  split: splitSchema.default({ validation: [], test: [] }),
  cacheMegabytes,
  cache: name
    .optional()
    .describe(
      'Folder where images are kept as they go into the network, so that no run and no epoch decodes them again; runs may share it. Relative to the folder of the config file. Else none are kept on disk.',
    ),
  cacheGigabytes: z
    .number()
    .positive()
    .default(10)
    .describe('The most that `cache` may hold, in GiB; what was not used for longest goes first.'),
});

/** Where the images are, and which are held out. */
export type DataConfig = z.output<typeof dataSchema>;
