/** One image of the data set: files by absolute path. */
export interface Case {
  readonly id: string;
  /** Patient. */
  readonly group: string;
  readonly image: string;
  readonly mask: string;
}
