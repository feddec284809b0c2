import type { AttentionFactory } from '@sts-net/backbones';
import { type ESCAArgs, esca } from '@sts-net/layers-esca';
import { z } from 'zod';

/** The attention layers known by name. */
export type AttentionName = 'none' | 'esca';

/** Options of ESCA that are data; see `ESCAArgs` of `@sts-net/layers-esca`. */
export type ESCAConfig = { readonly name: 'esca' } & Readonly<
  Pick<ESCAArgs, 'preset' | 'kernelSize' | 'gamma' | 'b' | 'repeats' | 'shared' | 'activation'>
>;

/** An attention layer as data: its name, or its name with options. */
export type AttentionConfig = AttentionName | ESCAConfig;

export const attentionSchema: z.ZodType<AttentionConfig> = z.union([
  z.enum(['none', 'esca']),
  z.discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('esca'),
      preset: z.enum(['paper', 'reference-code']).exactOptional(),
      kernelSize: z
        .union([
          z.literal('adaptive'),
          z
            .int()
            .positive()
            .refine((size) => size % 2 === 1, 'must be odd, for example 3'),
        ])
        .exactOptional(),
      gamma: z.number().positive().exactOptional(),
      b: z.number().exactOptional(),
      repeats: z.int().positive().exactOptional(),
      shared: z.boolean().exactOptional(),
      activation: z.enum(['linear', 'relu', 'sigmoid', 'tanh']).exactOptional(),
    }),
  ]),
]);

/** What makes the layers of an encoder's attention slots; undefined stands for none. */
export function attentionFactory(attention: AttentionConfig): AttentionFactory | undefined {
  if (attention === 'none') return undefined;
  const { name: _, ...options } = attention === 'esca' ? { name: attention } : attention;
  return (_channels, seed) => esca({ ...options, seed });
}
