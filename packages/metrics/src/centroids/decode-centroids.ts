/** What CentroidNetV2 tells of an image, in C order. */
export interface CentroidMaps {
  /** `[height, width, 4]`: rows and columns to the centroid, rows and columns to the border, divided by `maxDistance`. */
  readonly vectors: ArrayLike<number>;
  /** `[height, width, classes]`. */
  readonly logits: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
}

/** What {@link decodeCentroids} takes. */
export interface DecodeCentroidsOptions {
  /** What the vectors were divided by, pixels. @default 40 */
  readonly maxDistance?: number;
  /** Side of the window in which a centroid has the most votes; odd, else one less. @default 7 */
  readonly window?: number;
  /** A centroid has more votes than this. @default 30 */
  readonly centroidThreshold?: number;
  /** A border pixel has at least as many votes; 0 keeps all votes, one for each pixel that gave it. @default 1 */
  readonly borderThreshold?: number;
  /**
   * Whether a pixel that votes for a border belongs to the centroid that its vector points to cut to whole numbers, as
   * in the authors' code, or rounded, as votes for centroids are. @default 'truncate'
   */
  readonly belonging?: 'truncate' | 'round';
  /** The probability of a class: its share of the sum of the logits, as in the authors' code, or by softmax. @default 'share' */
  readonly probability?: 'share' | 'softmax';
}

/** An object that was found. */
export interface FoundObject {
  readonly row: number;
  readonly column: number;
  /** For its centroid. */
  readonly votes: number;
  /** Places of its border pixels in C order; with a threshold of 0 as often as they got votes. */
  readonly border: Int32Array;
  /** Mean distance of the border pixels, pixels, cut to a whole number; null without any. */
  readonly radius: number | null;
  /** The class with the largest logit at its centroid. */
  readonly class: number;
  /** Of that class there, 0 to 1. */
  readonly probability: number;
}

export interface DecodedCentroids {
  /** By the places of their centroids in C order. The authors' example stops at the first without a border pixel. */
  readonly objects: readonly FoundObject[];
  /** Votes for centroids, `[height, width]`. */
  readonly centroidVotes: Int32Array;
  /** The most votes that one object's pixels gave to a border pixel, `[height, width]`; 1 with a threshold of 0. */
  readonly borderVotes: Int32Array;
}

/**
 * Finds objects by votes: every pixel votes for the centroid that its vector points to; where most votes of a window
 * are, more than a threshold and not nearer to the image's edge than half the window, is an object. The pixels that
 * point to it vote for its border. Of a plateau of votes all pixels are centroids, as in scikit-image to 0.17, which the
 * authors' code was written for.
 *
 * Source: Dijkstra et al., Neurocomputing 423 (2021) 490–505.
 *
 * @throws RangeError for maps of other sizes than `height` × `width`
 */
export function decodeCentroids(
  maps: CentroidMaps,
  options: DecodeCentroidsOptions = {},
): DecodedCentroids {
  const { maxDistance = 40, window = 7, centroidThreshold = 30, borderThreshold = 1 } = options;
  const { belonging = 'truncate', probability = 'share' } = options;
  const { vectors, logits, height, width } = maps;
  const pixels = height * width;
  const classes = logits.length / pixels;
  if (vectors.length !== 4 * pixels || !Number.isInteger(classes) || classes < 1) {
    throw new RangeError(
      `decodeCentroids: maps of ${height} × ${width} pixels must have 4 numbers of \`vectors\` each and a logit for each class, got ${vectors.length} and ${logits.length} numbers`,
    );
  }
  const whole = { round: roundHalfToEven, truncate: Math.trunc };
  /** Where the vector in two channels points to, or −1 outside. */
  const aim = (i: number, channel: 0 | 2, to: keyof typeof whole): number => {
    const row = whole[to](Math.floor(i / width) + vectors[4 * i + channel]! * maxDistance);
    const column = whole[to]((i % width) + vectors[4 * i + channel + 1]! * maxDistance);
    const isInside = row >= 0 && column >= 0 && row < height && column < width;
    return isInside ? row * width + column : -1;
  };
  const centroidVotes = new Int32Array(pixels);
  const voters = new Map<number, number[]>();
  for (let i = 0; i < pixels; i++) {
    const voted = aim(i, 0, 'round');
    if (voted >= 0) centroidVotes[voted]!++;
    const belongs = aim(i, 0, belonging);
    if (belongs < 0) continue;
    const others = voters.get(belongs);
    if (others === undefined) voters.set(belongs, [i]);
    else others.push(i);
  }
  const borderVotes = new Int32Array(pixels);
  const margin = Math.floor(window / 2);
  const places = peaks(centroidVotes, { height, width, margin, threshold: centroidThreshold });
  const objects = places.map((place): FoundObject => {
    const targets = (voters.get(place) ?? []).map((i) => aim(i, 2, 'truncate'));
    const border = keepVoted(
      targets.filter((one) => one >= 0),
      borderThreshold,
      borderVotes,
    );
    const [row, column] = [Math.floor(place / width), place % width];
    const distances = border.map((one) =>
      Math.hypot(Math.floor(one / width) - row, (one % width) - column),
    );
    const mean = distances.reduce((sum, one) => sum + one, 0) / border.length;
    const own = Array.from({ length: classes }, (_, c) => logits[place * classes + c]!);
    return {
      ...{ row, column, votes: centroidVotes[place]!, border: Int32Array.from(border) },
      radius: border.length === 0 ? null : Math.trunc(mean),
      class: own.indexOf(Math.max(...own)),
      probability: probability === 'share' ? largestShare(own) : largestSoftmax(own),
    };
  });
  return { objects, centroidVotes, borderVotes };
}

/** Border pixels with enough votes, in C order; the votes are noted where they are more than another object's. */
function keepVoted(targets: readonly number[], threshold: number, most: Int32Array): number[] {
  if (threshold === 0) {
    for (const place of targets) most[place] = 1;
    return [...targets];
  }
  const counts = new Map<number, number>();
  for (const place of targets) counts.set(place, (counts.get(place) ?? 0) + 1);
  for (const [place, count] of counts) most[place] = Math.max(most[place]!, count);
  const kept = [...counts].filter(([, count]) => count >= threshold);
  return kept.map(([place]) => place).sort((a, b) => a - b);
}

interface PeakOptions {
  readonly height: number;
  readonly width: number;
  readonly margin: number;
  readonly threshold: number;
}

/** Places of the most votes of a window, in C order. */
function peaks(
  votes: Int32Array,
  { height, width, margin, threshold }: PeakOptions,
): readonly number[] {
  const found: number[] = [];
  for (let row = margin; row < height - margin; row++) {
    for (let column = margin; column < width - margin; column++) {
      const value = votes[row * width + column]!;
      if (value > threshold && isLargest(votes, row, column, width, margin)) {
        found.push(row * width + column);
      }
    }
  }
  return found;
}

function isLargest(
  votes: Int32Array,
  row: number,
  column: number,
  width: number,
  margin: number,
): boolean {
  const value = votes[row * width + column]!;
  for (let y = row - margin; y <= row + margin; y++) {
    for (let x = column - margin; x <= column + margin; x++) {
      if (votes[y * width + x]! > value) return false;
    }
  }
  return true;
}

function largestShare(logits: readonly number[]): number {
  const total = logits.reduce((sum, one) => sum + one, 0);
  return Math.min(1, Math.max(0, ...logits.map((one) => one / total)));
}

function largestSoftmax(logits: readonly number[]): number {
  const largest = Math.max(...logits);
  return 1 / logits.reduce((sum, one) => sum + Math.exp(one - largest), 0);
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
