/** Bytes that are one code (0x00–0x7F, G0; 0x80–0xFF, G1), and how they are decoded. */
interface CodeElement {
  readonly slot: 'g0' | 'g1';
  /** The name that `TextDecoder` has for it. */
  readonly label: string;
  /** Two bytes for each character in G0, which `label` has in G1, after these bytes. */
  readonly pairs?: readonly number[];
}

const g1 = (label: string): CodeElement => ({ slot: 'g1', label });
const ascii: CodeElement = { slot: 'g0', label: 'latin1' };
const jisX0208: CodeElement = { slot: 'g0', label: 'euc-jp', pairs: [] };
const jisX0212: CodeElement = { slot: 'g0', label: 'euc-jp', pairs: [0x8f] };

/** What follows ESC where text changes to another code (PS3.3, C.12.1.1.2, tables 3 and 4). */
const escapes: Readonly<Record<string, CodeElement>> = {
  '(B': ascii,
  '(J': ascii,
  '$@': jisX0208,
  $B: jisX0208,
  '$(D': jisX0212,
  ')I': g1('shift_jis'),
  '$)A': g1('gbk'),
  '$)C': g1('euc-kr'),
  '-A': g1('latin1'),
  '-B': g1('iso-8859-2'),
  '-C': g1('iso-8859-3'),
  '-D': g1('iso-8859-4'),
  '-F': g1('iso-8859-7'),
  '-G': g1('iso-8859-6'),
  '-H': g1('iso-8859-8'),
  '-L': g1('iso-8859-5'),
  '-M': g1('iso-8859-9'),
  '-T': g1('windows-874'),
  '-b': g1('iso-8859-15'),
};

/** Codes with one name for all bytes, in which nothing is changed by escapes. */
const whole: Readonly<Record<string, string>> = {
  192: 'utf-8',
  13: 'shift_jis',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** Codes by their registered number, as G1 holds them from the start if they are named first. */
const numbered: Readonly<Record<string, string>> = {
  13: ')I',
  58: '$)A',
  100: '-A',
  101: '-B',
  109: '-C',
  110: '-D',
  126: '-F',
  127: '-G',
  138: '-H',
  144: '-L',
  148: '-M',
  149: '$)C',
  166: '-T',
  203: '-b',
};

const ESC = 0x1b;
const BACKSLASH = 0x5c;
/** Line feed, form feed, carriage return and tabulator end what an escape began (PS3.5, 6.1.2.5.3). */
const CONTROLS = [0x09, 0x0a, 0x0c, 0x0d];
/** Within names of persons, `^` and `=` do so too. */
const NAME_DELIMITERS = [0x5e, 0x3d];

/**
 * Decodes text, with the escapes of ISO 2022 in it (PS3.5, 6.1.2).
 * @param characterSets the values of `SpecificCharacterSet`; none is Latin-1
 * @param isName whether it is the name of a person (PN)
 */
export function decodeText(
  bytes: Uint8Array,
  characterSets: readonly string[],
  isName: boolean,
): string {
  if (bytes.every((byte) => byte < 0x80 && byte !== ESC)) return decoded('latin1', bytes);
  const first = nameOf(characterSets[0] ?? '');
  const label = characterSets.length > 1 && first === '13' ? undefined : whole[first];
  if (label !== undefined) return decoded(label, bytes);
  // What is high without an escape is of the first code that has such bytes.
  const initial = characterSets.map((one) => numbered[nameOf(one)]).find(Boolean) ?? '-A';
  return decodeEscaped(bytes, escapes[initial]!, isName);
}

/** The registered number, or the name without one, however the file punctuates it. */
function nameOf(characterSet: string): string {
  const match = /^ISO[ _-](?:2022[ _-])?IR[ _-]?(\d+)$/.exec(characterSet);
  return match?.[1] ?? characterSet.replace(/^ISO[ _-]2022[ _-]/, '');
}

function decodeEscaped(bytes: Uint8Array, initial: CodeElement, isName: boolean): string {
  const now = { g0: ascii, g1: initial };
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at]!;
    let end = at + 1;
    if (byte === ESC) {
      // Intermediate bytes, then a final one (ISO 2022).
      while (bytes[end]! >= 0x20 && bytes[end]! < 0x30) end++;
      const code = escapes[decoded('latin1', bytes.subarray(at + 1, ++end))];
      if (code !== undefined) now[code.slot] = code;
    } else if (byte >= 0x80) {
      while (bytes[end]! >= 0x80) end++;
      text += decoded(now.g1.label, bytes.subarray(at, end));
    } else if (now.g0.pairs !== undefined && byte > 0x20) {
      end++;
      const pair = bytes.subarray(at, end).map((part) => part | 0x80);
      text += decoded(now.g0.label, Uint8Array.of(...now.g0.pairs, ...pair));
    } else {
      text += String.fromCharCode(byte);
      const isDelimiter =
        byte === BACKSLASH || CONTROLS.includes(byte) || (isName && NAME_DELIMITERS.includes(byte));
      if (isDelimiter) Object.assign(now, { g0: ascii, g1: initial });
    }
    at = end;
  }
  return text;
}

const decoders = new Map<string, TextDecoder>();

function decoded(label: string, bytes: Uint8Array): string {
  let decoder = decoders.get(label);
  if (decoder === undefined) {
    decoder = new TextDecoder(label);
    decoders.set(label, decoder);
  }
  return decoder.decode(bytes);
}
