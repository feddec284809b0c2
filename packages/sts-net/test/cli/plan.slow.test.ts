import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeData } from '../make-data.ts';
import { cli } from './run.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await makeData();
  await cli('data', 'prepare', 'nifti-pairs', folder, '--output', at('set'));
});

describe('plan', () => {
  it('writes a config with its reasons, which trains as it is', async () => {
    const planned = await cli('plan', at('set', 'manifest.jsonl'), '--output', at('plan.jsonc'));
    expect(planned.stderr).toBe('');
    expect(planned.stdout).toContain('4 cases of 4 groups');
    expect(planned.stdout).toContain('6 × 24 × 20 voxels of 3 mm × 1 mm × 1 mm');
    expect(planned.stdout).toContain('4 lesions, 1 a case; 18, 18, 18 voxels and 3, 3, 3 pixels');
    expect(readFileSync(at('plan.jsonc'), 'utf8')).toContain('// Only 4 groups');
    const trained = await cli(
      ...['train', at('plan.jsonc'), '--backend', 'wasm'],
      ...['--set', 'training.steps=1', '--set', 'training.batchSize=2'],
    );
    expect(trained.stderr).toBe('');
    expect(trained.stdout).toContain('best validation case-dice');
  });

  it('prints the config without --output', async () => {
    const { stdout } = await cli('plan', at('set', 'manifest.jsonl'), '--memory', '1.2');
    expect(stdout).toContain('// Planned by sts-net from:');
    expect(stdout).toMatch(/half of the 1.2 GiB of this machine/);
  });

  it('refuses what is no manifest, network or memory', async () => {
    writeFileSync(at('own.jsonc'), '{}');
    const again = await cli('plan', at('set', 'manifest.jsonl'), '--output', at('own.jsonc'));
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('--output must be a new file');
    expect(readFileSync(at('own.jsonc'), 'utf8')).toBe('{}');
    expect(await cli('plan', at('none.jsonl'))).toMatchObject({ code: 65 });
    const preset = await cli('plan', at('set', 'manifest.jsonl'), '--preset', 'lite');
    expect(preset).toMatchObject({ code: 2 });
    expect(preset.stderr).toContain(
      "--preset must be of light, resnext50-unet, sts-net, got 'lite'",
    );
    const memory = await cli('plan', at('set', 'manifest.jsonl'), '--memory', '0');
    expect(memory.stderr).toContain("--memory must be a number of GiB above 0, got '0'");
  });
});
