import { plainBytes } from '../bytes/byte-arrays.ts';
import type { Volume } from '../volume/volume.ts';
import { type DecodeVolumeOptions, decodeVolume } from './decode-volumes.ts';

/** What PNG, JPEG, and TIFF and BigTIFF in either order of bytes begin with. */
const flatSignatures: readonly (readonly number[])[] = [
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x49, 0x49, 0x2a, 0],
  [0x4d, 0x4d, 0, 0x2a],
  [0x49, 0x49, 0x2b, 0],
  [0x4d, 0x4d, 0, 0x2b],
];

/**
 * Reads an image from the bytes of a file, a volume or a 2-D image, which its first bytes tell; runs in
 * browsers. The slices of a 2-D image are its channels, see `flatVolume`.
 * @throws {VolumeFormatError} if the content is damaged or not supported
 * @throws {RangeError} if a 2-D image has several pages, or channels other than colours
 */
export async function decodeAnyImage(
  bytes: Uint8Array | ArrayBuffer,
  options: DecodeVolumeOptions = {},
): Promise<{ readonly image: Volume; readonly flat: boolean }> {
  const content = plainBytes(bytes);
  const flat = flatSignatures.some((signature) =>
    signature.every((byte, i) => content[i] === byte),
  );
  if (!flat) return { image: await decodeVolume(content, options), flat };
  const { name = 'image', onWarning } = options;
  const [{ decodeImage }, { flatVolume }] = await Promise.all([
    import('../images/decode-image.ts'),
    import('../images/flat-volume.ts'),
  ]);
  const image = await decodeImage(content, { name, ...(onWarning && { onWarning }) });
  return { image: flatVolume(image, name, onWarning), flat };
}
