import type { NdArray } from '@sts-net/views';
import { compressed, joinBytes } from '../bytes/byte-arrays.ts';
import { encodeChunk, PNG_SIGNATURE } from './png-chunks.ts';

const COLOUR_TYPES: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 };

/**
 * The bytes of a PNG image of 8 or 16 bit.
 * @param pixels `[row, column]` or `[row, column, channel]` of 1 to 4 channels (grey, grey and
 * alpha, RGB, RGBA), in a `Uint8Array` or `Uint16Array`
 */
export async function encodePng(
  pixels: NdArray<Uint8Array | Uint16Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { data, shape, stride, offset } = pixels;
  const [height, width, channels = 1] = shape as [number, number, number | undefined];
  const bytes = data instanceof Uint16Array ? 2 : 1;
  const lineBytes = width * channels * bytes;
  const lines = new Uint8Array(height * (lineBytes + 1));
  let to = 0;
  for (let row = 0; row < height; row++) {
    // Each byte less the one to its left compresses smooth images well.
    lines[to++] = 1;
    const start = to;
    for (let column = 0; column < width; column++) {
      for (let c = 0; c < channels; c++) {
        const at = offset + row * stride[0]! + column * stride[1]! + c * (stride[2] ?? 0);
        if (bytes === 2) lines[to++] = data[at]! >> 8;
        lines[to++] = data[at]! & 255;
      }
    }
    const step = channels * bytes;
    for (let i = to - 1; i >= start + step; i--) lines[i]! -= lines[i - step]!;
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8 * bytes);
  header.setUint8(9, COLOUR_TYPES[channels]!);
  return joinBytes([
    PNG_SIGNATURE,
    encodeChunk('IHDR', new Uint8Array(header.buffer)),
    encodeChunk('IDAT', await compressed(lines, 'deflate')),
    encodeChunk('IEND', new Uint8Array(0)),
  ]);
}
