import type { DType } from './value-type.ts';

/** A number as an element of the type holds it: whole numbers end at 32 bits, truth is 0 or 1. */
export function held(value: number, dtype: DType): number {
  if (dtype === 'float32') return value;
  if (dtype === 'bool') return value === 0 ? 0 : 1;
  if (Number.isNaN(value)) return 0;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(value)));
}
