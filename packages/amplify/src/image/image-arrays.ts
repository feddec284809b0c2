import { type Native, native, nativeWithArrays } from '../native/native.ts';

/** Bytes beside the arrays for what kernels need: rows of an image that lies elsewhere, and their own. */
const SCRATCH = 2 ** 20;

const natives = new WeakMap<Float32Array, Native>();

/**
 * `count` arrays of `length` zeros for images and to be lent (`LendOptions`). Crops, flips and resized
 * images are made from one of them into another without copies to WebAssembly's memory and from there,
 * for all of them lie in it. It is given back once none of them is used any more, and cannot be
 * transferred to another thread. Where WebAssembly SIMD is missing or there is not enough memory in
 * one piece they are arrays like others.
 *
 * @throws {RangeError} unless both are whole numbers from 1 on
 */
export function imageArrays(count: number, length: number): Float32Array<ArrayBuffer>[] {
  for (const [name, value] of Object.entries({ count, length })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(
        `\`imageArrays\`: \`${name}\` must be a whole number from 1 on, got ${String(value)}`,
      );
    }
  }
  const made = nativeWithArrays(Array<number>(count).fill(length), SCRATCH);
  if (made === undefined) return Array.from({ length: count }, () => new Float32Array(length));
  for (const array of made.arrays) natives.set(array, made.native);
  return made.arrays;
}

/** The kernels in whose memory an array of `imageArrays` lies. */
export function nativeOf(array: Float32Array): Native | undefined {
  return natives.get(array);
}

/** The kernels that can make `result`, those first that write into it. */
export function nativesFor(result: Float32Array): Native[] {
  return [nativeOf(result), native()].filter((engine) => engine !== undefined);
}

/** Whether kernels can make one of two arrays from the other without copies. */
export function sharesMemory(one: Float32Array, other: Float32Array): boolean {
  return nativeOf(one) !== undefined && nativeOf(one) === nativeOf(other);
}
