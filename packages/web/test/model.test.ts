import { createHash } from 'node:crypto';
import { readSafetensorsFile } from '@sts-net/model';
import { describe, expect, test } from 'vitest';
import { describeClasses } from '../src/model/model-description.ts';
import { descriptionOf } from '../src/model/model-of-weights.ts';
import { parseJson, parseModelFile } from '../src/model/parse-model.ts';
import { exampleModel } from './example.ts';

test('model.json says what the weights say, and how long they are and their digest', async () => {
  const more = { threshold: [0.3], smallestLesion: [5], temperature: 1.2 };
  const { description, weights, json } = await exampleModel({ more });
  const file = JSON.parse(new TextDecoder().decode(json));
  expect(file).toEqual({
    format: 'sts-net web model 1',
    ...JSON.parse(JSON.stringify(description)),
    weights: {
      file: 'weights.safetensors',
      bytes: weights.length,
      sha256: createHash('sha256').update(weights).digest('hex'),
    },
  });
  expect(parseModelFile(file, 'x')).toEqual(file);
  expect(await descriptionOf(new Blob([weights]), 'x')).toEqual(
    JSON.parse(JSON.stringify(description)),
  );
});

test('weights are kept in single precision, or in half of it', async () => {
  const [whole, half] = [await exampleModel(), await exampleModel({ half: true })];
  const count = [...readSafetensorsFile(whole.weights).tensors.values()].reduce(
    (sum, { data }) => sum + data.length,
    0,
  );
  expect(whole.weights.length - half.weights.length).toBeGreaterThanOrEqual(2 * count - 8);
  expect(readSafetensorsFile(half.weights).tensors.size).toBe(7);
});

test('classes have the names and colours of targets, or usual ones', () => {
  expect(describeClasses(2)).toEqual([
    { name: 'Background' },
    { name: 'Lesion', color: [230, 159, 0] },
  ]);
  expect(describeClasses(4, [{ name: 'Core', color: [1, 2, 3] }, { name: 'Oedema' }])).toEqual([
    { name: 'Background' },
    { name: 'Core', color: [1, 2, 3] },
    { name: 'Oedema', color: [86, 180, 233] },
    { name: 'Class 3', color: [0, 158, 115] },
  ]);
  // More classes than colours: they come again.
  expect(describeClasses(12).at(-1)!.color).toBeDefined();
});

describe('a wrong model.json is refused by the field', async () => {
  const { json } = await exampleModel();
  const right = JSON.parse(new TextDecoder().decode(json));
  test.each([
    ['format', { format: 'other' }, "`format` must be 'sts-net web model 1'"],
    ['no network', { network: undefined }, '`network` must be an object, got undefined'],
    ['preprocessing', { preprocessing: [] }, '`preprocessing` must be an object'],
    ['one class', { classes: [{ name: 'Lesion' }] }, '`classes` must be a list of two names'],
    ['classes without names', { classes: [{}, {}] }, '`classes` must be'],
    ['other classes', { classes: describeClasses(3) }, '`network.classes` must be 3'],
    ['threshold', { threshold: [0.2, 0.3] }, '`threshold` must be 1 numbers from 0 to 1'],
    ['threshold above 1', { threshold: [1.5] }, '`threshold`'],
    ['NaN', { threshold: [null] }, '`threshold`'],
    ['smallestLesion', { smallestLesion: [-1] }, '`smallestLesion` must be 1 numbers from 0 on'],
    ['temperature', { temperature: 0 }, '`temperature` must be a positive number'],
    ['no weights', { weights: undefined }, '`weights` must be an object'],
    ['another host', { file: 'https://elsewhere/x' }, '`weights.file` must be the name of a file'],
    ['another folder', { file: '../x' }, '`weights.file`'],
    ['no length', { bytes: 0 }, '`weights.bytes` must be its length'],
    ['no digest', { sha256: 'abc' }, '`weights.sha256` must be 64 hexadecimal digits'],
    ['wasm elsewhere', { wasm: '//elsewhere/' }, '`wasm` must be the name of a folder'],
  ])('%s', (_, change, message) => {
    const isOfWeights = ['file', 'bytes', 'sha256'].includes(Object.keys(change)[0]!);
    const file = isOfWeights
      ? { ...right, weights: { ...right.weights, ...change } }
      : { ...right, ...change };
    expect(() => parseModelFile(file, 'https://here/model.json')).toThrow(
      `https://here/model.json: ${message}`,
    );
  });
  test('no JSON', () => {
    expect(() => parseJson('<!doctype html>', 'x')).toThrow('but is a page; check the address');
    expect(() => parseJson('{', 'x')).toThrow('but is "{" …');
    expect(() => parseModelFile(null, 'x')).toThrow('x must be an object, got null');
  });
});
