/// <reference path="./codec-modules.d.ts" />
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { withoutSigns } from './j2k-signs.ts';

/** Other decoders of compressed DICOM pixels than those that come with this package, or other copies of them. */
export interface JpegCodecs {
  /** Loads JPEG-LS. @default `() => import('@cornerstonejs/codec-charls/decode')` */
  readonly jpegLs?: () => Promise<unknown>;
  /** Loads JPEG 2000. @default `() => import('@cornerstonejs/codec-openjpeg/decode')` */
  readonly jpeg2000?: () => Promise<unknown>;
}

/** A frame as one of these decoders gives it. */
export interface CodecFrame {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly components: number;
  /** What was added to each sample so that none is negative. */
  readonly raisedBy: number;
  /** Little-endian samples, those of a pixel together. */
  readonly bytes: Uint8Array;
}

/** The interface that the two decoders share. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  getFrameInfo(): {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
  };
  delete?(): void;
}

interface CodecModule {
  readonly JpegLSDecoder?: new () => Decoder;
  readonly J2KDecoder?: new () => Decoder;
}

const PACKAGES = {
  jpegLs: '@cornerstonejs/codec-charls/decode',
  jpeg2000: '@cornerstonejs/codec-openjpeg/decode',
} as const;

/** In browsers modules without what they need of Node, see `imports` of this package. */
const own = {
  jpegLs: () => import('#charls'),
  jpeg2000: () => import('#openjpeg'),
} as const;

const loaded = new Map<unknown, Promise<CodecModule>>();

/** Decodes a frame of JPEG-LS or JPEG 2000. */
export async function decodeWithCodec(
  kind: 'jpegLs' | 'jpeg2000',
  data: Uint8Array,
  codecs: JpegCodecs,
  name: string,
): Promise<CodecFrame> {
  const module = await load(kind, codecs, name);
  const Class = kind === 'jpegLs' ? module.JpegLSDecoder : module.J2KDecoder;
  if (Class === undefined) {
    throw new TypeError(`\`codecs.${kind}\`: must load ${PACKAGES[kind]}, got another module`);
  }
  const decoder = new Class();
  try {
    const encoded = decoder.getEncodedBuffer(data.length);
    encoded.set(data);
    const raisedBy = kind === 'jpeg2000' ? withoutSigns(encoded) : 0;
    decoder.decode();
    const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
    const bytes = new Uint8Array(decoder.getDecodedBuffer());
    return { width, height, bitsPerSample, components: componentCount, raisedBy, bytes };
  } catch (cause) {
    // WebAssembly throws numbers.
    const reason = cause instanceof Error ? cause.message : 'the decoder gave up';
    throw new VolumeFormatError(
      `${name}: the ${kind === 'jpegLs' ? 'JPEG-LS' : 'JPEG 2000'} data are damaged (${reason}); fetch or export the file again`,
      { cause },
    );
  } finally {
    decoder.delete?.();
  }
}

async function load(
  kind: 'jpegLs' | 'jpeg2000',
  codecs: JpegCodecs,
  name: string,
): Promise<CodecModule> {
  const given = codecs[kind];
  const key = given ?? kind;
  let module = loaded.get(key);
  if (module === undefined) {
    const load = given ?? own[kind];
    module = load().then(start);
    loaded.set(key, module);
  }
  try {
    return await module;
  } catch (cause) {
    loaded.delete(key);
    throw new VolumeFormatError(
      `${name}: ${kind === 'jpegLs' ? 'JPEG-LS' : 'JPEG 2000'} needs a decoder, which is not installed here; give it as \`codecs: { ${kind}: () => import('${PACKAGES[kind]}') }\``,
      { cause },
    );
  }
}

/** Starts the module, which import may have wrapped once or twice. */
async function start(module: unknown): Promise<CodecModule> {
  let factory = module;
  for (let i = 0; i < 2 && typeof factory !== 'function'; i++) {
    factory = (factory as { default?: unknown }).default;
  }
  // What the decoders print is said in errors.
  const silent = { print: () => {}, printErr: () => {} };
  return (factory as (options: object) => Promise<CodecModule>)(silent);
}
