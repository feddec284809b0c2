import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import type { CaseFacts, LesionFacts } from '../../src/planning/case-facts.ts';
import { commentedJson } from '../../src/planning/commented-json.ts';
import type { Fingerprint } from '../../src/planning/fingerprint.ts';
import { planConfig } from '../../src/planning/plan-config.ts';

const gib = 2 ** 30;

/** Lesions of one slice each. */
const lesions = (...voxels: number[]): LesionFacts[] =>
  voxels.map((count) => ({ label: 1, voxels: count, pixels: count }));

function facts(changes: Partial<CaseFacts> = {}): CaseFacts {
  return {
    ...{ id: 'a', group: 'a', flat: false, size: [20, 200, 180], spacing: [1, 1, 1] },
    ...{ orientation: 'RAS', modality: undefined, zeroBackground: true, within: [] },
    ...{ labels: [0, 1], lesions: lesions(20), shown: 1 },
    ...changes,
  };
}

function plan(
  looked: readonly CaseFacts[],
  changes: Partial<Fingerprint> = {},
  options: { readonly memory?: number } = {},
) {
  const groups = { cases: looked.length, groups: looked.length };
  const print = { ...groups, split: false, validation: false, channels: [null], looked };
  const { text, facts } = planConfig(
    { ...print, ...changes },
    { manifest: 'manifest.jsonl', memory: 16 * gib, ...options },
  );
  // biome-ignore lint/suspicious/noExplicitAny: tests index it freely.
  const config: any = parse(text);
  validateConfig(config);
  return { text, facts, config };
}

const ten = (change: (i: number) => Partial<CaseFacts>) =>
  Array.from({ length: 10 }, (_, i) => facts({ id: `${i}`, group: `${i}`, ...change(i) }));

