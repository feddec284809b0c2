/** What every reader of files takes. */
export interface ReadingOptions {
  /**
   * Called with a sentence, which names the file, for each thing that is odd about it but no error:
   * what was passed over, clipped or assumed.
   * @default nothing is said
   */
  readonly onWarning?: ((message: string) => void) | undefined;
}
