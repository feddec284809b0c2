import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('a bundle of one network holds no other', async () => {
  const { metafile } = await build({
    stdin: {
      contents: "import { m2SNet } from './index.ts'; console.log(m2SNet);",
      resolveDir: fileURLToPath(new URL('../src', import.meta.url)),
    },
    ...{ bundle: true, write: false, metafile: true, platform: 'browser', format: 'esm' },
    conditions: ['@sts/source'],
    external: ['@tensorflow/*'],
  });
  const [output] = Object.values(metafile.outputs);
  const used = Object.entries(output!.inputs).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path.replace(/^.*\/src\//, '')] : [],
  );
  expect(used).toContain('m2snet.ts');
  expect(used).not.toContain('dense-aspp.ts');
  expect(used).not.toContain('networks.ts');
});
