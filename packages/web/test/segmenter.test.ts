import { listLesions, predictMembers, predictVolume } from '@sts-net/inference';
import { predictorOf } from '@sts-net/model';
import { encodeImage, encodeVolume, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import { openSegmenter, type Progress } from '../src/index.ts';
import { exampleModel, exampleVolume } from './example.ts';

/** What tells volumes apart. */
const content = ({ voxels, spacing, affine }: Volume) => ({
  data: Array.from(voxels.data),
  shape: voxels.shape,
  ...{ spacing, affine },
});

describe('bytes in, the numbers of `predictVolume` out', () => {
  test('of a NIfTI file: probabilities, labels and lesions are the same in every bit', async () => {
    const { network, description, weights } = await exampleModel();
    const bytes = await encodeVolume(exampleVolume(), { gzip: true });
    const stages: string[] = [];
    const onProgress = ({ stage, done, total }: Progress) =>
      stages.push(`${stage} ${done}/${total}`);
    const segmenter = await openSegmenter({ model: weights, engine: 'wasm', onProgress });
    expect(segmenter.info).toMatchObject({
      ...description,
      engine: { name: 'wasm' },
      worker: false,
      noWorker: expect.stringMatching(/no workers here/),
      from: 'memory',
    });
    const found = await segmenter.segment(bytes, { onProgress });
    const prediction = await predictVolume(predictorOf(network), found.image, {
      preprocessing: description.preprocessing,
    });
    expect(content(found.labels)).toEqual(content(prediction.labels()));
    expect(new Set(found.labels.voxels.data).size).toBe(2);
    expect(found.probabilities.map(content)).toEqual(
      [0, 1].map((c) => content(prediction.probabilities(c))),
    );
    expect(found.lesions).toEqual(listLesions(found.labels, { prediction }));
    expect(found.labels.header).toEqual(prediction.labels().header);
    expect(stages).toEqual([
      ...['start 0/1', 'start 1/1', 'read 0/1', 'read 1/1'],
      ...[1, 2, 3, 4, 5].map((done) => `predict ${done}/5`),
    ]);
    segmenter.close();
    network.dispose();
  });

  test('a File, a Blob, an ArrayBuffer, a list of one and a volume give what bytes give', async () => {
    const { weights } = await exampleModel();
    const volume = exampleVolume();
    const bytes = await encodeVolume(volume);
    const segmenter = await openSegmenter({ model: new Blob([weights]), engine: 'wasm' });
    const expected = await segmenter.segment(bytes);
    for (const input of [
      new File([bytes], 'scan.nii'),
      new Blob([bytes]),
      bytes.buffer,
      [new File([bytes], 'scan.nii'), new File(['x'], '.DS_Store')],
      volume,
    ]) {
      const { labels, lesions } = await segmenter.segment(input);
      expect(Array.from(labels.voxels.data)).toEqual(Array.from(expected.labels.voxels.data));
      expect(lesions.map(({ voxels }) => voxels)).toEqual(
        expected.lesions.map(({ voxels }) => voxels),
      );
    }
    segmenter.close();
  });

  test('a picture is a 2-D image, and named channels come by their names', async () => {
    const pixels = ndarray(
      Uint8Array.from({ length: 16 * 12 * 3 }, (_, i) => (i * 7919) % 256),
      [16, 12, 3],
    );
    const { network, description, weights } = await exampleModel();
    const segmenter = await openSegmenter({ model: weights, engine: 'wasm' });
    const { labels, flat, image } = await segmenter.segment(await encodeImage(pixels));
    expect(flat).toBe(true);
    expect(image.voxels.shape).toEqual([3, 16, 12]);
    const { preprocessing } = description;
    const predictor = predictorOf(network);
    const prediction = await predictMembers([{ predictor, preprocessing }], image, { flat: true });
    expect(content(labels)).toEqual(content(prediction.labels()));
    segmenter.close();

    const two = await exampleModel({
      channels: 2,
      preprocessing: { context: 0, channels: ['t1', 'flair'], normalization: { name: 'all' } },
    });
    const both = await openSegmenter({ model: two.weights, engine: 'wasm' });
    const channels = { flair: exampleVolume('flair'), t1: exampleVolume('t1') };
    const files = {
      t1: await encodeVolume(channels.t1),
      flair: new File([await encodeVolume(channels.flair)], 'flair.nii'),
    };
    const expected = await predictVolume(predictorOf(two.network), channels, {
      preprocessing: two.description.preprocessing,
    });
    const found = await both.segment(files);
    expect(Array.from(found.labels.voxels.data)).toEqual(Array.from(expected.labels().voxels.data));
    await expect(both.segment(files.t1)).rejects.toThrow("must have the channels 't1', 'flair'");
    both.close();
  });
});

test('threshold, smallest lesion and temperature are the model’s, unless others are asked for', async () => {
  const more = { threshold: [0.4], smallestLesion: [20], temperature: 1.7 };
  const { network, description, weights } = await exampleModel({ more });
  const segmenter = await openSegmenter({ model: weights, engine: 'wasm' });
  expect(segmenter.info).toMatchObject(more);
  const volume = exampleVolume();
  const found = await segmenter.segment(volume);
  const { preprocessing } = description;
  const { calibrated } = await import('@sts-net/inference');
  const predictor = calibrated(predictorOf(network), 1.7);
  const prediction = await predictVolume(predictor, volume, { preprocessing });
  const of = (threshold: number, minimumVolume: number) =>
    content(prediction.labels({ threshold, minimumVolume }));
  expect(content(found.labels)).toEqual(of(0.4, 20));
  expect(content(found.decide({}).labels)).toEqual(of(0.4, 20));
  const other = found.decide({ threshold: 0.6, smallestLesion: 0 });
  expect(content(other.labels)).toEqual(of(0.6, 0));
  expect(other.lesions).toEqual(listLesions(other.labels, { prediction }));
  const asked = await segmenter.segment(volume, { threshold: 0.6, smallestLesion: 0 });
  expect(content(asked.labels)).toEqual(of(0.6, 0));
  expect(content(asked.labels)).not.toEqual(content(found.labels));
  segmenter.close();
});

test('weights in half precision are off by their rounding alone', async () => {
  const half = await exampleModel({ half: true });
  const segmenter = await openSegmenter({ model: half.weights, engine: 'wasm' });
  const volume = exampleVolume();
  const { probabilities } = await segmenter.segment(volume);
  const { preprocessing } = half.description;
  const exact = await predictVolume(predictorOf(half.network), volume, { preprocessing });
  const expected = exact.probabilities(1).voxels.data;
  const differences = probabilities[1]!.voxels.data.map((p, i) => Math.abs(p - expected[i]!));
  expect(Math.max(...differences)).toBeLessThan(2e-3);
  expect(Math.max(...differences)).toBeGreaterThan(0);
  segmenter.close();
});

test('an abort ends with its reason, and so does closing; others wait for their turn', async () => {
  const { weights } = await exampleModel();
  const segmenter = await openSegmenter({ model: weights, engine: 'wasm' });
  const volume = exampleVolume('abort', [40, 24, 20]);
  const stop = new AbortController();
  const order: string[] = [];
  const first = segmenter.segment(volume, {
    signal: stop.signal,
    onProgress: ({ stage, done }) => {
      if (stage === 'predict' && done === 2) stop.abort(new Error('enough'));
    },
  });
  const second = segmenter.segment(volume).then(() => order.push('second'));
  await expect(first).rejects.toThrow('enough');
  order.push('first');
  await second;
  expect(order).toEqual(['first', 'second']);
  const last = segmenter.segment(volume);
  segmenter.close();
  await expect(last).rejects.toThrow('closed');
  await expect(segmenter.segment(volume)).rejects.toThrow('closed');
});

test('an abort while a model opens ends that too', async () => {
  const { weights } = await exampleModel();
  const stop = new AbortController();
  const opening = openSegmenter({
    model: weights,
    engine: 'wasm',
    signal: stop.signal,
    onProgress: ({ stage }) => {
      if (stage === 'start') stop.abort(new Error('enough'));
    },
  });
  await expect(opening).rejects.toThrow('enough');
});

test('what cannot be segmented is named', async () => {
  const { weights } = await exampleModel();
  const segmenter = await openSegmenter({ model: weights, engine: 'wasm' });
  const segment = (input: unknown) => segmenter.segment(input as never);
  await expect(segment(7)).rejects.toThrow(
    '`segment`: the input must be a File, a Blob, bytes, a list of them, or a volume, got [object Number]',
  );
  await expect(segment({ t1: 'a.nii' })).rejects.toThrow("channel 't1' must be a File");
  await expect(segment([])).rejects.toThrow('the input must be');
  await expect(segment(new File(['hello'], 'a.nii'))).rejects.toThrow(/^a\.nii: /);
  const two = ['a.nii', 'b.nii'].map((name) => new File(['x'], name));
  await expect(segment(two)).rejects.toThrow("one image, got 2 files, first 'a.nii' and 'b.nii'");
  await expect(segment([new File(['x'], 'a'), new File(['y'], 'b')])).rejects.toThrow(
    'must hold DICOM images',
  );
  segmenter.close();
  await expect(openSegmenter({ model: new Uint8Array(20), engine: 'wasm' })).rejects.toThrow(
    'the model must be the weights.safetensors that `sts-net export web` writes',
  );
});
