import { kernels } from './generated/kernels.ts';

/** Bytes of each mask that are worked on at a time: what the processor's cache holds. */
const BAND = 2 ** 16;

/** Sums of bytes of 0 and 1. */
export interface BitSums {
  /** Of those that are 1 in both. */
  readonly both: number;
  readonly predicted: number;
  readonly present: number;
  /** Has a bit above the lowest of some byte where a byte is neither 0 nor 1; then the sums mean nothing. */
  readonly seen: number;
}

type SumBits = (prediction: Uint8Array, truth: Uint8Array) => BitSums;

let compiled: { readonly sumBits: SumBits | undefined } | undefined;

/** `sumBits` in WebAssembly; `undefined` where SIMD is missing there or a policy of the page forbids it. */
export function nativeSumBits(): SumBits | undefined {
  compiled ??= { sumBits: compile() };
  return compiled.sumBits;
}

function compile(): SumBits | undefined {
  let memory: WebAssembly.Memory;
  let tallyBits: (first: number, second: number, length: number, out: number) => void;
  try {
    memory = new WebAssembly.Memory({ initial: 3, maximum: 3 });
    const bytes = Uint8Array.from(atob(kernels), (c) => c.charCodeAt(0));
    const module = new WebAssembly.Module(bytes);
    ({ tallyBits } = new WebAssembly.Instance(module, { env: { memory } }).exports as never);
  } catch {
    return undefined;
  }
  const first = new Uint8Array(memory.buffer, 0, BAND);
  const second = new Uint8Array(memory.buffer, BAND, BAND);
  const sums = new Int32Array(memory.buffer, 2 * BAND, 4);
  return (prediction, truth) => {
    let [both, predicted, present, seen] = [0, 0, 0, 0];
    for (let start = 0; start < truth.length; start += BAND) {
      const count = Math.min(BAND, truth.length - start);
      const whole = (count + 15) & ~15;
      first.set(prediction.subarray(start, start + count));
      second.set(truth.subarray(start, start + count));
      first.fill(0, count, whole);
      second.fill(0, count, whole);
      tallyBits(first.byteOffset, second.byteOffset, whole, sums.byteOffset);
      both += sums[0]!;
      predicted += sums[1]!;
      present += sums[2]!;
      seen |= sums[3]!;
    }
    return { both, predicted, present, seen };
  };
}
