/** Attributes of a written file: text, numbers (US, or DS where the VR says so) or items. */
export type Elements = Readonly<Record<string, readonly [vr: string, value: unknown]>>;

/** The bytes of a DICOM file in Explicit VR Little Endian. */
export function dicomFile(elements: Elements, transferSyntax = '1.2.840.10008.1.2.1'): Uint8Array {
  const meta = encodeElements({ '00020010': ['UI', transferSyntax] });
  const length = encodeElements({ '00020000': ['UL', meta.length] });
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    length,
    meta,
    encodeElements(elements),
  ]);
}

function encodeElements(elements: Elements): Buffer {
  const parts = Object.keys(elements)
    .sort()
    .map((tag) => {
      const [vr, value] = elements[tag]!;
      const body = encodeValue(vr, value);
      const head = Buffer.alloc(8);
      head.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
      head.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
      head.write(vr, 4, 'latin1');
      if (!['OB', 'OW', 'SQ', 'UN'].includes(vr)) {
        head.writeUInt16LE(body.length, 6);
        return Buffer.concat([head, body]);
      }
      const long = Buffer.alloc(4);
      long.writeUInt32LE(body.length);
      return Buffer.concat([head, long, body]);
    });
  return Buffer.concat(parts);
}

function encodeValue(vr: string, value: unknown): Buffer {
  if (vr === 'SQ') {
    const items = (value as Elements[]).map((item) => {
      const body = encodeElements(item);
      const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
      head.writeUInt32LE(body.length, 4);
      return Buffer.concat([head, body]);
    });
    return Buffer.concat(items);
  }
  if (vr === 'US') {
    const body = Buffer.alloc(2);
    body.writeUInt16LE(value as number);
    return body;
  }
  if (vr === 'UL') {
    const body = Buffer.alloc(4);
    body.writeUInt32LE(value as number);
    return body;
  }
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  const text = Array.isArray(value) ? value.join('\\') : String(value);
  return Buffer.from(text.length % 2 === 0 ? text : `${text}${vr === 'UI' ? '\0' : ' '}`, 'latin1');
}

export interface SliceOptions {
  readonly position?: readonly number[];
  readonly orientation?: readonly number[];
  readonly values?: Int16Array;
  readonly series?: string;
  readonly size?: readonly [rows: number, columns: number];
  readonly more?: Elements;
}

/** A CT slice of 2 rows and 3 columns of int16, rescaled by 1 and −1000. */
export function ctSlice(options: SliceOptions = {}): Uint8Array {
  const { position = [0, 0, 0], orientation = [1, 0, 0, 0, 1, 0], series = '1.2.3' } = options;
  const { size = [2, 3], values = new Int16Array(size[0] * size[1]), more = {} } = options;
  return dicomFile({
    '00080060': ['CS', 'CT'],
    '0020000E': ['UI', series],
    '00200032': ['DS', position],
    '00200037': ['DS', orientation],
    '00280002': ['US', 1],
    '00280004': ['CS', 'MONOCHROME2'],
    '00280010': ['US', size[0]],
    '00280011': ['US', size[1]],
    '00280030': ['DS', [0.5, 0.75]],
    '00280100': ['US', 16],
    '00280101': ['US', 16],
    '00280102': ['US', 15],
    '00280103': ['US', 1],
    '00281052': ['DS', -1000],
    '00281053': ['DS', 1],
    '7FE00010': ['OW', values],
    ...more,
  });
}
