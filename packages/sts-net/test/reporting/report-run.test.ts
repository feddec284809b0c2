import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { evaluateRun } from '../../src/evaluation/evaluate-run.ts';
import type { TrainEvent } from '../../src/loggers/run-log.ts';
import { reportRun } from '../../src/reporting/report-run.ts';
import { reportText } from '../../src/reporting/report-text.ts';
import { train } from '../../src/runs/train.ts';
import { cli } from '../cli/run.ts';
import { configFor, makeData } from '../make-data.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

/** Trains for so many steps; returns the run's folder. */
async function trained(output: string, steps: number, stopAfter?: number): Promise<string> {
  const training = { ...(configFor()['training'] as object), steps };
  const controller = new AbortController();
  const result = await train(validateConfig(configFor({ output, training })), {
    baseFolder: data,
    signal: controller.signal,
    callbacks: (event: TrainEvent) => {
      if (event.event === 'step' && event.step === stopAfter) controller.abort();
    },
  });
  return result.output;
}

const pageOf = async (path: string) =>
  parseHTML(await readFile(path, 'utf8')).document as unknown as Document;

describe('the page of a run', () => {
  it('of a finished one has its curves, the scores that `evaluateRun` gives, and pictures', async () => {
    const folder = await trained('finished', 3);
    const { path, report } = await reportRun(folder, { backend: 'wasm' });
    expect(path).toBe(join(folder, 'report.html'));
    const evaluation = await evaluateRun(folder, 'test', { backend: 'wasm' });
    expect(report.runs[0].scores!.slices).toEqual(evaluation.slices);
    expect(report.runs[0].scores!.lesions).toEqual(evaluation.lesions);
    expect(report.runs[0]).toMatchObject({ steps: 3, bestStep: 3, validationMetric: 'dice' });
    expect(report.scored).toEqual({ split: 'test', ids: ['d'] });
    const page = await pageOf(path);
    expect(page.querySelector('h1')!.textContent).toBe('Run finished');
    expect(page.querySelector('.verdict')!.textContent).toMatch(/^On d, which no network was/);
    expect(page.querySelectorAll('svg')).toHaveLength(2);
    expect(page.querySelectorAll('.slices img')).toHaveLength(2);
    expect(reportText({ path, report })).toMatch(
      /^ +finished\n-+ +-+\nsteps +3 of 3\nweights of step +3\n/,
    );
  });

  it('of one that goes on says how far it is, and where it has no weights yet shows its curves', async () => {
    const folder = await trained('begun', 6, 1);
    // What a run has before its first checkpoint.
    rmSync(join(folder, 'best.safetensors'), { force: true });
    const { path, report } = await reportRun(folder, { backend: 'wasm' });
    expect(report.runs[0].scores).toBeUndefined();
    const page = await pageOf(path);
    expect(page.querySelector('.verdict')!.textContent).toBe(
      'The training stands at step 1 of 6. No weights are saved yet, so there is nothing to score.',
    );
    expect(page.querySelectorAll('svg')).toHaveLength(2);
    expect(page.querySelectorAll('img')).toHaveLength(0);
  });

  it('scores the split that is asked for, and says what that split was for', async () => {
    const folder = await trained('split', 3);
    const output = join(data, 'page.html');
    const { stdout, code } = await cli(
      'report',
      folder,
      ...['--split', 'validation', '--output', output, '--backend', 'wasm'],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/validation split, 1 cases?\n/);
    const page = await pageOf(output);
    expect(page.querySelector('.verdict')!.textContent).toMatch(/by which the weights were chosen/);
  });

  it('refuses a folder that holds no run', async () => {
    await expect(reportRun(data)).rejects.toThrow(/must hold a run .*log\.jsonl/);
  });
});
