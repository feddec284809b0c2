/** A file of a BIDS data set by what its name says. */
export interface BidsFile {
  readonly path: string;
  /** Such as `sub` → `01`, `acq` → `3D`. */
  readonly entities: ReadonlyMap<string, string>;
  /** Such as `FLAIR`, `T1w`, `mask`. */
  readonly suffix: string;
  /** Folder in `derivatives` that it comes from; empty where there is none. */
  readonly pipeline: string;
}

/** Entities that tell one image of a session from another, which what is derived of it keeps. */
const ofSource = /^(acq|ce|chunk|dir|echo|flip|inv|mod|mt|part|rec|run|sample|task|trc)$/;

/** A NIfTI file whose name is one of BIDS; `undefined` for others. */
export function parseBids(path: string): BidsFile | undefined {
  const folders = path.split('/');
  const [, stem] = /^(.+)\.nii(?:\.gz)?$/i.exec(folders.pop()!) ?? [];
  const parts = (stem ?? '').split('_');
  const suffix = parts.pop()!;
  const pairs = parts.map((part) => /^([a-zA-Z]+)-(.+)$/.exec(part));
  if (suffix.includes('-') || pairs[0]?.[1] !== 'sub' || pairs.includes(null)) return undefined;
  const entities = new Map(pairs.map((pair) => [pair![1]!, pair![2]!.normalize('NFC')]));
  const pipeline = folders[folders.indexOf('derivatives') + 1] ?? '';
  const isDerived = folders.includes('derivatives') && !pipeline.startsWith('sub-');
  return { path, entities, suffix, pipeline: isDerived ? pipeline : '' };
}

/** What kind of file it is, whosoever and of whichever session and run: `manual/label-lesion_mask`. */
export function kindOf({ entities, suffix, pipeline }: BidsFile): string {
  const about = [...entities].filter(([key]) => !/^(sub|ses|run)$/.test(key));
  const name = [...about.map(([key, value]) => `${key}-${value}`), suffix].join('_');
  return pipeline === '' ? name : `${pipeline}/${name}`;
}

/** What tells whether a file is of a kind that is described by some of what `kindOf` gives, in any order. */
export function bidsFilter(text: string): (file: BidsFile) => boolean {
  const [, pipeline, name] = /^(?:(.*)\/)?([^/]*)$/.exec(text.normalize('NFC'))!;
  const wanted = name!.split('_').filter((part) => part !== '');
  return (file) =>
    (pipeline === undefined || file.pipeline === pipeline) &&
    wanted.every((part) => {
      const [, key, value] = /^([a-zA-Z]+)-(.+)$/.exec(part) ?? [];
      return key === undefined ? file.suffix === part : file.entities.get(key) === value;
    });
}

/** Whether a mask may be that of an image: of its subject and session, and not of another acquisition. */
export function belongs(mask: BidsFile, image: BidsFile): boolean {
  const same = (key: string) => mask.entities.get(key) === image.entities.get(key);
  const kept = [...mask.entities.keys()].filter((key) => ofSource.test(key));
  return same('sub') && same('ses') && kept.every(same);
}
