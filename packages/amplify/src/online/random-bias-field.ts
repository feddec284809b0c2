import { compactImage } from '../operations/compact.ts';
import { sampleSize } from '../sample/check-sample.ts';
import { between, checkRange, type Transform } from './transform.ts';

export interface RandomBiasFieldOptions {
  /**
   * How uneven: the coefficients of the polynomial are drawn uniformly between this and its negative,
   * which is drawn uniformly itself.
   * @default [0, 0.2]
   */
  readonly strength?: readonly [smallest: number, largest: number];
}

/** Powers `[of the row, of the column]` of a polynomial of the third degree without its constant. */
const powers = [
  [0, 1],
  [1, 0],
  [0, 2],
  [1, 1],
  [2, 0],
  [0, 3],
  [1, 2],
  [2, 1],
  [3, 0],
] as const;

/**
 * Lights the image unevenly, as the coils of a scanner do: it is multiplied by the exponential of a
 * polynomial of the third degree in row and column, each from −1 to 1 over the image (Van Leemput et al. 1999),
 * all channels alike; 0 stays 0, the mask stays. For images of MR, whose intensities are products; not for CT.
 * @throws {RangeError} if `strength` is out of order, negative or more than 2
 */
export function randomBiasField(options: RandomBiasFieldOptions = {}): Transform {
  const { strength = [0, 0.2] } = options;
  checkRange('randomBiasField', 'strength', strength, [0, 2]);
  return (sample, random) => {
    const [height, width] = sampleSize('randomBiasField', sample);
    const image = compactImage(sample.image);
    const most = between(random, strength);
    const field = biasField(
      [height, width],
      powers.map(() => between(random, [-most, most])),
    );
    const channels = image.shape[2]!;
    for (let i = 0; i < image.data.length; i++) {
      image.data[i]! *= field[Math.floor(i / channels)]!;
    }
    return { ...sample, image };
  };
}

/**
 * Factors `[row, column]`.
 * @param coefficients one for each of `powers`
 */
export function biasField(
  [height, width]: readonly [height: number, width: number],
  coefficients: readonly number[],
): Float64Array {
  const field = new Float64Array(height * width);
  // From −1 to 1; a line of one pixel is in the middle.
  const place = (index: number, count: number) => (count > 1 ? (2 * index) / (count - 1) - 1 : 0);
  for (let row = 0, at = 0; row < height; row++) {
    const y = place(row, height);
    // The polynomial in the column alone: its coefficients in this row.
    const inRow = [0, 0, 0, 0];
    for (const [i, [ofRow, ofColumn]] of powers.entries()) {
      inRow[ofColumn]! += coefficients[i]! * y ** ofRow;
    }
    const [a, b, c, d] = inRow as [number, number, number, number];
    for (let column = 0; column < width; column++, at++) {
      const x = place(column, width);
      field[at] = Math.exp(a + x * (b + x * (c + x * d)));
    }
  }
  return field;
}
