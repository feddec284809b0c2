/** The fields of a MetaImage header as they are written, in their spelling. */
export interface MetaImageHeader {
  readonly format: 'metaimage';
  readonly fields: Readonly<Record<string, string>>;
}
