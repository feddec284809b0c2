import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../files/read-json.ts';
import type { SplitName } from '../manifest/manifest-item.ts';
import { validateWith } from '../validation/validate-with.ts';

/**
 * The split of each case in a fold of `splits_final.json`; `undefined` where there is no such file.
 *
 * @throws Error naming the file, if it is damaged, has no such fold, or has a case on both sides
 */
export async function readSplits(
  folder: string,
  fold: number | undefined,
): Promise<ReadonlyMap<string, SplitName> | undefined> {
  const path = join(folder, 'splits_final.json');
  if (!existsSync(path)) {
    if (fold === undefined) return undefined;
    throw new RangeError(
      `\`fold\` needs '${path}', which is not there; copy it from nnU-Net's preprocessed folder, or leave \`fold\` out`,
    );
  }
  const { splitsSchema } = await import('./dataset-json-schema.ts');
  const folds = validateWith(splitsSchema, await readJson(path), `'${path}'`);
  const chosen = folds[fold ?? 0];
  if (chosen === undefined) {
    throw new RangeError(
      `'${path}': \`fold\` must be a whole number from 0 to ${folds.length - 1}, got ${fold}`,
    );
  }
  const splits = new Map<string, SplitName>();
  for (const id of chosen.train) splits.set(id.normalize('NFC'), 'training');
  for (const id of chosen.val) {
    const name = id.normalize('NFC');
    if (splits.has(name)) {
      throw new RangeError(
        `'${path}': a case must be in \`train\` or in \`val\`, but '${id}' is in both of fold ${fold ?? 0}; correct it there`,
      );
    }
    splits.set(name, 'validation');
  }
  return splits;
}
