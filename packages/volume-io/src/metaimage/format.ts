import type { VolumeFormat } from '../volume-format.ts';

/** MetaImage, attached (.mha) or detached (.mhd): starts with a line such as "ObjectType = Image". */
export const metaImage: VolumeFormat = {
  name: 'MetaImage',
  matches: (head) =>
    /^(ObjectType|NDims|Comment|BinaryData|DimSize)\s*=/.test(
      String.fromCharCode(...head.subarray(0, 64)),
    ),
  load: async () => (await import('./parse-metaimage.ts')).parseMetaImage,
};
