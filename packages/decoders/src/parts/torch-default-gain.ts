/** PyTorch's default for convolutions: uniform in ±1/√fanIn. */
export const torchDefaultGain: number = 1 / Math.sqrt(3);
