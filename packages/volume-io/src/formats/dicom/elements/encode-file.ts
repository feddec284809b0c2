import { joinBytes } from '../../../bytes/byte-arrays.ts';
import { dictionary, type Keyword, tagOf } from './dictionary.ts';
import { EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from './parse-data-set.ts';

/** Values by keyword: text (several separated by backslashes), keywords (AT), numbers, bytes or items. */
export type Attributes = {
  readonly [K in Keyword]?: (typeof dictionary)[K][1] extends 'SQ'
    ? readonly Attributes[]
    : (typeof dictionary)[K][1] extends 'US' | 'UL'
      ? readonly number[]
      : (typeof dictionary)[K][1] extends 'OB'
        ? Uint8Array
        : (typeof dictionary)[K][1] extends 'AT'
          ? Keyword
          : (typeof dictionary)[K][1] extends 'FD' | 'OF' | 'OD' | 'OV'
            ? never
            : string;
};

/** Of this package. */
const IMPLEMENTATION = '2.25.207412437046373862347362183262870132431';

/** The attributes of a file. */
export type FileAttributes = Attributes & {
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
};

/**
 * A DICOM file (PS3.10) in little endian, with text in UTF-8.
 * @param isExplicit whether in Explicit VR, where numbers as text may have 65534 bytes at most
 */
export function encodeFile(
  attributes: FileAttributes,
  { isExplicit }: { readonly isExplicit: boolean },
): Uint8Array<ArrayBuffer> {
  const meta = encodeAttributes({
    FileMetaInformationVersion: Uint8Array.of(0, 1),
    MediaStorageSOPClassUID: attributes.SOPClassUID,
    MediaStorageSOPInstanceUID: attributes.SOPInstanceUID,
    TransferSyntaxUID: isExplicit ? EXPLICIT_LITTLE_ENDIAN : IMPLICIT_LITTLE_ENDIAN,
    ImplementationClassUID: IMPLEMENTATION,
  });
  return joinBytes([
    new Uint8Array(128),
    new TextEncoder().encode('DICM'),
    encodeAttributes({ FileMetaInformationGroupLength: [meta.length] }),
    meta,
    encodeAttributes({ SpecificCharacterSet: 'ISO_IR 192', ...attributes }, isExplicit),
  ]);
}

function encodeAttributes(attributes: Attributes, isExplicit = true): Uint8Array<ArrayBuffer> {
  const keywords = Object.keys(attributes) as Keyword[];
  keywords.sort((a, b) => tagOf(a) - tagOf(b));
  return joinBytes(
    keywords.flatMap((keyword) => {
      const [, vr] = dictionary[keyword];
      const body = encodeValue(vr, attributes[keyword], isExplicit);
      const hasLongLength = vr === 'OB' || vr === 'SQ';
      const head = new DataView(new ArrayBuffer(isExplicit && hasLongLength ? 12 : 8));
      setTag(head, tagOf(keyword));
      if (!isExplicit) {
        head.setUint32(4, body.length, true);
        return [new Uint8Array(head.buffer), body];
      }
      head.setUint8(4, vr.charCodeAt(0));
      head.setUint8(5, vr.charCodeAt(1));
      if (hasLongLength) head.setUint32(8, body.length, true);
      else head.setUint16(6, body.length, true);
      return [new Uint8Array(head.buffer), body];
    }),
  );
}

function encodeValue(vr: string, value: Attributes[Keyword], isExplicit: boolean): Uint8Array {
  switch (vr) {
    case 'SQ':
      return joinBytes(
        (value as readonly Attributes[]).flatMap((item) => {
          const body = encodeAttributes(item, isExplicit);
          const head = new DataView(new ArrayBuffer(8));
          setTag(head, 0xfffee000);
          head.setUint32(4, body.length, true);
          return [new Uint8Array(head.buffer), body];
        }),
      );
    case 'OB':
      return padded(value as Uint8Array, 0);
    case 'AT': {
      const view = new DataView(new ArrayBuffer(4));
      setTag(view, tagOf(value as Keyword));
      return new Uint8Array(view.buffer);
    }
    case 'US':
      return new Uint8Array(Uint16Array.from(value as readonly number[]).buffer);
    case 'UL':
      return new Uint8Array(Uint32Array.from(value as readonly number[]).buffer);
    default:
      return padded(new TextEncoder().encode(value as string), vr === 'UI' ? 0 : 0x20);
  }
}

function setTag(view: DataView, tag: number): void {
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xffff, true);
}

/** Values are of even length. */
function padded(bytes: Uint8Array, filler: number): Uint8Array {
  return bytes.length % 2 === 0 ? bytes : joinBytes([bytes, Uint8Array.of(filler)]);
}
