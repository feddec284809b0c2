import type { AttentionFactory } from '@sts-net/backbones';
import { type CBAMArgs, cbam, gct, type SEArgs, se, srm } from '@sts-net/layers-attention';
import { type ESCAArgs, esca } from '@sts-net/layers-esca';

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

/** An attention layer with options, as data. */
type AttentionWithOptions =
  | ESCAConfig
  | SEConfig
  | CBAMConfig
  | { readonly name: 'gct' }
  | { readonly name: 'srm' };

/** The name of an attention layer, or `none`. */
export type AttentionName = 'none' | AttentionWithOptions['name'];

/** An attention layer as data: its name, or its name with options. */
export type AttentionConfig = AttentionName | ESCAConfig | SEConfig | CBAMConfig;

/** What an attention layer's name stands for. */
export interface AttentionSpec<Config> {
  /** The options that it takes beside its name. */
  readonly options: readonly Exclude<keyof Config, 'name'>[];
  /** What makes the layers of an encoder's attention slots. */
  create(config: Config): AttentionFactory;
}

/** The attention layers known by name; `none` stands for no layer. */
export const attentions: {
  readonly [Name in Exclude<AttentionName, 'none'>]: AttentionSpec<
    Extract<AttentionWithOptions, { readonly name: Name }>
  >;
} = {
  esca: {
    options: ['preset', 'kernelSize', 'gamma', 'b', 'repeats', 'shared', 'activation'],
    create: withSeed(esca),
  },
  se: { options: ['reduction', 'useBias'], create: withSeed(se) },
  cbam: { options: ['reduction', 'kernelSize', 'useBias'], create: withSeed(cbam) },
  gct: { options: [], create: () => () => gct() },
  srm: { options: [], create: () => () => srm() },
};

/** The attention layers known by name, and `none`. */
export const attentionNames: readonly AttentionName[] = [
  'none',
  ...(Object.keys(attentions) as Exclude<AttentionName, 'none'>[]),
];

/** What makes the layers of an encoder's attention slots; undefined stands for none. */
export function attentionFactory(attention: AttentionConfig): AttentionFactory | undefined {
  const config = typeof attention === 'string' ? { name: attention } : attention;
  if (config.name === 'none') return undefined;
  return (attentions[config.name] as AttentionSpec<typeof config>).create(config);
}

function withSeed<Args extends object, Layer extends ReturnType<AttentionFactory>>(
  layer: (args: Args) => Layer,
): (config: { readonly name: string } & Omit<Args, 'name' | 'seed'>) => AttentionFactory {
  return ({ name: _, ...options }) =>
    (_channels, seed) =>
      layer({ ...options, seed } as unknown as Args);
}
