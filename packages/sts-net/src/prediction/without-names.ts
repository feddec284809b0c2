import { basename } from 'node:path';

/**
 * A message without what names a patient: paths and names of files become the case's id, and UIDs a word.
 *
 * @param paths of the case's files and folders
 */
export function withoutNames(message: string, id: string, paths: readonly string[]): string {
  // Messages name files within a folder by their names alone; a word, such as `in`, may be any other.
  const own = paths.map((path) => basename(path)).filter((name) => /[^a-z]/.test(name));
  const names = [...paths, ...own]
    .filter((name) => /[^a-z]/.test(name) && name !== id)
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const named = new RegExp(`(?<![\\w^.-])(?:${names.join('|')})(?![\\w^-])`, 'g');
  const plain = names.length === 0 ? message : message.replace(named, id);
  return plain.replace(/(?<![\d.])\d+(?:\.\d+){4,}/g, 'UID');
}
