import { kernels } from '../generated/kernels.ts';

/** The functions compiled from `assembly/`, where they are described; addresses in bytes. */
type Kernels = Readonly<
  Record<'resizeRows' | 'packRows' | 'markedBounds', (...numbers: number[]) => void>
>;

/** Kernels and the memory that they work in. */
export interface Native extends Kernels {
  /**
   * Memory for arrays of so many 32-bit numbers, and for what kernels touch beyond them;
   * `undefined` if so much cannot be had. What was reserved before is given up.
   */
  readonly reserve: (...lengths: number[]) => Float32Array<ArrayBuffer>[] | undefined;
}

/** 32-bit numbers that are worked on at a time: what the processor's cache holds. */
export const BAND: number = 2 ** 16;

/** Bytes of a page of WebAssembly's memory, and how many pages there may be. */
const PAGE = 2 ** 16;
const MOST_PAGES = 2 ** 16;

let compiled: WebAssembly.Module | undefined;
let growing: { readonly native: Native | undefined } | undefined;

/**
 * Kernels with a memory that grows with what is reserved; `undefined` where WebAssembly SIMD is
 * missing or a policy of the page forbids it.
 */
export function native(): Native | undefined {
  growing ??= { native: instantiate([], 1, MOST_PAGES)?.native };
  return growing.native;
}

/**
 * Kernels with a memory that holds arrays of so many numbers and has `scratch` bytes to reserve.
 * It never grows, for that would take the arrays away. `undefined` as for `native`, or if so much
 * memory cannot be had.
 */
export function nativeWithArrays(
  lengths: readonly number[],
  scratch: number,
): Instance | undefined {
  const pages = Math.ceil((placesOf(lengths, 0).end + scratch) / PAGE);
  return instantiate(lengths, pages, pages);
}

interface Instance {
  readonly native: Native;
  /** What was reserved for good. */
  readonly arrays: Float32Array<ArrayBuffer>[];
}

function instantiate(
  lengths: readonly number[],
  initial: number,
  maximum: number,
): Instance | undefined {
  let memory: WebAssembly.Memory;
  let functions: Kernels;
  try {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernels), (c) => c.charCodeAt(0)));
    memory = new WebAssembly.Memory({ initial, maximum });
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
    functions = exports as unknown as Kernels;
  } catch {
    return undefined;
  }
  const { resizeRows, packRows, markedBounds } = functions;
  const arraysAt = ({ starts }: Places, counts: readonly number[]) =>
    starts.map((start, i) => new Float32Array(memory.buffer, start, counts[i]!));
  const kept = placesOf(lengths, 0);
  const reserve: Native['reserve'] = (...counts) => {
    const places = placesOf(counts, kept.end);
    const missing = places.end - memory.buffer.byteLength;
    try {
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    } catch {
      return undefined;
    }
    return arraysAt(places, counts);
  };
  return {
    native: { resizeRows, packRows, markedBounds, reserve },
    arrays: arraysAt(kept, lengths),
  };
}

/** In bytes. */
interface Places {
  readonly starts: readonly number[];
  readonly end: number;
}

/** Where arrays of so many numbers lie from `from` on, each with 16 bytes or more behind it. */
function placesOf(lengths: readonly number[], from: number): Places {
  let end = from;
  const starts = lengths.map((length) => {
    const start = end;
    end += 16 * (Math.ceil(length / 4) + 1);
    return start;
  });
  return { starts, end };
}
