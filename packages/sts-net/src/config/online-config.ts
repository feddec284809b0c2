import type {
  CopyPasteOptions,
  LesionCropOptions,
  RandomAffineOptions,
  RandomFlipOptions,
  RandomIntensityOptions,
} from '@sts-net/amplify';
import { z } from 'zod';

interface Sometimes {
  /** How often it is applied. @default 1 */
  readonly probability: number;
}

/** What changes samples each time they are drawn; options as in `@sts-net/amplify`. */
export type OnlineConfig =
  | (Sometimes & LesionCropOptions & { readonly name: 'lesion-crop' })
  | (Sometimes & RandomFlipOptions & { readonly name: 'flip' })
  | (Sometimes &
      Omit<RandomAffineOptions, 'fill'> & {
        readonly name: 'affine';
        /** What comes in from outside: zeros, or the nearest pixel. @default 'edge' */
        readonly fill?: 0 | 'edge';
      })
  | (Sometimes & RandomIntensityOptions & { readonly name: 'intensity' })
  | (Sometimes &
      Omit<CopyPasteOptions, 'donors'> & {
        readonly name: 'copy-paste';
        /** Training slices whose lesions are kept in memory, drawn with the seed. @default 32 */
        readonly donors: number;
      });

const share = z.number().min(0).max(1);
const probability = share.default(1);
const range = (least: number, most: number) =>
  z
    .tuple([z.number().min(least).max(most), z.number().min(least).max(most)])
    .refine(([low, high]) => low <= high, 'must be two numbers, the smaller first')
    .exactOptional();

export const onlineSchema: z.ZodType<OnlineConfig> = z.discriminatedUnion('name', [
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
    fill: z.literal([0, 'edge']).exactOptional(),
  }),
  z.strictObject({
    name: z.literal('intensity'),
    probability,
    contrast: range(0, 1e6),
    brightness: range(-1e6, 1e6),
    noise: range(0, 1e6),
  }),
  z.strictObject({
    name: z.literal('copy-paste'),
    probability,
    donors: z.int().positive().default(32),
    feather: z.int().min(0).exactOptional(),
    attempts: z.int().min(0).exactOptional(),
  }),
]);
