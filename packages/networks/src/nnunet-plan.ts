/** Rows and columns, or one number for both. */
type Pair = number | readonly [number, number];

/** What an nnU-Net is made by: its stages, finest first, as nnU-Net's plans have them. */
export interface NNUNetPlan {
  /** `features_per_stage`: channels of each stage. */
  readonly features: readonly number[];
  /** `strides`: the step into each stage; the first is that of the image. @default 1, then 2 */
  readonly strides?: readonly Pair[] | undefined;
  /** `kernel_sizes`: odd. @default 3 */
  readonly kernelSizes?: readonly Pair[] | undefined;
  /** `n_conv_per_stage` or, with residual blocks, `n_blocks_per_stage`. @default 2; 1, 3, 4, 6, 6, … */
  readonly depths?: readonly number[] | undefined;
  /** `n_conv_per_stage_decoder`: convolutions of each level of the decoder, coarsest first. @default 2; with residual blocks 1 */
  readonly decoderDepths?: readonly number[] | undefined;
}

/** A stage of an encoder. */
export interface NNUNetStage {
  readonly features: number;
  readonly stride: readonly [number, number];
  readonly kernelSize: readonly [number, number];
  readonly depth: number;
  /** Convolutions of the decoder's level at this stage; the coarsest stage has none. */
  readonly decoderDepth: number;
}

/**
 * The plan that nnU-Net makes of a patch whose pixels are square: halved along an axis as long as 4 pixels or more are
 * left of it, along one axis alone as long as 6 are, and 32 channels, doubled from stage to stage up to 512.
 *
 * Source: Isensee et al., Nature Methods 2021; nnU-Net 2.
 *
 * @param size `[rows, columns]` of the patch, pixels
 */
export function nnUNetPlan(size: readonly [number, number]): NNUNetPlan {
  for (const side of size) requireWhole('a side of `patchSize`', side, 1);
  const [least, leastAlone] = [8, 12];
  const strides: Pair[] = [[1, 1]];
  let left = size;
  for (;;) {
    const halved = left.map((side) => side >= least);
    const enough = halved.every(Boolean) ? least : leastAlone;
    if (!left.some((side) => side >= enough)) break;
    const [rows, columns] = halved.map((one) => (one ? 2 : 1)) as [number, number];
    strides.push([rows, columns]);
    left = [Math.ceil(left[0] / rows), Math.ceil(left[1] / columns)];
  }
  return { features: strides.map((_, i) => Math.min(512, 32 * 2 ** i)), strides };
}

/**
 * A plan's stages, defaults filled in.
 *
 * @throws RangeError for lists that do not fit one another, and for numbers that make no network
 */
export function stagesOf(
  { features, strides, kernelSizes, depths, decoderDepths }: NNUNetPlan,
  residual: boolean,
): readonly NNUNetStage[] {
  const count = features.length;
  if (count < 2) {
    throw new RangeError(
      `nnU-Net: a plan must have at least 2 stages, got ${count}; give \`plan.features\` more numbers, or a \`patchSize\` with a side of 12 or more, or both of 8.`,
    );
  }
  const lengths = { strides, kernelSizes, depths } as const;
  for (const [name, list] of Object.entries(lengths)) {
    if (list !== undefined) requireLength(name, list, count);
  }
  if (decoderDepths !== undefined) requireLength('decoderDepths', decoderDepths, count - 1);
  return features.map((channels, i) => {
    const usual = residual ? ([1, 3, 4][i] ?? 6) : 2;
    const depth = depths?.[i] ?? usual;
    // The decoder's lists begin at the coarsest of its levels.
    const decoderDepth = decoderDepths?.[count - 2 - i] ?? (residual ? 1 : 2);
    const stride = pair(strides?.[i] ?? (i === 0 ? 1 : 2));
    const kernelSize = pair(kernelSizes?.[i] ?? 3);
    requireWhole('`plan.features`', channels, 1);
    for (const one of [depth, decoderDepth]) requireWhole('a depth of `plan`', one, 1);
    for (const one of stride) requireWhole('a stride of `plan`', one, 1);
    for (const one of kernelSize) {
      if (Number.isInteger(one) && one > 0 && one % 2 === 1) continue;
      throw new RangeError(`nnU-Net: a kernel size of \`plan\` must be odd and whole, got ${one}.`);
    }
    return { features: channels, stride, kernelSize, depth, decoderDepth };
  });
}

function requireLength(name: string, list: readonly unknown[], count: number): void {
  if (list.length === count) return;
  throw new RangeError(
    `nnU-Net: \`plan.${name}\` must have ${count} numbers, as \`plan.features\` has stages${name === 'decoderDepths' ? ' but the coarsest' : ''}, got ${list.length}.`,
  );
}

function requireWhole(what: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`nnU-Net: ${what} must be a whole number from ${least} on, got ${value}.`);
}

function pair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}
