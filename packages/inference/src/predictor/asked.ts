import { calibrated } from './calibrated.ts';
import { type MirrorAxis, mirrored } from './mirrored.ts';
import { imagesTogether, withinMemory } from './network-memory.ts';
import type { Predictor } from './predictor.ts';
import { type TileOptions, tiled } from './tiled.ts';

/** How a network is asked. */
export interface AskedHow {
  /** Mirror images that are asked too. @default none */
  readonly mirror?: readonly MirrorAxis[] | undefined;
  /**
   * Images that are larger are seen in tiles. @default whole, where the network takes no more than it may;
   * else in the largest tiles with which it does
   */
  readonly tiles?: TileOptions | undefined;
  /** What logits are divided by. @default 1 */
  readonly temperature?: number | undefined;
}

/** What a network takes, and what it may take. */
export interface NetworkMemory {
  /** Bytes for each pixel of a batch. */
  readonly pixelBytes: number;
  /** Bytes that it may take; see `networkBudget`. */
  readonly budget: number;
  /** Told when images are first seen in tiles that were not asked for. */
  readonly onTiles?: (text: string) => void;
}

/** A network as it is asked: calibrated, in tiles, and of mirror images too. */
export function asked(
  predictor: Predictor,
  { mirror = [], tiles, temperature }: AskedHow,
  { pixelBytes, budget, onTiles = () => {} }: NetworkMemory,
): Predictor {
  const own = temperature === undefined ? predictor : calibrated(predictor, temperature);
  const small =
    tiles === undefined ? withinMemory(own, pixelBytes, onTiles, budget) : tiled(own, tiles);
  return mirror.length === 0 ? small : mirrored(small, mirror);
}

/** How many images of a size, in pixels, go through a network together. */
export function togetherWith(
  { tiles }: AskedHow,
  { pixelBytes, budget }: NetworkMemory,
): (height: number, width: number) => number {
  return (height, width) => {
    const [rows, columns] = tiles?.size ?? [height, width];
    const seen = [Math.min(height, rows), Math.min(width, columns)] as const;
    return imagesTogether(seen, pixelBytes, budget);
  };
}
