import { kernels } from './generated/kernels.ts';

/** How often each label is predicted, true, and both at once. */
export interface Tally {
  readonly agreed: Float64Array;
  readonly predicted: Float64Array;
  readonly present: Float64Array;
  readonly ignored: number;
}

/** Bytes of each mask that are worked on at a time: what the processor's cache holds. */
const BAND = 2 ** 16;

/** The function compiled from `assembly/`, where it is described, and its memory. */
interface Native {
  readonly memory: WebAssembly.Memory;
  readonly tallyBits: (first: number, second: number, length: number, out: number) => void;
}

let compiled: { readonly native: Native | undefined } | undefined;

/**
 * Tallies bytes of 0 and 1, sixteen at a time in WebAssembly. Undefined where the labels are not bytes or not all
 * 0 or 1, WebAssembly SIMD is missing or a policy of the page forbids it; then they must be looked at one by one.
 */
export function tallyBits(
  prediction: ArrayLike<number>,
  truth: ArrayLike<number>,
): Tally | undefined {
  if (!(prediction instanceof Uint8Array && truth instanceof Uint8Array)) return undefined;
  compiled ??= { native: compile() };
  const { native } = compiled;
  if (native === undefined) return undefined;
  const bytes = new Uint8Array(native.memory.buffer);
  const lanes = new Uint16Array(bytes.buffer, 2 * BAND, 32);
  const sums = [0, 0, 0];
  let seen = 0;
  const size = truth.length;
  for (let start = 0; start < size; start += BAND) {
    const end = Math.min(start + BAND, size);
    // Zeros behind the last byte, which is within a vector.
    if (end === size) bytes.fill(0);
    bytes.set(prediction.subarray(start, end));
    bytes.set(truth.subarray(start, end), BAND);
    native.tallyBits(0, BAND, (end - start + 15) & ~15, 2 * BAND);
    for (let i = 0; i < 24; i++) sums[i >> 3]! += lanes[i]!;
    for (let i = 24; i < 32; i++) seen |= lanes[i]!;
  }
  if ((seen & 0xfefe) !== 0) return undefined;
  const [both, predicted, present] = sums as [number, number, number];
  return {
    agreed: Float64Array.of(size - predicted - present + both, both),
    predicted: Float64Array.of(size - predicted, predicted),
    present: Float64Array.of(size - present, present),
    ignored: 0,
  };
}

function compile(): Native | undefined {
  try {
    const memory = new WebAssembly.Memory({ initial: 3, maximum: 3 });
    const bytes = Uint8Array.from(atob(kernels), (c) => c.charCodeAt(0));
    const module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { memory, tallyBits: exports['tallyBits'] as Native['tallyBits'] };
  } catch {
    return undefined;
  }
}
