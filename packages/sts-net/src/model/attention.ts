import type { AttentionFactory } from '@sts-net/backbones';
import { type CBAMArgs, cbam, gct, type SEArgs, se, srm } from '@sts-net/layers-attention';
import { type ESCAArgs, esca } from '@sts-net/layers-esca';
import { z } from 'zod';

/** The attention layers known by name. */
export const attentionNames = ['none', 'esca', 'se', 'cbam', 'gct', 'srm'] as const;

/** The name of an attention layer, or `none`. */
export type AttentionName = (typeof attentionNames)[number];

/** Options of ESCA that are data; see `ESCAArgs` of `@sts-net/layers-esca`. */
export type ESCAConfig = { readonly name: 'esca' } & Readonly<
  Pick<ESCAArgs, 'preset' | 'kernelSize' | 'gamma' | 'b' | 'repeats' | 'shared' | 'activation'>
>;

/** Options of SE that are data; see `SEArgs` of `@sts-net/layers-attention`. */
export type SEConfig = { readonly name: 'se' } & Readonly<Pick<SEArgs, 'reduction' | 'useBias'>>;

/** Options of CBAM that are data; see `CBAMArgs` of `@sts-net/layers-attention`. */
export type CBAMConfig = { readonly name: 'cbam' } & Readonly<
  Pick<CBAMArgs, 'reduction' | 'kernelSize' | 'useBias'>
>;

/** An attention layer as data: its name, or its name with options. */
export type AttentionConfig = AttentionName | ESCAConfig | SEConfig | CBAMConfig;

const oddInteger = z
  .int()
  .positive()
  .refine((size) => size % 2 === 1, 'must be odd, for example 3');

export const attentionSchema: z.ZodType<AttentionConfig> = z.union([
  z.enum(attentionNames),
  z.discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('esca'),
      preset: z.enum(['paper', 'reference-code']).exactOptional(),
      kernelSize: z.union([z.literal('adaptive'), oddInteger]).exactOptional(),
      gamma: z.number().positive().exactOptional(),
      b: z.number().exactOptional(),
      repeats: z.int().positive().exactOptional(),
      shared: z.boolean().exactOptional(),
      activation: z.enum(['linear', 'relu', 'sigmoid', 'tanh']).exactOptional(),
    }),
    z.strictObject({
      name: z.literal('se'),
      reduction: z.int().positive().exactOptional(),
      useBias: z.boolean().exactOptional(),
    }),
    z.strictObject({
      name: z.literal('cbam'),
      reduction: z.int().positive().exactOptional(),
      kernelSize: oddInteger.exactOptional(),
      useBias: z.boolean().exactOptional(),
    }),
  ]),
]);

/** What makes the layers of an encoder's attention slots; undefined stands for none. */
export function attentionFactory(attention: AttentionConfig): AttentionFactory | undefined {
  const config = typeof attention === 'string' ? { name: attention } : attention;
  switch (config.name) {
    case 'none':
      return undefined;
    case 'gct':
      return () => gct();
    case 'srm':
      return () => srm();
    case 'esca': {
      const { name: _, ...options } = config;
      return (_channels, seed) => esca({ ...options, seed });
    }
    case 'se': {
      const { name: _, ...options } = config;
      return (_channels, seed) => se({ ...options, seed });
    }
    case 'cbam': {
      const { name: _, ...options } = config;
      return (_channels, seed) => cbam({ ...options, seed });
    }
  }
}
