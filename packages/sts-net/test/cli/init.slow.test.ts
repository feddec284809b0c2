import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { temporaryFolder } from '@sts-net/testing';
import { beforeAll, expect, it, vi } from 'vitest';
import { init } from '../../src/cli/init-command.ts';
import { askOn } from '../../src/cli/init-questions.ts';
import { Interrupted } from '../../src/cli/interruption.ts';
import { loadConfig } from '../../src/config/validate-config.ts';
import { makeData } from '../make-data.ts';
import { cli } from './run.ts';

let data: string;

beforeAll(async () => {
  data = await makeData();
});

/** A terminal where a person answers each question as it comes; what was asked. */
function person(answers: readonly string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const asked: string[] = [];
  const left = [...answers];
  output.on('data', (text) => {
    const question = String(text);
    if (!question.endsWith(': ')) return;
    asked.push(question);
    const answer = left.shift();
    if (answer === undefined) input.end();
    else input.write(`${answer}\n`);
  });
  return { questions: askOn(input, output), asked };
}

it('writes a config that trains, of flags alone', async () => {
  const output = join(temporaryFolder(), 'config.jsonc');
  const args = ['init', data, '--kind', 'nifti-pairs', '--run', 'first', '--output', output];
  const made = await cli(...args, '--steps', '2');
  expect(made).toMatchObject({ code: 0 });
  expect(made.stderr).toContain('note: 4 cases of 4 groups');
  const config = await loadConfig(output);
  expect(config.training.steps).toBe(2);
  expect(config.output).toBe('first');
  const trained = await cli('train', output, '--backend', 'wasm', '--set', 'training.batchSize=2');
  expect(trained).toMatchObject({ code: 0, stderr: '' });
  expect(trained.stdout).toContain('2 steps; best validation');
  // Nothing that is there is written over.
  const again = await cli(...args);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('must be a new file');
});

it('asks five questions, and again where an answer makes no sense', async () => {
  const output = join(temporaryFolder(), 'config.jsonc');
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { questions, asked } = person(['nowhere', data, '', 'lite', 'resnext50-unet', '', '']);
  await init({}, output, questions);
  questions.close();
  const errors = said.mock.calls.map(([text]) => String(text)).filter((t) => t.includes('must be'));
  vi.restoreAllMocks();
  expect(errors).toEqual([
    expect.stringContaining("'nowhere' must be a folder or a manifest"),
    expect.stringContaining("--preset must be of light, resnext50-unet, sts-net, got 'lite'"),
  ]);
  expect(asked).toHaveLength(7);
  expect(new Set(asked).size).toBe(5);
  expect(asked[2]).toContain('[nifti-pairs]');
  const config = await loadConfig(output);
  expect(config.model).toMatchObject({ encoder: 'resnext50_32x4d' });
  expect(asked[5]).toContain(`[${config.training.steps}]`);
  expect(readFileSync(output, 'utf8')).toContain('"output": "run"');
});

it('ends where the input ends', async () => {
  const { questions } = person([]);
  await expect(init({}, 'none.jsonc', questions)).rejects.toThrow(Interrupted);
});

it.each([
  [['init'], 'DATA (a folder, or a manifest.jsonl) and --kind (of a folder) must be given'],
  [['init', '.'], 'so --kind (of a folder) must be given'],
  [['init', 'nowhere.jsonl'], "'nowhere.jsonl' must be a folder or a manifest"],
  [['init', '.', '--preset', 'lite'], '--preset must be of'],
])('%j names what is missing or wrong', async (args, message) => {
  const { code, stderr } = await cli(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

it('refuses for a manifest what is for a folder, and a folder that holds nothing', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'manifest.jsonl'), '');
  const kind = await cli('init', join(folder, 'manifest.jsonl'), '--kind', 'dicom');
  expect(kind.stderr).toContain('--kind is for a folder');
  mkdirSync(join(folder, 'empty'));
  const output = join(folder, 'config.jsonc');
  const empty = await cli('init', join(folder, 'empty'), '--kind', 'busi', '--output', output);
  expect(empty).toMatchObject({ code: 65 });
  expect(empty.stderr).toContain('must hold');
});
