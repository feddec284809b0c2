import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeEach, describe, expect, it } from 'vitest';
import { cli } from '../cli/run.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const ids = ['a', 'b', 'c', 'd'];

/** A block of 2×6×6 voxels in 6×32×32, of each case elsewhere. */
async function writeBlock(path: string, place: number, size = 6): Promise<void> {
  const data = new Uint8Array(6 * 1024);
  for (let s = 2; s < 4; s++) {
    for (let r = 0; r < size; r++) {
      data.fill(1, s * 1024 + place + 32 * r, s * 1024 + place + 32 * r + size);
    }
  }
  await writeVolume(path, createVolume(ndarray(data, [6, 32, 32])));
}

const placeOf = (i: number) => 32 * (2 + 8 * Math.floor(i / 2)) + 3 + 12 * (i % 2);

const evaluate = (...more: string[]) =>
  cli('evaluate', '--prediction', at('p'), '--truth', at('t'), ...more);

beforeEach(async () => {
  folder = temporaryFolder();
  for (const name of ['p', 't']) mkdirSync(at(name));
  for (const [i, id] of ids.entries()) {
    await writeBlock(at('t', `${id}.nii`), placeOf(i));
    await writeBlock(at('p', `${id}.nii`), placeOf(i) + 33, 5);
  }
});

describe('a truth of another patient', () => {
  it('is noticed where a prediction resembles that of another case, and nowhere else', async () => {
    expect((await evaluate()).stderr).toBe('');
    await writeBlock(at('t', 'a.nii'), placeOf(1));
    await writeBlock(at('t', 'b.nii'), placeOf(0));
    const { code, stderr } = await evaluate();
    expect(code).toBe(0);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        /case 'a': the prediction touches its truth nowhere, but resembles the truth of case 'b'; is one of them of another patient\?/,
      ),
      expect.stringMatching(/case 'b': .* of case 'a'/),
    ]);
    const compared = await cli('compare', at('p'), at('p'), '--truth', at('t'));
    expect(compared.stderr).toMatch(/case 'a': the prediction touches/);
  });

  it('is said once where nothing of any case touches, and not of misses', async () => {
    for (const id of ids) await writeBlock(at('p', `${id}.nii`), 32 * 25 + 22, 2);
    const none = await evaluate();
    expect(none.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(none.stderr).toContain('in none of 4 cases the prediction touches the truth');
    // Missed and elsewhere in one case, empty in another.
    for (const [i, id] of ids.entries()) await writeBlock(at('p', `${id}.nii`), placeOf(i));
    await writeBlock(at('p', 'a.nii'), 32 * 25 + 22, 2);
    await writeBlock(at('p', 'b.nii'), 0, 0);
    expect((await evaluate()).stderr).toBe('');
  });

  it('is refused where two manifests say so', async () => {
    const known = { size: [6, 32, 32], spacing: [1, 1, 1], area: 1, digest: '0'.repeat(64) };
    const lines = (name: string, group: (id: string) => string) =>
      ids
        .map((id) =>
          JSON.stringify({ id, group: group(id), image: 'x', mask: `${name}/${id}.nii`, ...known }),
        )
        .join('\n');
    writeFileSync(
      at('t.jsonl'),
      lines('t', (id) => id),
    );
    writeFileSync(
      at('p.jsonl'),
      lines('p', (id) => (id === 'c' ? 'z' : id)),
    );
    const refused = await evaluate('--truth', at('t.jsonl'), '--prediction', at('p.jsonl'));
    expect(refused).toMatchObject({ code: 65, stdout: '' });
    expect(refused.stderr).toContain(
      "case 'c': the truth is of patient 'c', but what is compared with it is of 'z' by its manifest",
    );
  });
});

describe('what is no mask', () => {
  it('is refused where it is an image, and taken where its many labels are', async () => {
    const noise = Uint8Array.from(uniform('n', 6144), (u) => 200 * u);
    await writeVolume(at('p', 'a.nii'), createVolume(ndarray(noise, [6, 32, 32])));
    const refused = await evaluate();
    expect(refused).toMatchObject({ code: 65, stdout: '' });
    expect(refused.stderr).toMatch(
      /case 'a': '.*a.nii' must hold labels, but holds 199 different numbers, most of them beside another one, as an image does; .* --label/,
    );
    expect(await evaluate('--label', '1')).toMatchObject({ code: 0 });
    const organs = Uint8Array.from({ length: 6144 }, (_, i) => 1 + Math.floor(i / 200));
    await writeVolume(at('p', 'a.nii'), createVolume(ndarray(organs, [6, 32, 32])));
    expect(await evaluate('--resamples', '5')).toMatchObject({ code: 0 });
  });

  it('a folder that is missing or empty is named', async () => {
    rmSync(at('p'), { recursive: true });
    const missing = await evaluate();
    expect(missing).toMatchObject({ code: 65, stdout: '' });
    expect(missing.stderr).toMatch(/cannot read the folder '.*p': it does not exist/);
    mkdirSync(at('p'));
    expect((await evaluate()).stderr).toMatch(/'.*p' must hold label volumes .* found none/);
  });
});
