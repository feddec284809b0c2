import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
// @ts-expect-error plain JavaScript, shared with the command-line tool
import { compare } from '../../../tools/fixtures/volume-io/conformance/compare.mjs';
import * as api from '../src/index.ts';

// What independent readers read in the same files; see fixtures/conformance/ORIGIN.md.
describe.each(['nifti', 'nrrd', 'metaimage', 'png', 'tiff', 'dicom'])('%s', (format) => {
  const folder = fileURLToPath(new URL(`./fixtures/conformance/${format}`, import.meta.url));
  const expected = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as {
    readonly file: string;
  }[];

  test.each(expected)('$file agrees, or is refused as expected', async (one) => {
    const { verdict, detail } = await compare(api, format, `${folder}/${one.file}`, one);
    expect([verdict, detail]).toEqual([verdict === 'refused' ? 'refused' : 'agree', detail]);
  });
});
