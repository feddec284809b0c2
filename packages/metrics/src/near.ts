/**
 * How far lengths, areas and volumes may differ, of their size, and count as equal: what headers round
 * to float32 (a voxel of 1.2 mm is stored as 1.2000000477) differs by up to 1.2e-7.
 */
const rounding = 1e-6;

/** Whether `value` is at most `limit`, rounding aside. */
export function isUpTo(value: number, limit: number): boolean {
  return value <= limit * (1 + rounding);
}
