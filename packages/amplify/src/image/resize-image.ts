import type { NdArray } from '@sts-net/views';
import { BAND, type Native } from '../native/native.ts';
import { imageRows, resultRows } from './rows.ts';

/** Which two pixels of a line the pixels of the resized line lie between. */
export interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly lowWeights: Float32Array;
  readonly highWeights: Float32Array;
}

/**
 * Resizes an image along its columns, then along its rows, into `result`. All arithmetic is in
 * float32, so that this and `resizePlain` give the same bits.
 * @returns whether there was enough memory
 */
export function resizeNative(
  image: NdArray<Float32Array>,
  rows: Taps,
  columns: Taps,
  result: Float32Array,
  engine: Native,
): boolean {
  const [sourceHeight, sourceWidth, channels] = image.shape as [number, number, number];
  const [height, width] = [rows.low.length, columns.low.length];
  const length = width * channels;
  const from = imageRows(image, engine);
  const to = resultRows(result, length, engine);
  const ratio = sourceHeight / height;
  const rowLength = Math.max(length, ratio * Math.abs(from.stride));
  const bandRows = Math.min(height, Math.max(1, Math.floor(BAND / rowLength)));
  const sourceRows = Math.min(sourceHeight, Math.ceil((bandRows - 1) * ratio) + 3);
  const reserved = engine.reserve(
    ...[from.room(sourceRows), 4 * height, 4 * width, 2 * (length + 8), to.room(bandRows)],
  );
  if (reserved === undefined) return false;
  const [source, rowTaps, columnTaps, slots, band] = reserved as [
    ...[Float32Array, Float32Array, Float32Array, Float32Array, Float32Array],
  ];
  fillTaps(rowTaps, rows, (row) => row);
  fillTaps(
    columnTaps,
    columns,
    (column) => 4 * channels * (from.reversed ? sourceWidth - 1 - column : column),
  );
  for (let row = 0; row < height; row += bandRows) {
    const count = Math.min(bandRows, height - row);
    const first = rows.low[row]!;
    const start = from.address(first, rows.high[row + count - 1]! + 1 - first, source);
    engine.resizeRows(
      ...[start - 4 * first * from.stride, 4 * from.stride],
      ...[rowTaps.byteOffset + 16 * row, columnTaps.byteOffset, slots.byteOffset],
      ...[to.address(row, band), count, width, channels],
    );
    to.take(row, count, band);
  }
  return true;
}

function fillTaps(
  table: Float32Array,
  { low, high, lowWeights, highWeights }: Taps,
  place: (index: number) => number,
): void {
  const places = new Int32Array(table.buffer, table.byteOffset, table.length);
  for (let i = 0; i < low.length; i++) {
    places[4 * i] = place(low[i]!);
    places[4 * i + 1] = place(high[i]!);
    table[4 * i + 2] = lowWeights[i]!;
    table[4 * i + 3] = highWeights[i]!;
  }
}

/** The same without WebAssembly. */
export function resizePlain(
  image: NdArray<Float32Array>,
  rows: Taps,
  columns: Taps,
  result: Float32Array,
): void {
  const { fround } = Math;
  const { data, offset } = image;
  const [, , channels] = image.shape as [number, number, number];
  const [rowStride, columnStride, channelStride] = image.stride as [number, number, number];
  const stretched = (row: number, column: number, channel: number) => {
    const start = offset + row * rowStride + channel * channelStride;
    const low = data[start + columns.low[column]! * columnStride]!;
    const high = data[start + columns.high[column]! * columnStride]!;
    return fround(
      fround(low * columns.lowWeights[column]!) + fround(high * columns.highWeights[column]!),
    );
  };
  let to = 0;
  for (let row = 0; row < rows.low.length; row++) {
    for (let column = 0; column < columns.low.length; column++) {
      for (let channel = 0; channel < channels; channel++) {
        const above = stretched(rows.low[row]!, column, channel);
        const below = stretched(rows.high[row]!, column, channel);
        result[to++] =
          fround(above * rows.lowWeights[row]!) + fround(below * rows.highWeights[row]!);
      }
    }
  }
}
