import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

/** A pair of masks of `fixtures/masks*.json`, which `tools/fixtures/metrics` made. */
export interface Case {
  readonly name: string;
  readonly spacing: readonly number[];
  readonly classes: number;
  readonly prediction: Grid;
  readonly truth: Grid;
}

export interface Grid {
  readonly data: Uint8Array;
  readonly shape: readonly number[];
}

/** The reference numbers of `fixtures/<name>.json`, by case. */
// biome-ignore lint/suspicious/noExplicitAny: reference files differ in shape and tests index them freely.
export function reference(name: string): Map<string, any> {
  const path = new URL(`./fixtures/${name}.json`, import.meta.url);
  const rows: { name: string }[] = JSON.parse(readFileSync(path, 'utf8'));
  return new Map(rows.map((row) => [row.name, row]));
}

/** All cases, by name. */
export const cases: ReadonlyMap<string, Case> = new Map(
  ['masks', 'masks-open-ms', 'masks-msd-hippocampus', 'masks-isles22', 'masks-idrid', 'masks-lidc']
    .flatMap((file) => [...reference(file)])
    .map(([name, row]) => {
      const grid = (packed: string): Grid => ({
        data: new Uint8Array(inflateSync(Buffer.from(packed, 'base64'))),
        shape: row.shape,
      });
      return [name, { ...row, prediction: grid(row.prediction), truth: grid(row.truth) }];
    }),
);

/** A reference number: null stands for undefined, "Infinity" for infinite. */
export function number(value: number | string | null): number {
  return value === null ? Number.NaN : Number(value);
}
