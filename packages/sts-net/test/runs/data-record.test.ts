import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '@sts-net/datasets';
import { temporaryFolder } from '@sts-net/testing';
import { expect, it } from 'vitest';
import { dataChanges } from '../../src/runs/data-changes.ts';
import {
  fileDigests,
  readDataRecord,
  recordData,
  recordedCases,
  withDigests,
  writeDataRecord,
} from '../../src/runs/data-record.ts';

/** A split of one case of two channels and one of a single file, in a folder beside that of the run. */
function split() {
  const data = temporaryFolder();
  const run = join(data, 'run');
  const file = (name: string, content = name) => {
    writeFileSync(join(data, name), content);
    return join(data, name);
  };
  const named: Case = {
    id: 'a',
    group: 'p',
    image: { t1: file('a_t1'), flair: file('a_flair') },
    mask: file('a_mask'),
  };
  const plain: Case = { id: 'b', group: 'q', image: file('b'), mask: file('b_mask') };
  const cases = { training: [named], validation: [plain], test: [] };
  return { cases, data, run, file, named };
}

it('a record keeps the files of all channels, in their order', async () => {
  const { cases, data, run } = split();
  const path = join(data, 'data.json');
  await writeDataRecord(path, await recordData(cases, run));
  const record = (await readDataRecord(path))!;
  expect(recordedCases(record, 'training', run)).toEqual(cases.training);
  expect(Object.keys(recordedCases(record, 'training', run)[0]!.image)).toEqual(['t1', 'flair']);
  expect(recordedCases(record, 'validation', run)).toEqual(cases.validation);
  expect([...fileDigests(cases, record).keys()].sort()).toEqual(
    ['a_flair', 'a_mask', 'a_t1', 'b', 'b_mask'].map((name) => join(data, name)),
  );
  const [one] = withDigests(cases, record).training;
  expect(one!.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(fileDigests(cases, record).values())).not.toContain(one!.digest);
});

it('a channel that was changed, added or renamed is another image', async () => {
  const { cases, run, file, named } = split();
  const before = await recordData(cases, run);
  const changes = async (image: Case['image']) => {
    const now = await recordData({ ...cases, training: [{ ...named, image }] }, run);
    return dataChanges(before, now);
  };
  const { t1, flair } = named.image as Record<string, string>;
  const changed = ["the image of case 'a' has another content"];
  expect(await changes(named.image)).toEqual([]);
  expect(await changes({ t1: file('moved', 'a_t1'), flair: flair! })).toEqual([]);
  expect(await changes({ t1: t1!, flair: file('other') })).toEqual(changed);
  expect(await changes({ t1: t1! })).toEqual(changed);
  expect(await changes(t1!)).toEqual(changed);
  expect(await changes({ t1: t1!, t2: flair! })).toEqual(changed);
  expect(await changes({ t1: flair!, flair: t1! })).toEqual(changed);
});
