/** The parts of the File and Directory Entries API that are used here. */
interface Entry {
  readonly isDirectory: boolean;
  file(found: (file: File) => void, failed: (error: unknown) => void): void;
  createReader(): {
    readEntries(found: (entries: readonly Entry[]) => void, failed: (error: unknown) => void): void;
  };
}

/**
 * The files that were dropped on a page, also those in folders and in folders within these.
 *
 * Call it in the event's handler itself: what was dropped is gone once that has returned.
 */
export function filesOfDrop(dropped: DataTransfer): Promise<File[]> {
  const entries = Array.from(dropped.items, (item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return Promise.resolve(Array.from(dropped.files));
  return filesIn(entries.filter((entry) => entry !== null) as unknown as readonly Entry[]);
}

async function filesIn(entries: readonly Entry[]): Promise<File[]> {
  const files: File[] = [];
  for (const entry of entries) {
    if (entry.isDirectory) files.push(...(await filesIn(await entriesIn(entry))));
    else files.push(await new Promise<File>((found, failed) => entry.file(found, failed)));
  }
  return files;
}

async function entriesIn(folder: Entry): Promise<readonly Entry[]> {
  const reader = folder.createReader();
  const all: Entry[] = [];
  for (;;) {
    // Browsers give a hundred at a time, and none at the end.
    const some = await new Promise<readonly Entry[]>((found, failed) =>
      reader.readEntries(found, failed),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}
