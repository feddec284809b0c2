import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

interface Cell {
  readonly cell_type: string;
  readonly source: readonly string[];
  readonly outputs: readonly { readonly text?: readonly string[]; readonly data?: object }[];
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('cells print in Node what they printed in Deno, and show two pictures', async () => {
  const notebook = readFileSync(new URL('../lesions.ipynb', import.meta.url), 'utf8');
  const cells: readonly Cell[] = JSON.parse(notebook).cells;
  const code = cells.filter(({ cell_type }) => cell_type === 'code');
  const outputs = code.flatMap((cell) => cell.outputs);
  expect(outputs.filter(({ data }) => data !== undefined && 'image/png' in data)).toHaveLength(2);

  // Inside the repository, so that its packages are found.
  const folder = mkdtempSync(join(root, 'examples/notebook/test/run-'));
  try {
    const program = join(folder, 'cells.ts');
    writeFileSync(program, code.map(({ source }) => source.join('')).join('\n'));
    const sources = join(root, 'tools/workers/sources.mjs');
    const start = `await import(${JSON.stringify(pathToFileURL(program).href)})`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', sources, '--input-type=module', '-e', start],
      { cwd: folder },
    );
    expect(stdout).toBe(outputs.flatMap(({ text }) => text ?? []).join(''));
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 600_000);
