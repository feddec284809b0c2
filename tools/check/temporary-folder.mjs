import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'sts-net-tests-'));

/** One folder for all temporary files of a test run, which goes with it: some leave gigabytes. */
export function setup() {
  // Workers inherit these; Windows has the other two.
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
}

export function teardown() {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
