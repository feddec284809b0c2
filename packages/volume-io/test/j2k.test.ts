import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDicomImage, readVolume } from '../src/index.ts';
import { valuesOf } from './volumes.ts';

interface Case {
  readonly name: string;
  readonly bits: number;
  /** DICOM in base64. */
  readonly file: string;
  readonly values: readonly number[];
}

// Generator: tools/fixtures/volume-io/generate_j2k.py
const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/j2k.json', import.meta.url), 'utf8'),
) as { cases: Case[] };
const bytesOf = ({ file }: Case) => new Uint8Array(Buffer.from(file, 'base64'));

describe('JPEG 2000 is what pydicom reads', () => {
  test.each(cases.filter(({ bits }) => bits <= 16))('$name', async (one) => {
    const { pixels } = await readDicomImage(bytesOf(one));
    expect([...pixels.data]).toEqual(one.values);
    expect(valuesOf(await readVolume(bytesOf(one)))).toEqual(one.values);
  });

  test.each(cases.filter(({ bits }) => bits > 16))('or refused: $name', async (one) => {
    await expect(readDicomImage(bytesOf(one))).rejects.toThrow(
      `compressed samples must have at most 16 bits, got ${one.bits}; decompress the file`,
    );
  });
});
