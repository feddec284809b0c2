import type { OrtRuntime } from './ort-runtime.ts';

/** ONNX Runtime cannot be had: the message says why and how to get it, in one line. */
export class OrtMissingError extends Error {
  override readonly name = 'OrtMissingError';
  /** What is missing. */
  readonly reason: string;
  /** How to get it. */
  readonly remedy: string;

  constructor(reason: string, cause: unknown) {
    super(`ort backend: ${reason}; to get it: ${remedy}.`, { cause });
    this.reason = reason;
    this.remedy = remedy;
  }
}

const name = 'onnxruntime-node';
const remedy = `\`npm i ${name}\`, or where its download is blocked \`npm i ${name} --ignore-scripts\` (installs its CPU binaries in seconds)`;

/**
 * ONNX Runtime for Node.js: the package `onnxruntime-node`, which is optional. It is loaded when it
 * is first asked for.
 *
 * @throws OrtMissingError where it is not installed or cannot be loaded.
 */
export function loadOrt(): Promise<OrtRuntime> {
  // Bundlers leave the import alone: the name is no constant.
  return loadOrtBy((specifier) => import(/* @vite-ignore */ /* webpackIgnore: true */ specifier));
}

/** `loadOrt` by another way of importing. */
export async function loadOrtBy(
  importModule: (specifier: string) => Promise<unknown>,
): Promise<OrtRuntime> {
  try {
    return (await importModule(name)) as OrtRuntime;
  } catch (error) {
    const { code, message = String(error) } = error as { code?: string; message?: string };
    const isAbsent = code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`);
    const [line] = message.split('\n', 1);
    throw new OrtMissingError(
      isAbsent ? `${name} is not installed` : `${name} cannot be loaded: ${line}`,
      error,
    );
  }
}
