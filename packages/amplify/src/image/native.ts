import { kernels } from '../generated/kernels.ts';

/** The functions compiled from `assembly/`, where they are described; addresses in bytes. */
type Kernels = Readonly<Record<'resizeRows' | 'packRows', (...numbers: number[]) => void>>;

export interface Native extends Kernels {
  /**
   * Memory for arrays of so many 32-bit numbers, and for what kernels touch beyond them. What was
   * reserved before is given up.
   */
  readonly reserve: (...lengths: number[]) => Float32Array<ArrayBuffer>[];
}

let compiled: { readonly native: Native | undefined } | undefined;

/** The kernels; `undefined` where WebAssembly SIMD is missing or a policy of the page forbids it. */
export function native(): Native | undefined {
  compiled ??= { native: compile() };
  return compiled.native;
}

function compile(): Native | undefined {
  let memory: WebAssembly.Memory;
  let exports: Kernels;
  try {
    memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    const bytes = Uint8Array.from(atob(kernels), (c) => c.charCodeAt(0));
    const module = new WebAssembly.Module(bytes);
    exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
  } catch {
    return undefined;
  }
  const { resizeRows, packRows } = exports;
  const reserve = (...lengths: number[]) => {
    let end = 0;
    const starts = lengths.map((length) => {
      const start = end;
      end += (4 * length + 31) & ~15;
      return start;
    });
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    return starts.map((start, i) => new Float32Array(memory.buffer, start, lengths[i]!));
  };
  return { resizeRows, packRows, reserve };
}
