/** One component of a frame, with its coefficients in blocks of 64 in zigzag order undone. */
export interface JpegComponent {
  readonly id: number;
  /** Sampling factors. */
  readonly h: number;
  readonly v: number;
  readonly quantization: number;
  /** Blocks that belong to the image. */
  readonly blocksAcross: number;
  readonly blocksDown: number;
  /** Blocks a line, filled up to whole MCUs. */
  readonly stride: number;
  readonly coefficients: Int16Array;
}

export interface JpegFrame {
  readonly precision: 8 | 12;
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly components: readonly JpegComponent[];
  readonly maxH: number;
  readonly maxV: number;
  readonly mcusAcross: number;
  readonly mcusDown: number;
}

/** More blocks of 64 samples than any camera's image has. */
const MAX_BLOCKS = 2 ** 22;

/**
 * Parses a start-of-frame segment.
 * @param fileSize bytes of the file: no block of 64 samples takes less than a bit
 */
export function parseFrame(marker: number, body: Uint8Array, fileSize: number): JpegFrame {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  if (body.length < 6) throw new Error('the frame header is cut off');
  const precision = body[0]!;
  const height = view.getUint16(1);
  const width = view.getUint16(3);
  const count = body[5]!;
  if (precision !== 8 && !(precision === 12 && marker !== 0xc0)) {
    throw new Error(`${precision} bits a sample are not defined here`);
  }
  if (width < 1 || height < 1) throw new Error(`the size is ${width}×${height}`);
  if (count < 1 || count > 4 || body.length < 6 + 3 * count) {
    throw new Error(`${count} components are not defined`);
  }
  const specs = Array.from({ length: count }, (_, i) => {
    const [id, factors, quantization] = body.subarray(6 + 3 * i) as unknown as number[];
    return { id: id!, h: factors! >> 4, v: factors! & 15, quantization: quantization! };
  });
  if (specs.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) {
    throw new Error('a sampling factor is not defined');
  }
  const maxH = Math.max(...specs.map(({ h }) => h));
  const maxV = Math.max(...specs.map(({ v }) => v));
  const mcusAcross = Math.ceil(width / (8 * maxH));
  const mcusDown = Math.ceil(height / (8 * maxV));
  const blocks = mcusAcross * mcusDown * specs.reduce((sum, { h, v }) => sum + h * v, 0);
  if (blocks > Math.min(8 * fileSize, MAX_BLOCKS)) {
    throw new Error(`${width}×${height} pixels cannot be in ${fileSize} bytes`);
  }
  const components = specs.map((spec) => {
    const stride = mcusAcross * spec.h;
    return {
      ...spec,
      blocksAcross: Math.ceil(Math.ceil((width * spec.h) / maxH) / 8),
      blocksDown: Math.ceil(Math.ceil((height * spec.v) / maxV) / 8),
      stride,
      coefficients: new Int16Array(64 * stride * mcusDown * spec.v),
    };
  });
  return {
    precision,
    width,
    height,
    isProgressive: marker === 0xc2,
    components,
    maxH,
    maxV,
    mcusAcross,
    mcusDown,
  };
}
