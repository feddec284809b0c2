/** A format that is not read here: how its files start, and what to do with them. */
interface ForeignFormat {
  readonly name: string;
  /** As text of one character a byte; `?` stands for any. */
  readonly start: string;
  readonly cure: string;
}

const toImage = 'convert it, for example by ImageMagick: `magick in out.png`';
const toNifti = (tool: string) => `convert it to NIfTI, for example by ${tool}`;
const asImage = 'it holds a 2-D image: read it by `readImage`';
const asVolume = 'it holds a volume: read it by `readVolume`';

/** What images and volumes come in besides; longer starts first. */
const foreignFormats: readonly ForeignFormat[] = [
  { name: 'JPEG 2000', start: '\0\0\0\x0cjP  ', cure: toImage },
  { name: 'JPEG XL', start: '\0\0\0\x0cJXL ', cure: toImage },
  { name: 'WebP', start: 'RIFF????WEBP', cure: toImage },
  { name: 'HEIC or AVIF', start: '????ftyp', cure: toImage },
  { name: 'GIF', start: 'GIF8', cure: toImage },
  { name: 'Photoshop', start: '8BPS', cure: toImage },
  { name: 'OpenEXR', start: 'v/1\x01', cure: toImage },
  { name: 'PDF', start: '%PDF', cure: 'export its pictures, for example by `pdfimages -png`' },
  {
    name: 'HDF5 (such as MINC 2 or MATLAB 7.3)',
    start: '\x89HDF',
    cure: toNifti('`mnc2nii` or nibabel'),
  },
  { name: 'MINC 1', start: 'CDF\x01', cure: toNifti('`mnc2nii` or nibabel') },
  { name: 'MATLAB', start: 'MATLAB 5.0', cure: toNifti('MATLAB’s `niftiwrite`') },
  { name: 'VTK', start: '# vtk DataFile', cure: toNifti('3D Slicer') },
  { name: 'Philips PAR', start: '# === DATA DESCRIPTION', cure: toNifti('dcm2niix') },
  { name: 'ECAT', start: 'MATRIX7', cure: toNifti('nibabel') },
  { name: 'FreeSurfer MGH', start: '\0\0\0\x01\0\0', cure: toNifti('`mri_convert`') },
  { name: 'NumPy', start: '\x93NUMPY', cure: toNifti('nibabel') },
  { name: 'zip (such as NumPy’s npz)', start: 'PK\x03\x04', cure: 'unpack it' },
  { name: 'gzip', start: '\x1f\x8b\x08', cure: 'if it holds an image, unpack it' },
  { name: 'bzip2', start: 'BZh', cure: 'if it holds an image, unpack it by `bunzip2`' },
  { name: 'xz', start: '\xfd7zXZ\0', cure: 'if it holds an image, unpack it by `unxz`' },
  { name: 'Zstandard', start: '(\xb5/\xfd', cure: 'if it holds an image, unpack it by `unzstd`' },
  { name: 'JPEG XL', start: '\xff\x0a', cure: toImage },
  { name: 'BMP', start: 'BM', cure: toImage },
];

const volumeFiles: readonly ForeignFormat[] = [
  { name: 'NRRD', start: 'NRRD000', cure: asVolume },
  { name: 'MetaImage', start: 'ObjectType', cure: asVolume },
  { name: 'NIfTI', start: '\x5c\x01\0\0', cure: asVolume },
  { name: 'NIfTI', start: '\0\0\x01\x5c', cure: asVolume },
  {
    name: 'DICOM',
    start: `${'?'.repeat(128)}DICM`,
    cure: 'read it by `readVolume` or `readDicomImage`',
  },
];

const imageFiles: readonly ForeignFormat[] = [
  { name: 'PNG', start: '\x89PNG', cure: asImage },
  { name: 'JPEG', start: '\xff\xd8\xff', cure: asImage },
  { name: 'TIFF', start: 'II*\0', cure: asImage },
  { name: 'TIFF', start: 'MM\0*', cure: asImage },
  { name: 'BigTIFF', start: 'II+\0', cure: asImage },
  { name: 'BigTIFF', start: 'MM\0+', cure: asImage },
];

/**
 * What to say of a file that starts like none of the formats that were wanted.
 * @param wanted which kind of file; those of the other kind are told apart
 * @param formats the names of those that are read
 */
export function unknownFormat(
  head: Uint8Array,
  wanted: 'image' | 'volume',
  formats: readonly string[],
): string {
  const others = wanted === 'image' ? volumeFiles : imageFiles;
  const found = [...others, ...foreignFormats].find(({ start }) => startsLike(head, start));
  const list = `must start like one of ${formats.join(', ')}`;
  if (found !== undefined) return `${list}, got ${found.name}; ${found.cure}`;
  const bytes = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `${list}, got ${bytes.length === 0 ? 'no bytes at all' : `bytes ${bytes.join(' ')}`}; the file is damaged or of another format`;
}

function startsLike(head: Uint8Array, start: string): boolean {
  return [...start].every((one, i) =>
    one === '?' ? i < head.length : head[i] === one.charCodeAt(0),
  );
}
