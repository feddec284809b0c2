import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { areaOf, readLabels } from '../src/index.ts';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly area: number;
  readonly labels: readonly number[];
  /** What the error says; null where the file is clear. */
  readonly refused: string | null;
}

// Generator: tools/fixtures/datasets/generate_masks.py
const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/masks.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };
const folder = mkdtempSync(join(tmpdir(), 'masks-'));

describe('a target that a person sees in a 2-D file is found, or refused', () => {
  test.each(cases)('$name', async ({ file, area, labels, refused }) => {
    // The ending says that it is a 2-D image, and not of which format.
    for (const ending of ['png', 'tif', 'jpg']) {
      const path = join(folder, `mask.${ending}`);
      writeFileSync(path, Buffer.from(file, 'base64'));
      if (refused !== null) {
        await expect(readLabels(path)).rejects.toThrow(refused);
        await expect(readLabels(path)).rejects.toThrow(path);
        continue;
      }
      const { voxels } = await readLabels(path);
      expect(voxels.shape[0]).toBe(1);
      expect(areaOf(voxels.data)).toBe(area);
      expect([...new Set(voxels.data)].sort((a, b) => a - b)).toEqual(labels);
    }
  });
});
