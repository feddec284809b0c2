import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeVolume, readVolume } from '@sts-net/volume-io';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeData, oneStep, writeConfig } from '../make-data.ts';
import { cli } from './run.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const sources = new URL('../../../../tools/workers/sources.mjs', import.meta.url).href;
const program = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

beforeAll(async () => {
  folder = await makeData();
  await cli('train', await writeConfig(folder, oneStep()));
});

/** The command in a process of its own, which can be sent signals. */
interface Served {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
  /** @returns what matched on stderr */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

let running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
});

function serve(...args: string[]): Served {
  const child = spawn(
    process.execPath,
    ['--import', sources, program, 'serve', at('run'), '--backend', 'wasm', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.push(child);
  let [output, errors] = ['', ''];
  child.stdout.on('data', (data) => (output += data));
  child.stderr.on('data', (data) => (errors += data));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    child,
    ended,
    output: () => output,
    async says(pattern) {
      for (;;) {
        const found = pattern.exec(errors);
        if (found) return found;
        const more = new Promise((resolve) => child.stderr.once('data', resolve));
        if ((await Promise.race([more, ended.then(() => 'ended')])) === 'ended') {
          throw new Error(`ended after: ${errors}`);
        }
      }
    },
  };
}

describe('serve', () => {
  it.each([
    ['SIGTERM', 75],
    ['SIGINT', 130],
  ] as const)('gives what predict gives, and ends at %s', async (signal, code) => {
    const served = serve('--port', '0', '--threshold', '0.2');
    const [, url] = await served.says(/listening on (http:\/\/127\.0\.0\.1:\d+)\n/);
    const image = at('images', 'a.nii.gz');
    const response = await fetch(`${url}/labels`, { method: 'POST', body: readFileSync(image) });
    const labels = await decodeVolume(new Uint8Array(await response.arrayBuffer()));
    const options = ['--threshold', '0.2', '--backend', 'wasm'];
    await cli('predict', image, '--model', at('run'), '--output', at('one.nii'), ...options);
    const expected = await readVolume(at('one.nii'));
    expect(labels.voxels.data).toEqual(expected.voxels.data);
    expect(labels.affine).toEqual(expected.affine);
    served.child.kill(signal);
    expect(await served.ended).toBe(code);
    expect(JSON.parse(served.output())).toMatchObject({
      status: 'done',
      engine: 'wasm',
      options: { decision: { threshold: 0.2 } },
    });
  });

  it('watches a folder beside, and goes on after a stop', async () => {
    mkdirSync(at('in'));
    copyFileSync(at('images', 'a.nii.gz'), at('in', 'a.nii.gz'));
    const watching = ['--watch', at('in'), '--output', at('out'), '--settle', '0', '--port', '0'];
    const first = serve(...watching);
    await first.says(/a: predicted\n/);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(75);
    expect(first.output()).toBe('');
    copyFileSync(at('images', 'b.nii.gz'), at('in', 'b.nii.gz'));
    writeFileSync(at('in', 'c.nii.gz'), 'no volume');
    const second = serve(...watching);
    await second.says(/a: there already\n/);
    await second.says(/b: predicted\n/);
    await second.says(/c: failed; see .*failures\.jsonl\n/);
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(130);
    const lines = readFileSync(at('out', 'audit.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).status)).toEqual(['done', 'done', 'failed']);
    const third = serve(...watching, '--threshold', '0.9');
    expect(await third.ended).toBe(65);
    await expect(third.says(/never/)).rejects.toThrow(/holds predictions of other options/);
  });

  it('says what is wrong before it listens', async () => {
    const first = serve('--port', '0');
    const [, , port] = await first.says(/listening on (http:\/\/[\d.]+:(\d+))/);
    const taken = await cli('serve', at('run'), '--port', port!, '--backend', 'wasm');
    expect(taken).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `sts-net: cannot listen on 127.0.0.1:${port}: another program listens there; choose another --port\n`,
    });
    expect(await cli('serve', at('none'))).toMatchObject({
      code: 65,
      stderr: expect.stringContaining("none'"),
    });
    expect(await cli('serve', at('config.json'))).toMatchObject({ code: 65 });
    expect(await cli('serve', at('run'), '--port', '65536')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--port must be a whole number from 0 to 65535'),
    });
    const inside = ['--watch', at('images'), '--output', at('images', 'out'), '--port', '0'];
    expect(await cli('serve', at('run'), '--backend', 'wasm', ...inside)).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('--output must not lie in the folder that is watched'),
    });
    expect(await cli('serve', at('run'), '--watch', at('images'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--watch must be given with --output'),
    });
    expect(await cli('serve', at('run'), '--format', 'seg')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('are for --watch'),
    });
    expect(await cli('serve', at('run'), '--audit', at('none', 'log'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('its folder does not exist'),
    });
    expect(await cli('serve')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('MODELS'),
    });
  });
});
