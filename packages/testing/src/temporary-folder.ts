import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own, which is removed when all tests have run. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sts-net-'));
}
