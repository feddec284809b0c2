/** Decoders of compressed DICOM pixels that are not part of this package. */
export interface JpegCodecs {
  /** Loads JPEG-LS: the default export of `@cornerstonejs/codec-charls/decode`. */
  readonly jpegLs?: () => Promise<unknown>;
  /** Loads JPEG 2000: the default export of `@cornerstonejs/codec-openjpeg/decode`. */
  readonly jpeg2000?: () => Promise<unknown>;
}
