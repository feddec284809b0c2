import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { withFaultyDisk } from '../faulty-disk.ts';
import { configFor, makeData, oneStep } from '../make-data.ts';
import { cli } from './run.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await makeData();
  const amplification = { method: 2, threshold: 100 };
  writeFileSync(at('good.json'), JSON.stringify(oneStep({ output: 'good', amplification })));
  expect(await cli('train', at('good.json'))).toMatchObject({ code: 0, stderr: '' });
});

function allFiles(): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    paths
      .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('good'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, 'base64')]),
  );
}

/** Commands that write, with files that exist already and must survive. */
function commands(): [string, string[]][] {
  return [
    [
      'predict',
      ['predict', at('images', 'a.nii.gz'), '--model', at('good'), '--output', at('label.nii.gz')],
    ],
    [
      'evaluate',
      [
        'evaluate',
        '--prediction',
        at('masks', 'a.nii.gz'),
        '--truth',
        at('masks', 'a.nii.gz'),
        '--json',
        at('scores.json'),
      ],
    ],
    ['stats', ['stats', at('good.json'), '--json', at('scores.json')]],
    ['amplify', ['amplify', at('good.json'), '--output', at('amplified')]],
  ];
}

describe.each(['predict', 'evaluate', 'stats', 'amplify'])('%s', (name) => {
  it.each([
    ['a full disk', { bytes: 100 }, 'the disk is full'],
    ['no write permission', 'EACCES', 'permission is denied'],
  ] as const)(
    'on %s ends in one clear error and leaves nothing behind',
    async (_, fault, message) => {
      writeFileSync(at('label.nii.gz'), 'precious');
      writeFileSync(at('scores.json'), 'precious');
      const before = allFiles();
      const [, args] = commands().find(([command]) => command === name)!;
      const { code, stderr } = await withFaultyDisk(fault, () => cli(...args));
      expect(stderr).toContain(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(code).toBe(1);
      expect(allFiles()).toEqual(before);
      expect(readdirSync(folder).filter((file) => file.startsWith('.'))).toEqual([]);
    },
  );
});

describe('train', () => {
  it('says so where the output folder cannot be written, before any training', async () => {
    writeFileSync(at('denied.json'), JSON.stringify(configFor({ output: 'denied' })));
    const { code, stderr } = await withFaultyDisk('EACCES', () => cli('train', at('denied.json')));
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot write '${at('denied', 'lock')}': permission is denied`);
    expect(existsSync(at('denied'))).toBe(false);
  });

  it('says so where the disk fills, and leaves no half-written checkpoint', async () => {
    writeFileSync(at('full.json'), JSON.stringify(oneStep({ output: 'full' })));
    const { code, stderr } = await withFaultyDisk({ bytes: 100_000 }, () =>
      cli('train', at('full.json')),
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot write '${at('full', 'best.safetensors')}': the disk is full`);
    expect(readdirSync(at('full')).sort()).toEqual(['config.json', 'data.json', 'log.jsonl']);
  });
});
