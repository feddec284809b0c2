import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { openGrid, planGrid, validateConfig } from 'sts-net';
import { expect, test } from 'vitest';

const example = new URL('..', import.meta.url).pathname;
const counts = { losses: 30, table5: 15, table6: 15, table7: 15, table8: 12, table9: 18 };

test('every grid file is one of those in the README', () => {
  const files = readdirSync(example).filter((name) => /^(table|losses)/.test(name));
  expect(files).toEqual(Object.keys(counts).map((name) => `${name}.json`));
});

test.each(Object.entries(counts))(
  '%s plans its runs',
  async (name, count) => {
    const output = join(temporaryFolder(), name);
    const { runs } = await planGrid(join(example, `${name}.json`), output);
    expect(runs).toHaveLength(count);
    expect((await openGrid(output)).runs).toEqual(runs);
    // What the Snakefile and the Nextflow script read.
    const [first] = readFileSync(join(output, 'runs.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(first!)).toMatchObject({ index: 0, id: runs[0]!.id });
  },
  60_000,
);

test.each(['busi', 'idrid'])('the base config of %s is one', async (name) => {
  const config = JSON.parse(readFileSync(join(example, 'open-data', `${name}.json`), 'utf8'));
  expect(await validateConfig(config)).toMatchObject({
    data: { cases: { manifest: `${name}/manifest.jsonl` } },
  });
});
