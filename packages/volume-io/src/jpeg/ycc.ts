/** Luminance and chrominance to red, green and blue (JFIF; DICOM PS3.3, C.7.6.3.1.2), in place. */
export function yccToRgb(samples: Uint8Array | Uint16Array, precision: number): void {
  const centre = 2 ** (precision - 1);
  const most = 2 ** precision - 1;
  const clamp = (value: number) => Math.min(most, Math.max(0, Math.floor(value + 0.5)));
  for (let i = 0; i + 2 < samples.length; i += 3) {
    const y = samples[i]!;
    const blue = samples[i + 1]! - centre;
    const red = samples[i + 2]! - centre;
    samples[i] = clamp(y + 1.402 * red);
    samples[i + 1] = clamp(y - 0.344136 * blue - 0.714136 * red);
    samples[i + 2] = clamp(y + 1.772 * blue);
  }
}
