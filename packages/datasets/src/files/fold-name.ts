/**
 * What a name is compared by: systems differ in how they write letters with marks (é as one character
 * or as two, Unicode's forms NFC and NFD), and people in capitals.
 */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
