import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createVolume, encodeVolume, readVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { afterAll, beforeAll, expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { createService } from '../scoring-service.mjs';

const data = fileURLToPath(new URL('../../../packages/sts-net/data/open_ms', import.meta.url));
const truth = readFileSync(`${data}/patient26_GOLD.nii.gz`);
let service: Awaited<ReturnType<typeof createService>>;

beforeAll(async () => {
  service = await createService();
});
afterAll(() => service.close());

/** What the service answers to files by their names. */
async function post(files: Readonly<Record<string, Uint8Array>>) {
  const form = new FormData();
  for (const [name, bytes] of Object.entries(files)) {
    form.append(name, new Blob([new Uint8Array(bytes)]), `${name}.nii.gz`);
  }
  const request = new Request('http://localhost/scores', { method: 'POST', body: form });
  const payload = Buffer.from(await request.arrayBuffer());
  const headers = { 'content-type': request.headers.get('content-type')! };
  const answer = await service.inject({ method: 'POST', url: '/scores', headers, payload });
  return { status: answer.statusCode as number, body: answer.json() };
}

test('a real mask against itself is right in every score', async () => {
  const { status, body } = await post({ prediction: truth, truth });
  expect(status).toBe(200);
  expect(body).toMatchObject({ dice: 1, precision: 1, recall: 1, hd95: 0, assd: 0 });
  expect(body.lesions).toEqual({ true: 17, found: 17 });
});

test('the half of it that is left of the middle is exact, and misses what lies right', async () => {
  const whole = await readVolume(`${data}/patient26_GOLD.nii.gz`);
  const [slices, rows, columns] = whole.voxels.shape as [number, number, number];
  const half = ndarray(new Uint8Array(whole.voxels.size), [slices, rows, columns]);
  let [left, all] = [0, 0];
  for (let k = 0; k < slices; k++) {
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++) {
        const label = whole.voxels.get(k, j, i) === 0 ? 0 : 1;
        all += label;
        if (i >= columns / 2) continue;
        half.set(k, j, i, label);
        left += label;
      }
    }
  }
  const { spacing, affine } = whole;
  const prediction = await encodeVolume(createVolume(half, { spacing, affine }), { gzip: true });
  const { body } = await post({ prediction, truth });
  expect(body.precision).toBe(1);
  expect(body.recall).toBeCloseTo(left / all, 12);
  expect(body.dice).toBeCloseTo((2 * left) / (left + all), 12);
});

test.each([
  [{ truth }, 400, 'send the files'],
  [{ truth, prediction: truth.subarray(0, 2000) }, 422, 'prediction'],
  [{ truth, prediction: Buffer.from('no volume') }, 422, 'prediction'],
] as const)('what is missing or wrong is said: case %#', async (files, status, message) => {
  const answer = await post(files);
  expect(answer.status).toBe(status);
  expect(answer.body.error).toContain(message);
});