describe('planConfig', () => {
  it('leaves images of one kind as they are', () => {
    const { config } = plan(ten(() => ({})));
    expect(config.preprocessing).toEqual({ normalization: { name: 'nonzero' } });
    expect(config.data.split).toEqual({ validation: 0.2, test: 0.2 });
    expect(config.model.classes).toBe(2);
  });

  it('turns volumes that are not turned alike to what most are', () => {
    const { config, text } = plan(ten((i) => ({ orientation: i < 3 ? 'LPS' : 'RAS' })));
    expect(config.preprocessing.orientation).toBe('RAS');
    expect(text).toContain('// The volumes are not turned alike (LPS 3, RAS 7).');
    const unknown = plan(ten((i) => ({ orientation: i < 3 ? null : 'RAS' })));
    expect(unknown.config.preprocessing.orientation).toBeUndefined();
  });

  it('brings pixels of different sizes to the median, and slices not', () => {
    const spacings = [0.5, 0.5, 0.7, 0.7, 0.8, 0.8, 0.8, 1, 1, 1];
    const { config } = plan(ten((i) => ({ spacing: [i < 5 ? 3 : 5, spacings[i]!, spacings[i]!] })));
    expect(config.preprocessing.spacing).toEqual({ inPlane: 0.8 });
    // Of headers that round differently nothing is resampled.
    const alike = plan(ten((i) => ({ spacing: [3, 1 + i / 1000, 1 + i / 1000] })));
    expect(alike.config.preprocessing.spacing).toBeUndefined();
    const unknown = plan(ten((i) => ({ spacing: i === 0 ? null : [3, 1 + i, 1 + i] })));
    expect(unknown.config.preprocessing.spacing).toBeUndefined();
  });

  it('cuts across the axis along which voxels are farthest apart', () => {
    const { config } = plan(ten(() => ({ spacing: [1, 5, 1], size: [200, 20, 180] })));
    expect(config.preprocessing.axis).toBe(1);
  });

  it('takes a window of CT from within the lesions', () => {
    const within = Array.from({ length: 1001 }, (_, i) => i - 500);
    const { config } = plan(ten(() => ({ modality: 'CT', within })));
    expect(config.preprocessing.normalization).toEqual({ name: 'window', low: -495, high: 495 });
  });

  it('makes photographs smaller as long as the smallest lesions keep 16 pixels', () => {
    const photo = { flat: true, spacing: null, orientation: null, size: [1, 2848, 4288] } as const;
    const { config } = plan(ten(() => ({ ...photo, lesions: lesions(5000, 8000) })));
    // Discs of 5000 pixels are 79.8 across.
    expect(config.preprocessing.size).toEqual([712, 1072]);
    const tiny = plan(ten(() => ({ ...photo, lesions: lesions(50, 8000) })));
    expect(tiny.config.preprocessing.size).toBeUndefined();
  });

  it('has each lesion count alike where many differ much in size', () => {
    const many = plan(ten(() => ({ size: [9, 512, 512], lesions: lesions(5, 10, 20, 500, 4000) })));
    expect(many.config.training).toMatchObject({
      loss: 'cc-dice-cross-entropy',
      sampler: 'lesions',
      validation: { metric: 'lesion-f1' },
    });
    const single = plan(ten(() => ({ lesions: lesions(100) })));
    expect(single.config.training).toMatchObject({
      loss: 'dice-cross-entropy',
      sampler: 'pixels',
      validation: { metric: 'case-dice' },
    });
  });

  it('takes whole slices where they are small', () => {
    const { config } = plan(ten(() => ({ size: [40, 50, 60] })));
    expect(config.training.patch).toBeUndefined();
    expect(config.training.sampler).toBeUndefined();
  });

  it('fits batches into half of the memory', () => {
    const sizes = [1.5, 2, 4, 64].map((memory) => {
      const { config } = plan(
        ten(() => ({ size: [9, 512, 512], lesions: lesions(2000) })),
        {},
        {
          memory: memory * gib,
        },
      );
      return config.training.batchSize;
    });
    // 256² pixels of 2.2 KiB are 141 MiB each, beside the 600 of the network.
    expect(sizes).toEqual([1, 3, 8, 8]);
  });

  it('counts classes, and refuses gaps between them and masks without any lesion', () => {
    expect(plan(ten(() => ({ labels: [0, 1, 2, 3] }))).config.model.classes).toBe(4);
    expect(plan(ten(() => ({ labels: [0, 255] }))).config.model.classes).toBe(2);
    expect(() => plan(ten(() => ({ labels: [0, 2, 4] })))).toThrow(
      /without gaps, got 0, 2, 4; prepare the data set with a `map` of its labels/,
    );
    expect(() => plan(ten(() => ({ labels: [0], lesions: [] })))).toThrow(/must hold a lesion/);
  });

  it('keeps the split that the manifest has', () => {
    const { config } = plan(
      ten(() => ({})),
      { split: true, validation: false },
    );
    expect(config.data.split).toBeUndefined();
    expect(config.training.validation).toBeUndefined();
  });

  it('holds out what it can of few groups', () => {
    expect(plan([facts(), facts()], { groups: 3 }).config.data.split.test).toBeCloseTo(1 / 3);
    expect(plan([facts(), facts()], { groups: 2 }).config.data.split).toEqual({
      validation: 0.5,
      test: 0,
    });
    const one = plan([facts()]);
    expect(one.config.data.split).toEqual({ validation: 0, test: 0 });
    expect(one.config.training.validation).toBeUndefined();
  });

  it('names the channels', () => {
    const { config, facts: lines } = plan(
      ten(() => ({})),
      { channels: ['dwi', 'adc'] },
    );
    expect(config.preprocessing.channels).toEqual(['dwi', 'adc']);
    expect(lines[0]).toBe('10 cases of 10 groups; channels dwi, adc');
  });
});

describe('commentedJson', () => {
  it('is the value, with the reasons before their fields', () => {
    const value = { a: { b: [1, 2], c: { d: 'x, y' } }, e: null, f: undefined };
    const text = commentedJson(value, { 'a.b': 'two\nlines', e: 'none' }, 'heading');
    expect(text).toBe(
      '// heading\n{\n  "a": {\n    // two\n    // lines\n    "b": [1, 2],\n    "c": { "d": "x, y" }\n  },\n  // none\n  "e": null\n}\n',
    );
    expect(parse(text)).toEqual({ a: value.a, e: null });
  });

  it('wraps long reasons between words', () => {
    const words = Array.from({ length: 40 }, (_, i) => `word${i}`);
    const text = commentedJson({ a: 1 }, { a: words.join(' ') }, 'x');
    const lines = text.split('\n').filter((line) => line.includes('word'));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(96);
    expect(lines.flatMap((line) => line.replace('  // ', '').split(' '))).toEqual(words);
  });
});
