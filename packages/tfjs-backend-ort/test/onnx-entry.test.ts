import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('property: the entry `onnx` bundles for browsers, of its own files and pbf alone', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../src/onnx/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.some((path) => path.endsWith('src/onnx/read-onnx-metadata.ts'))).toBe(true);
  expect(inputs.filter((path) => !/\/src\/onnx\/|(^|\/)node_modules\/pbf\//.test(path))).toEqual(
    [],
  );
});
