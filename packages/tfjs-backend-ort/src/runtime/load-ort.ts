import { firstLine, OrtMissingError } from './ort-missing-error.ts';
import type { OrtRuntime } from './ort-runtime.ts';

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
    const { code, message } = error as { code?: string; message?: string };
    const isAbsent = code === 'ERR_MODULE_NOT_FOUND' && message?.includes(`'${name}'`);
    const reason = isAbsent ? 'is not installed' : `cannot be loaded: ${firstLine(error)}`;
    throw new OrtMissingError(`${name} ${reason}`, remedy, error);
  }
}

/** How to get what providers of `onnxruntime-node` need besides the package. */
const needs: Readonly<Record<string, string>> = {
  cuda: `on Linux x64 \`ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild ${name}\` (downloads its CUDA libraries from nuget.org), and install CUDA 12 and cuDNN 9 where the loader finds them`,
  webgpu:
    'install a graphics driver with Vulkan (on Linux with its loader, libvulkan.so.1), Metal or Direct3D 12',
};

/** Why a provider of `onnxruntime-node` does not start, and what must be installed. */
export function providerMissing(provider: string, error: unknown): OrtMissingError {
  const reason = `${name}'s provider '${provider}' cannot be used: ${firstLine(error)}`;
  return new OrtMissingError(reason, needs[provider] ?? remedy, error);
}
