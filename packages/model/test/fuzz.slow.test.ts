import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { damagedBytes, damagedJson, drawing, fuzzLane, unclear } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { encodeSafetensors } from '../src/safetensors/encode-safetensors.ts';
import { readSafetensorsFile } from '../src/safetensors/read-safetensors.ts';
import { readTorchCheckpoint } from '../src/torch-checkpoint/read-torch-checkpoint.ts';

/**
 * Cases of each test; `FUZZ_CASES=20000 npx vitest run packages/model/test/fuzz` runs the whole lane.
 * `FUZZ_SEED` draws other cases.
 */
const { cases: CASES, seed: SEED } = fuzzLane(1000);

const checkpoints = join(import.meta.dirname, 'fixtures/checkpoints');

/** A file, and what must hold of what is read from it. */
interface Target {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly read: (
    bytes: Uint8Array,
  ) => ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;
  /** What errors call it. */
  readonly subject: string;
}

const tensors = new Map([
  ['encoder.weight', { shape: [2, 3, 1], data: Float32Array.from([1, 2, 3, 4, 5, 6]) }],
  ['bias', { shape: [], data: Float32Array.of(7) }],
  ['none', { shape: [0, 5], data: new Float32Array() }],
]);
const whole = new Uint8Array(
  Buffer.concat(encodeSafetensors(tensors, { format: 'pt', note: 'a' })),
);
const safetensors: Target = {
  name: 'safetensors',
  bytes: whole,
  read: (bytes) => readSafetensorsFile(bytes).tensors,
  subject: 'safetensors bytes',
};
const targets: readonly Target[] = [
  safetensors,
  ...readdirSync(checkpoints)
    .filter((name) => name.endsWith('.pth'))
    .map((name) => ({
      name,
      bytes: readFileSync(join(checkpoints, name)),
      read: readTorchCheckpoint,
      subject: 'checkpoint',
    })),
];

/** Whether the damaged file is read; throws where what comes is unsound, unclear or takes far too much. */
function isRead({ name, read, subject }: Target, bytes: Uint8Array, label: string): boolean {
  const before = process.memoryUsage().arrayBuffers;
  try {
    for (const [key, { shape, data }] of read(bytes)) {
      const count = shape.reduce((a, b) => a * b, 1);
      expect([label, name, key, data.length]).toEqual([label, name, key, count]);
    }
    return true;
  } catch (error) {
    if (!(error instanceof RangeError)) throw new Error(`${label}: ${error}`, { cause: error });
    expect([label, unclear(error, subject)]).toEqual([label, undefined]);
    return false;
  } finally {
    expect(process.memoryUsage().arrayBuffers - before, label).toBeLessThan(2 ** 27);
  }
}

test(`weights with damaged bytes are read soundly or refused: ${CASES} cases, seed ${SEED}`, () => {
  let read = 0;
  for (let i = 0; i < CASES; i++) {
    const draw = drawing(SEED * 1_000_003 + i);
    const target = targets[draw(targets.length)]!;
    const [kind, bytes] = damagedBytes(target.bytes, draw);
    if (isRead(target, bytes, `case ${i} of seed ${SEED} (${kind}, ${target.name})`)) read++;
  }
  expect(read).toBeGreaterThan(CASES / 50);
  expect(read).toBeLessThan(CASES / 2);
});

test(`headers of safetensors that say other things are read soundly or refused: ${CASES} cases`, () => {
  const length = Number(new DataView(whole.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(8, 8 + length)));
  for (let i = 0; i < CASES; i++) {
    const draw = drawing(SEED * 1_000_003 + i);
    const other = Buffer.from(JSON.stringify(damagedJson(header, draw)));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(other.length));
    const bytes = Buffer.concat([size, other, whole.subarray(8 + length)]);
    isRead(safetensors, bytes, `case ${i} of seed ${SEED}: ${other}`);
  }
});
