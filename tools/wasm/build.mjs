// Compiles a package's assembly/ and writes its bytes to src/generated/kernels.ts:
//   node tools/wasm/build.mjs packages/backend
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** The compiled module of a package; throws the compiler's words. */
export async function compile(folder) {
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
      ...[
        '--baseDir',
        folder,
        '--outFile',
        'kernels.wasm',
        '--runtime',
        'stub',
        '-O3',
        '--noAssert',
      ],
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
  return `// Generated from assembly/ by tools/wasm/build.mjs; do not edit.

/** The compiled kernels, base64. */
export const kernels: string =
  '${Buffer.from(bytes).toString('base64')}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? '.');
  const bytes = await compile(folder);
  writeFileSync(join(folder, 'src/generated/kernels.ts'), asTypeScript(bytes));
  console.log(`${bytes.length} bytes`);
}
