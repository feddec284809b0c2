import type { DatasetSpec } from './dataset.ts';
import { pairedFolders } from './paired-folders.ts';

/** Endings of 2-D images. */
export const flatFormat: RegExp = /\.(png|jpe?g|tiff?)$/i;

/** Any 2-D images with masks. */
export const imageFolders: DatasetSpec = {
  description: 'PNG, JPEG or TIFF images and masks in folders, or told apart by endings',
  layout: "images and masks (PNG, JPEG, TIFF) in folders such as 'images' and 'masks'",
  options: ['image', 'mask', 'patient'],
  list: (folder, options) => pairedFolders(folder, flatFormat, options),
};
