import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import type { VoxelArray } from '../../../voxels/voxel-arrays.ts';
import type { DataSet } from '../elements/data-set.ts';
import {
  DEFLATED,
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
} from '../elements/parse-data-set.ts';
import type { JpegCodecs } from './codecs.ts';
import { encapsulatedFrames, nativeBytes } from './frame-bytes.ts';
import type { ImageAttributes } from './image-attributes.ts';
import { maskBits, type StoredPixels, sampleArray } from './pixel-samples.ts';

/** More bytes than any image in memory has. */
const MAX_BYTES = 2 ** 32;
const NATIVE = [IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN, DEFLATED, EXPLICIT_BIG_ENDIAN];

/** Decodes all pixels of an image, whatever its transfer syntax. */
export async function storedPixels(
  dataSet: DataSet,
  attributes: ImageAttributes,
  codecs: JpegCodecs,
  name: string,
): Promise<StoredPixels> {
  const { rows, columns, frames, samplesPerPixel, bitsAllocated, transferSyntaxUid } = attributes;
  const perFrame = rows * columns * samplesPerPixel;
  if ((perFrame * frames * bitsAllocated) / 8 > MAX_BYTES) {
    throw new VolumeFormatError(
      `${name}: ${frames} frames of ${rows}×${columns} pixels are more than can be held in memory; the file is damaged, or split it`,
      { field: 'NumberOfFrames' },
    );
  }
  const { photometricInterpretation } = attributes;
  if (NATIVE.includes(transferSyntaxUid)) {
    return { data: nativeSamples(dataSet, attributes, name), photometricInterpretation };
  }
  const { compressionOf, decodeFrame } = await import('./decode-frame.ts');
  compressionOf(transferSyntaxUid, name);
  const encoded = encapsulatedFrames(dataSet, attributes, name);
  let data: VoxelArray | undefined;
  let interpretation = photometricInterpretation;
  for (const [i, bytes] of encoded.entries()) {
    const frame = await decodeFrame(
      bytes,
      attributes,
      codecs,
      frames === 1 ? name : `${name}, frame ${i}`,
    );
    interpretation = frame.photometricInterpretation;
    data ??= sampleArray(attributes, perFrame * frames);
    data.set(frame.data, i * perFrame);
  }
  return { data: data!, photometricInterpretation: interpretation };
}

function nativeSamples(dataSet: DataSet, attributes: ImageAttributes, name: string): VoxelArray {
  const { rows, columns, frames, samplesPerPixel, bitsAllocated, transferSyntaxUid } = attributes;
  const pixels = rows * columns * frames;
  const count = pixels * samplesPerPixel;
  const isBig = transferSyntaxUid === EXPLICIT_BIG_ENDIAN;
  if (bitsAllocated === 1) {
    const bits = nativeBytes(dataSet, Math.ceil(count / 8), name);
    const samples = new Uint8Array(count);
    for (let i = 0; i < count; i++) samples[i] = (bits[i >> 3]! >> (i & 7)) & 1;
    return samples;
  }
  const isHalved = attributes.photometricInterpretation === 'YBR_FULL_422' && samplesPerPixel === 3;
  if (isHalved) {
    if (columns % 2 !== 0 || bitsAllocated !== 8) {
      throw new VolumeFormatError(
        `${name}: YBR_FULL_422 needs an even number of columns of 8 bit, got ${columns} of ${bitsAllocated}; the file is damaged`,
        { field: 'Columns' },
      );
    }
    return fullChrominance(nativeBytes(dataSet, 2 * pixels, name));
  }
  const bytes = bitsAllocated / 8;
  const raw = new Uint8Array(nativeBytes(dataSet, count * bytes, name));
  // Bytes in words of 16 bit are swapped too.
  const isWords = bytes === 1 && dataSet.element('PixelData')?.vr === 'OW';
  if (isBig && (bytes > 1 || isWords)) swap(raw, Math.max(2, bytes));
  const isFloat = !dataSet.has('PixelData');
  let data: VoxelArray;
  if (bytes === 8 || isFloat) {
    if (!isFloat) {
      throw new VolumeFormatError(
        `${name}: integers of 64 bit are not supported; save them with 32, for example with pydicom`,
        { field: 'BitsAllocated' },
      );
    }
    data = bytes === 8 ? new Float64Array(raw.buffer) : new Float32Array(raw.buffer);
  } else {
    data = sampleArray(attributes, count);
    new Uint8Array(data.buffer).set(raw);
    maskBits(data, attributes);
  }
  return attributes.planarConfiguration === 1 && samplesPerPixel > 1
    ? interleaved(data, rows * columns, samplesPerPixel)
    : data;
}

/** From planes, frame by frame, to samples of a pixel together. */
function interleaved(planes: VoxelArray, pixels: number, samples: number): VoxelArray {
  const data = planes.slice();
  const perFrame = pixels * samples;
  for (let i = 0; i < planes.length; i++) {
    const frame = Math.floor(i / perFrame) * perFrame;
    const within = i - frame;
    data[i] = planes[frame + (within % samples) * pixels + Math.floor(within / samples)]!;
  }
  return data;
}

/** Two pixels share chrominance: Y Y Cb Cr. */
function fullChrominance(halved: Uint8Array): Uint8Array {
  const data = new Uint8Array((halved.length / 2) * 3);
  for (let i = 0, to = 0; i < halved.length; i += 4) {
    for (const y of [halved[i]!, halved[i + 1]!]) {
      data[to++] = y;
      data[to++] = halved[i + 2]!;
      data[to++] = halved[i + 3]!;
    }
  }
  return data;
}

function swap(bytes: Uint8Array, size: number): void {
  for (let start = 0; start + size <= bytes.length; start += size) {
    bytes.subarray(start, start + size).reverse();
  }
}
