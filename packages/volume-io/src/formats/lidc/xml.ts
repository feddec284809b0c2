import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { VolumeFormatError } from '../../bytes/volume-format-error.ts';

/**
 * Parses XML strictly. Document types are passed over, so that the only entities are the five of
 * XML and nothing is ever expanded or fetched.
 * @throws {VolumeFormatError} if it is not well-formed
 */
export function parseXmlRoot(bytes: Uint8Array, name: string): XmlElement {
  try {
    // As XML 2.11 asks; the parser takes quadratic time for it.
    const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, '\n');
    const { root } = parseXml(text);
    if (root !== null) return root;
    throw new Error('there is no element');
  } catch (cause) {
    // The message goes on with an excerpt of the file.
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new VolumeFormatError(
      `${name}: must be well-formed XML (${reason}); fetch or export the file again`,
      { cause },
    );
  }
}

/** The element's name without a namespace's prefix. */
export function localName({ name }: XmlElement): string {
  return name.slice(name.indexOf(':') + 1);
}

/** The elements directly in `parent`, or those of a name. */
export function elements(parent: XmlElement, name?: string): XmlElement[] {
  return parent.children.filter(
    (node): node is XmlElement =>
      node instanceof XmlElement && (name === undefined || localName(node) === name),
  );
}

/** The text of the first element of that name, or `undefined` if there is none or it is empty. */
export function textIn(parent: XmlElement, name: string): string | undefined {
  const text = elements(parent, name)[0]?.text.trim();
  return text === '' ? undefined : text;
}

/** The number in the first element of that name, NaN if there is none. */
export function numberIn(parent: XmlElement, name: string): number {
  return Number(textIn(parent, name) ?? Number.NaN);
}
