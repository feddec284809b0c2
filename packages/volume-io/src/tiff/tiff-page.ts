/** What pixels mean (PhotometricInterpretation). */
type TiffColours = 'white is zero' | 'black is zero' | 'rgb' | 'palette' | 'ycc';

/** How one image of a file is stored. */
export interface TiffPage {
  readonly width: number;
  readonly height: number;
  /** Samples a pixel, and whether each has a plane of its own. */
  readonly samples: number;
  readonly planar: boolean;
  readonly bits: number;
  readonly format: 'unsigned' | 'signed' | 'float';
  readonly colours: TiffColours;
  /** A number of `compressions`. */
  readonly compression: number;
  /** 1 none, 2 differences between samples, 3 between bytes of floating-point numbers. */
  readonly predictor: number;
  /** Whether the file names one, also where its compression has none. */
  readonly namesPredictor: boolean;
  /** Whether the first bit of a byte is the lowest. */
  readonly lowestFirst: boolean;
  /** Strips or tiles: the size of each, and how many lie side by side and in a plane. */
  readonly part: { readonly width: number; readonly height: number };
  readonly across: number;
  readonly partsInPlane: number;
  readonly offsets: readonly number[];
  /** Bytes of each; 0 where the file does not say. */
  readonly counts: readonly number[];
  /** Red, green and blue of each colour of a palette, 0 to 65535. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** Options of facsimile codes (T4Options). */
  readonly faxOptions: number;
  readonly jpegTables: Uint8Array | undefined;
  /** Of 1 to 8, as EXIF has it. */
  readonly orientation: number;
}
