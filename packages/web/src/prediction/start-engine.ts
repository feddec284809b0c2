import {
  type BackendChoice,
  type BackendInfo,
  graphicsAdapter,
  useBackend,
} from '@sts-net/backend';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { enableProdMode } from '@tensorflow/tfjs-core';

/** What computes; see `useBackend` of `@sts-net/backend`. */
export type EngineChoice = 'auto' | BackendChoice;

/** The folder that TensorFlow.js was told, which it takes once. */
let told: string | undefined;

/**
 * Makes an engine ready: WebGPU on a real graphics processor, else WebAssembly; what was asked for, or
 * an error says why it cannot be had.
 *
 * @param assets address of the folder with TensorFlow.js's .wasm files, with `/` at its end
 */
export async function startEngine(
  engine: EngineChoice,
  assets: string | undefined,
): Promise<BackendInfo> {
  enableProdMode();
  if (assets !== undefined && assets !== told) {
    setWasmPaths(assets);
    told = assets;
  }
  const adapter = engine === 'auto' || engine === 'webgpu' ? await graphicsAdapter() : null;
  // Registers itself. It is not even fetched where `auto` would pass it over.
  if (adapter !== null && (engine === 'webgpu' || !adapter.isSoftware)) {
    await import('@tensorflow/tfjs-backend-webgpu');
  }
  return useBackend(engine);
}
