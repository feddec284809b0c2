/** Options that every network takes. */
export interface NetworkOptions {
  /** Channels of the logits: classes with the background; 1 for the logit of one class against it. @default 2 */
  readonly classes?: number;
  /** `[height, width, channels]` of the image; sizes may be null: any. */
  readonly inputShape: readonly [height: number | null, width: number | null, channels: number];
  /** Seed of the initial weights, a whole number. @default 0 */
  readonly seed?: number;
}
