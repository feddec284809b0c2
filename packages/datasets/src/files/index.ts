export { checkNewFolder, checkWritable } from './check-output.ts';
export { fileDigest } from './file-digest.ts';
export { FileError, fileError } from './file-error.ts';
export { listFiles } from './list-files.ts';
export { readJson } from './read-json.ts';
export { writeFileAtomic } from './write-file-atomic.ts';
export { writeFolderAtomic } from './write-folder-atomic.ts';
