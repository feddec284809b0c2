import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { compressions } from './compressions.ts';
import type { TiffDirectory } from './tiff-directory.ts';
import type { TiffPage } from './tiff-page.ts';

const FORMATS = { 1: 'unsigned', 2: 'signed', 3: 'float', 4: 'unsigned' } as const;

const COLOURS: Readonly<Record<number, TiffPage['colours']>> = {
  0: 'white is zero',
  1: 'black is zero',
  2: 'rgb',
  3: 'palette',
  // A mask of another image: 1 is inside.
  4: 'black is zero',
  6: 'ycc',
};

const OTHER_COLOURS: Readonly<Record<number, string>> = {
  5: 'inks (CMYK)',
  8: 'CIE L*a*b*',
  9: 'ICC L*a*b*',
  10: 'ITU L*a*b*',
  32803: 'a colour filter array (raw photograph)',
  32844: 'LogL',
  32845: 'LogLuv',
  34892: 'linear raw (photograph)',
};

/**
 * The directories that are images of their own: not smaller copies of others, nor their masks
 * (NewSubfileType, bits 0 and 2).
 */
export function pagesAmong(directories: readonly TiffDirectory[]): readonly TiffDirectory[] {
  const whole = directories.filter((one) => ((one.numbers(254)?.[0] ?? 0) & 5) === 0);
  return whole.length > 0 ? whole : directories;
}

/**
 * What a directory says of its image.
 * @param fileSize bytes of the file, in which the pixels must have room
 * @throws {VolumeFormatError} if fields do not fit one another, or ask for what is not read
 */
export function tiffPage(directory: TiffDirectory, fileSize: number, name: string): TiffPage {
  const damaged = (text: string): never => {
    throw new VolumeFormatError(`${name}: ${text}; the file is damaged`);
  };
  const unsupported = (
    text: string,
    cure = 'convert it, for example by ImageMagick: `magick in.tif out.png`',
  ): never => {
    throw new VolumeFormatError(`${name}: the TIFF holds ${text}, which is not read; ${cure}`);
  };
  const numbers = (tag: number) => directory.numbers(tag) ?? [];
  const field = (tag: number, otherwise: number) => numbers(tag)[0] ?? otherwise;
  const width = field(256, 0);
  const height = field(257, 0);
  const samples = field(277, 1);
  if (width < 1 || height < 1) damaged(`its size is ${width}×${height}`);
  if (samples < 1 || samples > 64) damaged(`it has ${samples} samples a pixel`);

  const compression = field(259, 1);
  const found = compressions[compression];
  if (found?.decode === undefined) {
    return unsupported(
      `pixels compressed by ${found?.name ?? 'what TIFF does not define'} (compression ${compression})`,
      'convert it, for example by libtiff, `tiffcp -c zip in.tif out.tif`, or ImageMagick, `magick in.tif -compress zip out.tif`',
    );
  }
  const [bits = 1, ...otherBits] = numbers(258);
  if (otherBits.some((count) => count !== bits))
    unsupported(`samples of ${[bits, ...otherBits].join(', ')} bits`);
  const [formatCode = 1, ...otherFormats] = numbers(339);
  const format = FORMATS[formatCode as keyof typeof FORMATS];
  const isWhole = bits >= 1 && bits <= 32 && (bits <= 16 || bits === 32);
  const isKnown =
    format === 'float' ? [16, 32, 64].includes(bits) : format !== undefined && isWhole;
  if (
    !isKnown ||
    (format === 'signed' && bits % 8 !== 0) ||
    otherFormats.some((one) => one !== formatCode)
  ) {
    unsupported(
      `samples of ${bits} bits in format ${[formatCode, ...otherFormats].join(', ')}`,
      'save it with whole numbers of 8, 16 or 32 bits, or with floating-point numbers',
    );
  }
  const colourCode = field(262, samples >= 3 ? 2 : 1);
  const colours =
    COLOURS[colourCode] ??
    unsupported(
      `colours as ${OTHER_COLOURS[colourCode] ?? `PhotometricInterpretation ${colourCode}`}`,
    );
  if (colours === 'ycc' && compression !== 7)
    unsupported('luminance and chrominance (YCbCr) without JPEG');
  if (colours === 'white is zero' && format !== 'unsigned')
    unsupported('samples with a sign or fractions whose 0 is white');
  if (colours === 'palette' && (samples !== 1 || format !== 'unsigned' || bits > 16)) {
    unsupported(`a palette with ${samples} samples a pixel of ${bits} bits`);
  }
  const palette =
    colours === 'palette'
      ? (paletteOf(numbers(320), bits) ?? damaged('its palette is no list of colours'))
      : [];
  const predictor = field(317, 1);
  if (found.predicts) {
    const fits = predictor === 2 ? bits % 8 === 0 : predictor === 3 && format === 'float';
    if (predictor !== 1 && !fits)
      unsupported(`differences (Predictor ${predictor}) of samples of ${bits} bits`);
  }
  if (found.bits !== undefined && bits !== found.bits)
    unsupported(`${found.name} of ${bits} bits a sample`);
  if (found.bits === 1 && samples !== 1)
    damaged(`its ${found.name} data have ${samples} samples a pixel`);

  const planar = samples > 1 && field(284, 1) === 2;
  if (planar && colours === 'ycc') unsupported('luminance and chrominance (YCbCr) in planes');
  const isTiled = directory.numbers(322) !== undefined || directory.numbers(324) !== undefined;
  const part = isTiled
    ? { width: field(322, 0), height: field(323, 0) }
    : { width, height: Math.min(height, field(278, height)) };
  if (part.width < 1 || part.height < 1) damaged('its strips or tiles have no size');
  const across = Math.ceil(width / part.width);
  const partsInPlane = across * Math.ceil(height / part.height);
  const parts = partsInPlane * (planar ? samples : 1);
  const offsets = numbers(isTiled ? 324 : 273);
  const counts = numbers(isTiled ? 325 : 279);
  if (offsets.length < parts)
    damaged(`its pixels lie in ${parts} parts, of which ${offsets.length} are there`);
  // Before anything is reserved for them.
  const lineBytes = Math.ceil((part.width * (planar ? 1 : samples) * bits) / 8);
  // Tiles are whole; the last strip ends with the image.
  const lines = isTiled ? parts * part.height : (parts / partsInPlane) * height;
  const most = found.expansion(part.width) * fileSize;
  if (Math.max(lineBytes * lines, (width * height * samples * bits) / 8) > most) {
    damaged(`${width}×${height} pixels cannot be in ${fileSize} bytes`);
  }
  const orientation = field(274, 1);
  return {
    width,
    height,
    samples,
    planar,
    bits,
    format: format!,
    colours,
    compression,
    predictor: found.predicts ? predictor : 1,
    namesPredictor: predictor !== 1,
    lowestFirst: field(266, 1) === 2,
    part,
    across,
    partsInPlane,
    offsets,
    counts,
    palette,
    faxOptions: field(292, 0),
    jpegTables: directory.bytes(347),
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
  };
}

/** Colours of a palette: all reds, then greens, then blues. Some writers keep them in 8 bit. */
function paletteOf(values: readonly number[], bits: number) {
  const count = 2 ** bits;
  if (values.length < 3 * count) return undefined;
  const factor = values.every((value) => value < 256) ? 257 : 1;
  const channel = (c: number, i: number) => factor * values[c * count + i]!;
  return Array.from(
    { length: count },
    (_, i) => [channel(0, i), channel(1, i), channel(2, i)] as const,
  );
}
