import { z } from 'zod';

/**
 * What a `dataset.json` holds, as nnU-Net describes it (`documentation/dataset_format.md`, versions 2 and
 * 1) and the Medical Segmentation Decathlon writes it; whatever else it holds is passed over.
 */
export interface DatasetJsonContent {
  readonly channel_names?: Readonly<Record<string, string>> | undefined;
  readonly modality?: Readonly<Record<string, string>> | undefined;
  readonly labels: Readonly<Record<string, string | number | readonly number[]>>;
  readonly numTraining?: number | undefined;
  readonly file_ending?: string | undefined;
  readonly training?: readonly { readonly image: string; readonly label: string }[] | undefined;
  readonly test?: readonly (string | { readonly image: string })[] | undefined;
  /** Cases with files of any name. */
  readonly dataset?:
    | Readonly<
        Record<string, { readonly images: readonly string[]; readonly label?: string | undefined }>
      >
    | undefined;
  /** Whose a case is; written here, others leave it out. */
  readonly groups?: Readonly<Record<string, string>> | undefined;
}

/** One fold of `splits_final.json`: names of cases. */
export interface Fold {
  readonly train: readonly string[];
  readonly val: readonly string[];
}

const name = z.string().min(1);
const labelNumber = z.int().min(0).max(254);
/** Keys are numbers, values names; nnU-Net's first version and the Decathlon. */
const byNumber = z.record(z.string().regex(/^\d+$/, 'must be a number'), name);

/** Validates a `dataset.json`. */
export const datasetJsonSchema: z.ZodType<DatasetJsonContent> = z.looseObject({
  channel_names: byNumber.optional(),
  modality: byNumber.optional(),
  labels: z.union([byNumber, z.record(name, z.union([labelNumber, z.array(labelNumber).min(1)]))]),
  numTraining: z.int().min(0).optional(),
  file_ending: z
    .string()
    .regex(/^\.[^/\\]+$/, 'must start with a dot, as ".nii.gz"')
    .optional(),
  training: z.array(z.looseObject({ image: name, label: name })).optional(),
  test: z.array(z.union([name, z.looseObject({ image: name })])).optional(),
  dataset: z
    .record(name, z.looseObject({ images: z.array(name).min(1), label: name.optional() }))
    .optional(),
  groups: z.record(name, name).optional(),
});

/** Validates a `splits_final.json`. */
export const splitsSchema: z.ZodType<readonly Fold[]> = z
  .array(z.looseObject({ train: z.array(name), val: z.array(name) }))
  .min(1);
