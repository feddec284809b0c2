/** Options of {@link adaptiveKernelSize}. */
export interface AdaptiveKernelSizeOptions {
  /** Divisor of log2(channels) + b; positive. @default 2 */
  readonly gamma?: number;
  /** Offset added to log2(channels). @default 1 */
  readonly b?: number;
}

/**
 * Kernel size of a 1-D convolution over channels that grows with their number.
 *
 * t = ⌊|log2(channels) + b| / gamma⌋, made odd by adding 1 where it is even, and at least 3:
 * 64 channels → 3, 256 → 5, 512 → 5, 1024 → 5, 2048 → 7.
 *
 * Source: Wang et al., ECA-Net, CVPR 2020, equation 12, in the form of the usual code.
 *
 * @param channels number of channels, a positive integer
 * @throws RangeError if `channels` is not a positive integer, `gamma` not positive or `b` not finite
 */
export function adaptiveKernelSize(
  channels: number,
  { gamma = 2, b = 1 }: AdaptiveKernelSizeOptions = {},
): number {
  if (!Number.isInteger(channels) || channels < 1) {
    throw new RangeError(
      `\`adaptiveKernelSize\`: \`channels\` must be a positive integer, got ${channels}.`,
    );
  }
  if (!(gamma > 0) || !Number.isFinite(gamma)) {
    throw new RangeError(
      `\`adaptiveKernelSize\`: \`gamma\` must be a positive number, got ${gamma}; the usual value is 2.`,
    );
  }
  if (!Number.isFinite(b)) {
    throw new RangeError(
      `\`adaptiveKernelSize\`: \`b\` must be a finite number, got ${b}; the usual value is 1.`,
    );
  }
  const t = Math.trunc(Math.abs(Math.log2(channels) + b) / gamma);
  return Math.max(3, t % 2 === 1 ? t : t + 1);
}
