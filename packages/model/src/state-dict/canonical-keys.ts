import {
  type KeyRule,
  renamedPlainUNet,
  timmEfficientNet,
  timmMobileNetV2,
  torchvisionEfficientNet,
} from './renamed-keys.ts';

/** A family of state dicts, known by a key that only it has. */
interface Layout {
  readonly has: RegExp;
  readonly rules: readonly KeyRule[] | ((keys: readonly string[]) => readonly KeyRule[]);
  /** Epsilon of the batch normalisations that the weights were trained with, where keys tell. */
  readonly epsilon?: number;
}

/** What no model needs: counters, and what modules of nnU-Net's hold a second time. */
const needless: readonly KeyRule[] = [
  [/^.*\.num_batches_tracked$/, null],
  [/^.*\.all_modules\./, null],
  [/^decoder\.encoder\./, null],
];

/** Old files of DenseNets have dots within the names of layers, `norm.1` for `norm1`. */
const dottedLayer = /(denselayer\d+\.(?:norm|conv))\.(?=[12]\.)/;

/** In this order; the first layout with a key that matches is taken. */
const layouts: readonly Layout[] = [
  {
    // torchvision's segmentation models
    has: /^backbone\./,
    rules: [
      [/^backbone\./, 'encoder.'],
      [/^classifier\.0\./, 'decoder.aspp.'],
      [/^classifier\.1\./, 'decoder.conv.'],
      [/^classifier\.2\./, 'decoder.bn.'],
      [/^classifier\.4\./, 'segmentation_head.0.'],
    ],
  },
  {
    // segmentation_models.pytorch, before 0.4 with numbered parts of DeepLabV3's decoder
    has: /^(encoder|decoder|segmentation_head)\./,
    rules: [
      [/^decoder\.0\./, 'decoder.aspp.'],
      [/^decoder\.1\./, 'decoder.conv.'],
      [/^decoder\.2\./, 'decoder.bn.'],
      [/^classification_head\./, null],
    ],
  },
  {
    // timm's EfficientNet; its efficientnet_b0 and tf_efficientnet_b0 have the same keys
    has: /^blocks\.\d+\.\d+\.se\./,
    rules: (keys) => [[/^classifier\./, null], ...timmEfficientNet(keys)],
  },
  {
    has: /^features\.1\.0\.block\./,
    rules: (keys) => [[/^classifier\./, null], ...torchvisionEfficientNet(keys)],
    epsilon: 1e-5,
  },
  {
    // EfficientNet of segmentation_models.pytorch
    has: /^_conv_stem\./,
    rules: [
      [/^_fc\./, null],
      [/^/, 'encoder.'],
    ],
    epsilon: 1e-3,
  },
  {
    // timm's MobileNetV2
    has: /^conv_stem\./,
    rules: [[/^classifier\./, null], ...timmMobileNetV2()],
  },
  {
    // Pytorch-UNet
    has: /^inc\.double_conv\./,
    rules: renamedPlainUNet,
  },
  {
    // mix transformers, as their authors and segmentation_models.pytorch have them
    has: /^patch_embed1\./,
    rules: [
      [/^head\./, null],
      [/^/, 'encoder.'],
    ],
  },
  {
    // bare encoders of torchvision, segmentation_models.pytorch and timm, with a classification head
    has: /^/,
    rules: [
      [/^(fc|classifier|last_linear)\./, null],
      [/^/, 'encoder.'],
    ],
  },
];

/**
 * What wraps a network puts its name before every key: DataParallel, `torch.compile`, Lightning, moving
 * averages, training scripts.
 */
const wrapper = /^(?:module|_orig_mod|model|net|network|ema_model|ema|student|teacher)\./;

/**
 * Each key of a state dict with the key that a model has for it, or `null` where it is not needed.
 *
 * @param own the keys of the model; those of a whole network, which has no encoder by that name, are its authors'
 */
export function canonicalKeys(
  keys: readonly string[],
  own: Iterable<string>,
): ReadonlyMap<string, string | null> {
  const all = [...own];
  const bare = unwrapped(keys, all).map((key) => key.replace(dottedLayer, '$1'));
  const isWhole = !all.some((key) => key.startsWith('encoder.'));
  const given = isWhole ? [] : layoutOf(bare).rules;
  const rules = [...needless, ...(typeof given === 'function' ? given(bare) : given)];
  return new Map(
    keys.map((key, i) => {
      const own = bare[i]!;
      const [pattern, replacement] = rules.find(([pattern]) => pattern.test(own)) ?? [/^/, ''];
      return [key, replacement === null ? null : own.replace(pattern, replacement)];
    }),
  );
}

/** Epsilon of the batch normalisations that the weights were trained with, where keys tell. */
export function epsilonOf(keys: readonly string[]): number | undefined {
  return layoutOf(unwrapped(keys)).epsilon;
}

/**
 * The keys without the names of wrappers that most of them begin with. Others, such as those of a
 * loss, stay as they are, so that they are told of; and so do all if the model's own begin with the name.
 */
function unwrapped(keys: readonly string[], own: readonly string[] = []): readonly string[] {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const name = wrapper.exec(key)?.[0];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [name] = [...counts].find(([, count]) => 2 * count > keys.length) ?? [];
  if (name === undefined || own.some((key) => key.startsWith(name))) return keys;
  const bare = keys.map((key) => (key.startsWith(name) ? key.slice(name.length) : key));
  return unwrapped(bare, own);
}

function layoutOf(keys: readonly string[]): Layout {
  return layouts.find(({ has }) => keys.some((key) => has.test(key))) ?? layouts.at(-1)!;
}
