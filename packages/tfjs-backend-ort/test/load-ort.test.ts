import { createRequire } from 'node:module';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { loadOrt, OrtMissingError, type OrtRuntime } from '../src/index.ts';
import { loadOrtBy } from '../src/runtime/load-ort.ts';

const cure =
  'to get it: `npm i onnxruntime-node`, or where its download is blocked `npm i onnxruntime-node --ignore-scripts` (installs its CPU binaries in seconds).';

/** What comes of an importer that fails as Node.js does. */
async function failureOf(error: Error): Promise<OrtMissingError> {
  const failure = await loadOrtBy(async () => Promise.reject(error)).catch((one) => one);
  expect(failure).toBeInstanceOf(OrtMissingError);
  expect(failure.cause).toBe(error);
  return failure;
}

test('ONNX Runtime is what the installed package exports', async () => {
  // The compiler checks that the package has what is asked of it.
  const expected: OrtRuntime = ort;
  const { InferenceSession, Tensor } = await loadOrt();
  expect(InferenceSession).toBe(expected.InferenceSession);
  expect(new Tensor('float32', Float32Array.of(1, 2), [2, 1]).dims).toEqual([2, 1]);
});

test('where the package is not installed, one line says how to get it', async () => {
  const failure = await failureOf(
    Object.assign(new Error("Cannot find package 'onnxruntime-node' imported from /a/b.js"), {
      code: 'ERR_MODULE_NOT_FOUND',
    }),
  );
  expect(failure.reason).toBe('onnxruntime-node is not installed');
  expect(failure.message).toBe(`ort backend: onnxruntime-node is not installed; ${cure}`);
});

test('a package without its binaries is told from one that is not there', async () => {
  let broken = new Error();
  try {
    createRequire(import.meta.url)('onnxruntime-node/bin/napi-v6/plan9/x64/binding.node');
  } catch (error) {
    broken = error as Error;
  }
  const { message } = await failureOf(broken);
  expect(message).toMatch(
    /^ort backend: onnxruntime-node cannot be loaded: Cannot find module '.*binding\.node'; to get it: `npm i/,
  );
  expect(message).not.toContain('\n');
});
