import { type DecodeVolumeOptions, decodeVolumes } from './decode-volumes.ts';
import type { Volume } from './volume.ts';
import { VolumeFormatError } from './volume-format-error.ts';

/**
 * Reads a volume from the bytes of a file, whose format is told by its content; runs in browsers.
 *
 * Voxels keep the stored type, except that
 * - 64-bit integers become `Float64Array`, and a value that a double cannot hold exactly is an error;
 * - values scaled by slope and intercept become `Float32Array` where the stored type has at most
 *   16 bits or is float32, `Float64Array` otherwise.
 *
 * The result shares no memory with `bytes`, and compressed data are never inflated beyond what
 * the header declares.
 * @throws {VolumeFormatError} if the content is damaged, not supported, or no single 3-D image of
 * one number a voxel (see `decodeVolumes`)
 */
export async function decodeVolume(
  bytes: Uint8Array | ArrayBuffer,
  options: DecodeVolumeOptions = {},
): Promise<Volume> {
  return theOnly(await decodeVolumes(bytes, options), options.name ?? 'image bytes');
}

/** @throws {VolumeFormatError} if there are more volumes than one */
export function theOnly(volumes: readonly Volume[], name: string): Volume {
  if (volumes.length === 1) return volumes[0]!;
  const { shape } = volumes[0]!.voxels;
  throw new VolumeFormatError(
    `${name}: must hold one 3-D image of one number a voxel, got ${volumes.length} of shape [${shape.join(', ')}]; take one of those that \`readVolumes\` or \`decodeVolumes\` gives`,
  );
}
