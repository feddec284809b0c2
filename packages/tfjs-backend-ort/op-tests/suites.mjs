// TensorFlow.js's own tests of operations: which files there are, and a module that declares them in
// one bundle with the backend, so that tests, backend and TensorFlow.js share one copy of its engine.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** The entry of TensorFlow.js that has the tests beside it; bundles must take it for the package. */
export const core = join(dirname(require.resolve('@tensorflow/tfjs-core')), 'index.js');
const ops = join(dirname(core), 'ops');

export const skips = JSON.parse(readFileSync(join(here, 'skips.json'), 'utf8'));

/** Files of tests whose names contain `wanted`. */
export function suites(wanted = '') {
  return readdirSync(ops, { recursive: true })
    .filter((file) => file.endsWith('_test.js') && file.includes(wanted))
    .sort();
}

/**
 * A module that exports `declare(of)`, which calls `of(file, load)` for each file, and `setBackend`,
 * which makes the tests run on the backend `ort`.
 */
export function declaration(files) {
  return `
import { ENGINE } from '${join(dirname(core), 'engine.js')}';
import '${core}';
import '${join(dirname(core), 'public/chained_ops/register_all_chained_ops.js')}';
import '${join(dirname(core), 'register_all_gradients.js')}';
import '${join(dirname(require.resolve('@tensorflow/tfjs-backend-cpu')), 'index.js')}';
import { setTestEnvs } from '${join(dirname(core), 'jasmine_util.js')}';
export function setBackend() {
  setTestEnvs([{ name: 'ort', backendName: 'ort', flags: {}, isDataSync: false }]);
}
export function declare(of) {
${files.map((file) => `  of(${JSON.stringify(file)}, () => require('${join(ops, file)}'));`).join('\n')}
}
`;
}
