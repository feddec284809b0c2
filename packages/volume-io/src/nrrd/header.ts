/** The fields of an NRRD header as they are written, with lower-case names. */
export interface NrrdHeader {
  readonly format: 'nrrd';
  /** `field: value` lines. */
  readonly fields: Readonly<Record<string, string>>;
  /** `key:=value` lines. */
  readonly keyValues: Readonly<Record<string, string>>;
}
