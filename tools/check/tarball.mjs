// Checks a package's tarball as its users' tools read it: publint (files, exports, formats) and attw (types of
// each entry, for those that import ESM). `packed.mjs` asks it of all; a package's own script `lint:pkg` runs
//   node ../../tools/check/tarball.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { problemKindInfo } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** Those that do not import ESM: attw itself has this list by the name `esm-only`. */
const esmOnly = ['node10', 'node16-cjs'];

/** Throws all that is wrong with a tarball. */
export async function checkTarball(path) {
  const bytes = new Uint8Array(readFileSync(path));
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, level: 'warning' });
  const { types, problems } = await checkPackage(createPackageFromTarballData(bytes));
  const found = [
    ...messages.map((message) => formatMessage(message, pkg, { color: false })),
    ...(types === false ? ['has no types'] : []),
    ...(problems ?? [])
      .filter(({ resolutionKind }) => !esmOnly.includes(resolutionKind))
      .map(
        (problem) =>
          `${problemKindInfo[problem.kind].shortDescription}: ${JSON.stringify(problem)}`,
      ),
  ];
  if (found.length > 0) throw new Error(`${pkg.name}: ${found.join('\n')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = mkdtempSync(join(tmpdir(), 'tarball-'));
  try {
    const args = ['pack', '--json', '--pack-destination', folder];
    const [packed] = Object.values(JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })));
    await checkTarball(join(folder, packed.filename));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
