/** Where the fields of a NIfTI header are, and how wide. */
export interface NiftiLayout {
  readonly version: 1 | 2;
  /** Length of the fixed header in bytes; also the value of `sizeof_hdr`. */
  readonly bytes: 348 | 540;
  /** First byte at which a single file may hold voxels. */
  readonly minVoxOffset: 352 | 544;
  readonly magic: { readonly offset: number; readonly single: string; readonly pair: string };
  readonly dim: number;
  readonly intentCode: number;
  readonly datatype: number;
  readonly bitpix: number;
  readonly pixdim: number;
  readonly voxOffset: number;
  readonly sclSlope: number;
  readonly sclInter: number;
  readonly dimInfo: number;
  readonly xyztUnits: number;
  readonly qformCode: number;
  readonly sformCode: number;
  readonly quaternion: number;
  readonly qoffset: number;
  readonly srow: number;
  /** Bytes of a length in `dim`. */
  readonly lengthBytes: 2 | 8;
  /** Bytes of qform and sform codes. */
  readonly codeBytes: 2 | 4;
  /** Bytes of a real number. */
  readonly realBytes: 4 | 8;
}

export const nifti1: NiftiLayout = {
  version: 1,
  bytes: 348,
  minVoxOffset: 352,
  magic: { offset: 344, single: 'n+1\0', pair: 'ni1\0' },
  dim: 40,
  intentCode: 68,
  datatype: 70,
  bitpix: 72,
  pixdim: 76,
  voxOffset: 108,
  sclSlope: 112,
  sclInter: 116,
  dimInfo: 39,
  xyztUnits: 123,
  qformCode: 252,
  sformCode: 254,
  quaternion: 256,
  qoffset: 268,
  srow: 280,
  lengthBytes: 2,
  codeBytes: 2,
  realBytes: 4,
};

export const nifti2: NiftiLayout = {
  version: 2,
  bytes: 540,
  minVoxOffset: 544,
  magic: { offset: 4, single: 'n+2\0\r\n\x1a\n', pair: 'ni2\0\r\n\x1a\n' },
  dim: 16,
  intentCode: 504,
  datatype: 12,
  bitpix: 14,
  pixdim: 104,
  voxOffset: 168,
  sclSlope: 176,
  sclInter: 184,
  dimInfo: 524,
  xyztUnits: 500,
  qformCode: 344,
  sformCode: 348,
  quaternion: 352,
  qoffset: 376,
  srow: 400,
  lengthBytes: 8,
  codeBytes: 4,
  realBytes: 8,
};

/** Reads and writes a header's fields in its layout and byte order. */
export interface HeaderFields {
  code(offset: number): number;
  setCode(offset: number, value: number): void;
  int16(offset: number): number;
  setInt16(offset: number, value: number): void;
  length(index: number): number;
  setLength(index: number, value: number): void;
  real(offset: number, index?: number): number;
  setReal(offset: number, value: number, index?: number): void;
  voxOffset(): number;
  setVoxOffset(value: number): void;
  magic(): string;
  setMagic(value: string): void;
}

/** @param bytes at least `layout.bytes` of them */
export function headerFields(
  bytes: Uint8Array,
  layout: NiftiLayout,
  littleEndian: boolean,
): HeaderFields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, layout.bytes);
  const { lengthBytes, codeBytes, realBytes } = layout;
  const real = (offset: number, index = 0) => {
    const at = offset + realBytes * index;
    return realBytes === 4 ? view.getFloat32(at, littleEndian) : view.getFloat64(at, littleEndian);
  };
  const setReal = (offset: number, value: number, index = 0) => {
    const at = offset + realBytes * index;
    if (realBytes === 4) view.setFloat32(at, value, littleEndian);
    else view.setFloat64(at, value, littleEndian);
  };
  const int64 = (offset: number) => Number(view.getBigInt64(offset, littleEndian));
  const setInt64 = (offset: number, value: number) =>
    view.setBigInt64(offset, BigInt(value), littleEndian);
  return {
    code: (at) =>
      codeBytes === 2 ? view.getInt16(at, littleEndian) : view.getInt32(at, littleEndian),
    setCode: (at, value) =>
      codeBytes === 2
        ? view.setInt16(at, value, littleEndian)
        : view.setInt32(at, value, littleEndian),
    int16: (at) => view.getInt16(at, littleEndian),
    setInt16: (at, value) => view.setInt16(at, value, littleEndian),
    length(index) {
      const at = layout.dim + lengthBytes * index;
      return lengthBytes === 2 ? view.getInt16(at, littleEndian) : int64(at);
    },
    setLength(index, value) {
      const at = layout.dim + lengthBytes * index;
      if (lengthBytes === 2) view.setInt16(at, value, littleEndian);
      else setInt64(at, value);
    },
    real,
    setReal,
    voxOffset: () => (layout.version === 1 ? real(layout.voxOffset) : int64(layout.voxOffset)),
    setVoxOffset: (value) =>
      layout.version === 1 ? setReal(layout.voxOffset, value) : setInt64(layout.voxOffset, value),
    magic() {
      const { offset, single } = layout.magic;
      return String.fromCharCode(...bytes.subarray(offset, offset + single.length));
    },
    setMagic(value) {
      for (let i = 0; i < value.length; i++) {
        view.setUint8(layout.magic.offset + i, value.charCodeAt(i));
      }
    },
  };
}

/** The layout and byte order that a header's first four bytes (`sizeof_hdr`) tell. */
export function layoutOf(
  head: Uint8Array,
): { readonly layout: NiftiLayout; readonly littleEndian: boolean } | undefined {
  if (head.length < 4) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, 4);
  for (const layout of [nifti1, nifti2]) {
    for (const littleEndian of [true, false]) {
      if (view.getInt32(0, littleEndian) === layout.bytes) return { layout, littleEndian };
    }
  }
  return undefined;
}
