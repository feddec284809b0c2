import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { createVolume, readDicomSegments, readDicomSeries, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type WatchFolderOptions, watchFolder } from '../../src/serving/watch-folder.ts';
import { writeSeries } from '../dicom-series.ts';
import { bright } from '../prediction/bright.ts';

let folder: string;
let output: string;
beforeEach(() => {
  [folder, output] = [temporaryFolder(), temporaryFolder()];
});
const at = (...names: string[]) => join(folder, ...names);
const values = uniform('image', 90).map((v) => (v > 0.5 ? 1001 : 1000));
const series = (slices = 3) => ({
  ...{ series: '1.2.3.4.5', shape: [slices, 6, 5] as const },
  values: [...values, ...values],
});

/** Watches until `until` holds; then what became of each image. */
async function watchUntil(
  until: (results: string[]) => boolean,
  options: Partial<WatchFolderOptions> = {},
  opened = bright(),
): Promise<string[]> {
  const controller = new AbortController();
  const results: string[] = [];
  const timer = setInterval(() => {
    if (until(results)) controller.abort();
  }, 10);
  try {
    await watchFolder(opened, {
      ...{ folder, output, settle: 0, signal: controller.signal },
      onResult(id, { done, skipped }) {
        results.push(`${id}: ${done > 0 ? 'done' : skipped > 0 ? 'skipped' : 'failed'}`);
      },
      ...options,
    });
  } finally {
    clearInterval(timer);
  }
  return results;
}

describe('watchFolder', () => {
  it('predicts what appears, notes what it cannot, and goes on where it stopped', async () => {
    await writeVolume(at('a.nii.gz'), createVolume(ndarray(values, [3, 6, 5])));
    writeFileSync(at('b.nii.gz'), 'no volume');
    const first = await watchUntil((results) => results.length === 2);
    expect(first.sort()).toEqual(['a: done', 'b: failed']);
    expect(readdirSync(output).sort()).toEqual([
      ...['a.json', 'a.nii.gz', 'audit.jsonl', 'failures.jsonl'],
    ]);
    const before = readFileSync(join(output, 'a.json'));
    await writeVolume(at('c.nii.gz'), createVolume(ndarray(values, [3, 6, 5])));
    const second = await watchUntil((results) => results.length === 3);
    expect(second.sort()).toEqual(['a: skipped', 'b: failed', 'c: done']);
    expect(readFileSync(join(output, 'a.json'))).toEqual(before);
  });

  it('gives a SEG of a series, again when a slice comes late', async () => {
    const [last] = writeSeries(at('in'), series(4)).slice(-1);
    renameSync(last!, at('late.part'));
    const controller = new AbortController();
    const results: string[] = [];
    const watching = watchFolder(bright(), {
      ...{ folder, output, settle: 0, signal: controller.signal, format: 'seg' },
      onResult(id, { done }) {
        results.push(`${id}: ${done}`);
        if (results.length === 1) renameSync(at('late.part'), last!);
        else controller.abort();
      },
    });
    await watching;
    expect(results).toEqual(new Array(2).fill(expect.stringMatching(/^series-[0-9a-f]{16}: 1$/)));
    const [name] = readdirSync(output).filter((file) => file.endsWith('.dcm'));
    const like = await readDicomSeries(at('in'));
    const [segment] = await readDicomSegments(join(output, name!), { like });
    const expected = series(4)
      .values.slice(0, 120)
      .map((v) => v - 1000);
    expect([...segment!.volume.voxels.data]).toEqual(expected);
    const written = readdirSync(output).map((file) => readFileSync(join(output, file), 'latin1'));
    const texts = written.filter((text) => text.startsWith('{')).join('');
    expect(texts).not.toMatch(/Doe|1\.2\.3\.4|2024/);
  });

  it('goes on when the folder is away for a while, and says so once', async () => {
    const onWarning = vi.fn();
    const away = `${folder}-away`;
    await writeVolume(at('a.nii.gz'), createVolume(ndarray(values, [3, 6, 5])));
    const controller = new AbortController();
    const watching = watchFolder(bright(), {
      ...{ folder, output, settle: 0, signal: controller.signal, onWarning },
      onResult: (id) => {
        if (id === 'a') renameSync(folder, away);
        else controller.abort();
      },
    });
    await vi.waitFor(() => expect(onWarning).toHaveBeenCalled(), { timeout: 10_000 });
    renameSync(away, folder);
    await writeVolume(at('b.nii.gz'), createVolume(ndarray(values, [3, 6, 5])));
    await watching;
    expect(onWarning.mock.calls).toEqual([[expect.stringMatching(/it is tried again$/)]]);
  });

  it('refuses an output that another watches into, that is of another model, or that it watches', async () => {
    const never = () => false;
    await writeVolume(at('a.nii.gz'), createVolume(ndarray(values, [3, 6, 5])));
    await watchUntil((results) => results.length === 1);
    await expect(watchUntil(never, {}, bright('b'))).rejects.toThrow(
      /holds predictions of another model, of 'a' for one/,
    );
    rmSync(at('a.nii.gz'));
    await expect(watchUntil(never, { format: 'seg' })).rejects.toThrow(/of other options/);
    await expect(watchUntil(never, { output: at('out') })).rejects.toThrow(
      /`output` must not lie in the folder that is watched/,
    );
    await expect(watchUntil(never, { folder: at('none') })).rejects.toThrow(/does not exist/);
    const controller = new AbortController();
    const first = watchFolder(bright(), { folder, output, signal: controller.signal });
    await vi.waitFor(() => expect(readdirSync(output)).toContain('lock'));
    await expect(watchUntil(never)).rejects.toThrow(/is in use by process/);
    controller.abort();
    await first;
    expect(readdirSync(output)).not.toContain('lock');
  });

  it('takes a folder that holds files of others', async () => {
    mkdirSync(output, { recursive: true });
    writeFileSync(join(output, 'notes.json'), '[]');
    await writeVolume(at('a.nii.gz'), createVolume(ndarray(values, [3, 6, 5])));
    expect(await watchUntil((results) => results.length === 1)).toEqual(['a: done']);
  });
});
