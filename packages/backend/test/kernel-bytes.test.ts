import { expect, test } from 'vitest';
import { kernelBytes } from '../src/wasm/native/native-kernels.ts';

test.each([false, true])(
  'the kernels work in memory whose sharing between threads is %s',
  (shared) => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(kernelBytes(shared)), {
      env: { memory },
    });
    const [x, sums, scratch] = [1024, 2048, 3072];
    new Float32Array(memory.buffer, x, 6).set([1, 2, 3, 10, 20, 30]);
    (exports['columnSums'] as (...numbers: number[]) => void)(x, 2, 3, 12, sums, scratch);
    expect([...new Float32Array(memory.buffer, sums, 3)]).toEqual([11, 22, 33]);
  },
);
