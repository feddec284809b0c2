// Compiles assembly/ and writes its bytes to src/generated/kernels.ts: `npm run build:wasm`.
import { writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const root = new URL('..', import.meta.url).pathname;

/** The compiled module; bytes and, on failure, the compiler's words. */
export async function compile() {
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
      ...['--baseDir', root, '--outFile', 'kernels.wasm', '--runtime', 'stub', '-O3', '--noAssert'],
      ...['--importMemory', '--initialMemory', '0', '--maximumMemory', '65536'],
      ...['--enable', 'simd', '--enable', 'bulk-memory'],
    ],
    { writeFile: (name, contents) => void files.set(name, contents) },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return files.get('kernels.wasm');
}

/** The TypeScript file that carries the module. */
export function asTypeScript(bytes) {
  return `// Generated from assembly/ by scripts/build-wasm.mjs; do not edit.

/** The compiled kernels, base64. */
export const kernels: string =
  '${Buffer.from(bytes).toString('base64')}';
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const bytes = await compile();
  writeFileSync(`${root}src/generated/kernels.ts`, asTypeScript(bytes));
  console.log(`${bytes.length} bytes`);
}
