import { z } from 'zod';
import { planeSize } from './plane-size.ts';

/** One image with its lesion mask. Paths are relative to the folder of the config file. */
export interface CaseConfig {
  /** Unique name; names output files too. */
  readonly id: string;
  /** Patient: cases of one group are never divided over splits. @default the id */
  readonly group?: string | undefined;
  /** Volume, or 2-D image (PNG, JPEG, TIFF). */
  readonly image: string;
  /** File of the same size with the labels. Only prediction can do without. */
  readonly mask?: string | undefined;
}

/** A folder whose files are the cases; `{id}` (and `{group}`) in the patterns stand for its name (and its patient's). */
export interface CaseFolderConfig {
  readonly folder: string;
  /** Path of the image inside the folder, for example `volumes/{id}_FLAIR.nii.gz`. */
  readonly image: string;
  /** Path of the mask inside the folder, for example `labels/{id}_GOLD.nii.gz`. */
  readonly mask: string;
}

/** The manifest of a data set, as `sts-net data prepare` writes it. */
export interface CaseManifestConfig {
  /** Its file. Where it says which split an item belongs to, `data.split` stays empty. */
  readonly manifest: string;
}

/** How intensities become network input. */
export type NormalizationConfig =
  /** Mean 0 and standard deviation 1 over the volume's nonzero voxels; zero voxels stay zero. */
  | { readonly name: 'z-score' }
  /** `(v / maxPixelValue − mean) / deviation` with ImageNet's means and deviations; 3 channels. */
  | {
      readonly name: 'imagenet';
      /** Largest intensity: 1023 for 10-bit MRI, 255 for 8-bit images. @default 1023 */
      readonly maxPixelValue: number;
    };

/** What stands in for neighbours beyond the first and last slice; see `slices25d`. */
export type EdgeName = 'triple' | 'replicate' | 'reflect' | 'zero' | 'drop';

/** Which groups are held out: their names, or the fraction of all groups, drawn with the seed. */
export interface SplitConfig {
  /** Chooses the best checkpoint. @default [] */
  readonly validation: readonly string[] | number;
  /** Seen by `evaluate` only. @default [] */
  readonly test: readonly string[] | number;
}

export interface DataConfig {
  readonly cases: readonly CaseConfig[] | CaseFolderConfig | CaseManifestConfig;
  /** Axis of `[slice, row, column]` that samples cut across. @default 0 */
  readonly axis: 0 | 1 | 2;
  /**
   * Neighbour slices on each side that a sample holds as channels. A 2-D image has none: with the
   * default it gives its three colours, or three times its grey; with others, its grey. @default 1
   */
  readonly context: number;
  /** What stands in for the neighbours that the first and last slices lack. @default 'triple' */
  readonly edge: EdgeName;
  /**
   * Height and width that every slice is brought to, in pixels: images with bilinear weights, masks
   * to the nearest label. Scores are those at this size; predictions get the image's own again.
   * @default the images' own
   */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** @default { "name": "z-score" } */
  readonly normalization: NormalizationConfig;
  readonly split: SplitConfig;
  /** Memory for volumes that are kept after reading, in MiB. @default 1024 */
  readonly cacheMegabytes: number;
}

const name = z.string().min(1);

const caseSchema = z.strictObject({
  id: name.regex(/^[^/\\]+$/, 'must not contain / or \\, because it names output files'),
  group: name.optional(),
  image: name,
  mask: name.optional(),
});

const caseFolderSchema = z.strictObject({
  folder: name,
  image: name.includes('{id}', 'must contain {id}, for example "volumes/{id}.nii.gz"'),
  mask: name.includes('{id}', 'must contain {id}, for example "labels/{id}.nii.gz"'),
});

const caseManifestSchema = z.strictObject({ manifest: name });

const normalizationSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('z-score') }),
  z.strictObject({
    name: z.literal('imagenet'),
    maxPixelValue: z.number().positive().default(1023),
  }),
]);

const heldOut = z.union([z.array(name), z.number().min(0).lt(1)]).default([]);

export const dataSchema: z.ZodType<DataConfig> = z
  .strictObject({
    cases: z.union([z.array(caseSchema).min(1), caseFolderSchema, caseManifestSchema]),
    axis: z.literal([0, 1, 2]).default(0),
    context: z.int().min(0).max(16).default(1),
    edge: z.enum(['triple', 'replicate', 'reflect', 'zero', 'drop']).default('triple'),
    size: planeSize.optional(),
    normalization: normalizationSchema.default({ name: 'z-score' }),
    split: z
      .strictObject({ validation: heldOut, test: heldOut })
      .default({ validation: [], test: [] }),
    cacheMegabytes: z.number().positive().default(1024),
  })
  .refine(({ context, normalization }) => context === 1 || normalization.name !== 'imagenet', {
    path: ['normalization', 'name'],
    message: '"imagenet" needs 3 channels, so `data.context` must be 1; use "z-score" otherwise',
  });
