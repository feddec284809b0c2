/** Limits that intensities are brought to. */
export type ClipRule =
  /** Two intensities, such as a window of CT in HU. */
  | { readonly name: 'window'; readonly low: number; readonly high: number }
  /**
   * Two percentiles, per cent, of the voxels that the normalization measures: with `nonzero` those that
   * are not 0, with `mask` those that are not background, else all.
   */
  | { readonly name: 'percentile'; readonly low: number; readonly high: number };

/** How intensities become network input. */
export type NormalizationRule =
  /**
   * Mean 0 and standard deviation 1 over the image's voxels that are not 0, and 0 stays 0: for images
   * in which 0 means that nothing is there, such as a brain that was cut out.
   */
  | { readonly name: 'nonzero' }
  /** Mean 0 and standard deviation 1 over all voxels: for images in which 0 is a value, such as CT. */
  | { readonly name: 'all' }
  /**
   * Mean 0 and standard deviation 1 over what is not background, for all voxels. Background are the
   * zeros from which only zeros lead to the border of the image; zeros within are values.
   */
  | { readonly name: 'mask' }
  /** The given percentiles of the image's voxels, per cent, become 0 and 1; what lies beyond, too. */
  | { readonly name: 'percentile'; readonly low: number; readonly high: number }
  /** The given intensities become 0 and 1; what lies beyond, too. A window in CT, in HU. */
  | { readonly name: 'window'; readonly low: number; readonly high: number }
  /** `(v / maxPixelValue − mean) / deviation` with ImageNet's means and deviations; 3 channels. */
  | {
      readonly name: 'imagenet';
      /** Largest intensity: 1023 for 10-bit MRI, 255 for 8-bit images. */
      readonly maxPixelValue: number;
    };

/** What tells which rule fits an image. */
export interface IntensityFacts {
  /** Whether it is a 2-D image. */
  readonly flat: boolean;
  /** As DICOM names it: `CT`, `MR`, … @default unknown */
  readonly modality?: string | undefined;
  /** Whether zeros surround what the image shows, and none lies within. */
  readonly zeroBackground: boolean;
}

/** A rule and why it was chosen. */
export interface ChosenNormalization<Rule = NormalizationRule> {
  readonly rule: Rule;
  readonly reason: string;
}

/**
 * The rule that fits images of which no one said how they are to be normalised: one for all of them. It is
 * `nonzero` only if all are volumes that zeros surround, of MR or of no known modality; in 2-D images,
 * CT, ultrasound and others 0 is a value, and the rule is `all`.
 */
export function chooseNormalization(images: readonly IntensityFacts[]): ChosenNormalization {
  const all = (reason: string): ChosenNormalization => ({ rule: { name: 'all' }, reason });
  if (images.some(({ flat }) => flat)) return all('0 is a value in 2-D images');
  const valued = images.find(({ modality = 'MR' }) => modality !== 'MR' && modality !== '');
  if (valued !== undefined) return all(`0 is a value in images of modality ${valued.modality}`);
  if (images.length > 0 && images.every(({ zeroBackground }) => zeroBackground)) {
    return { rule: { name: 'nonzero' }, reason: 'zeros surround what the images show' };
  }
  return all('zeros do not surround what the images show');
}
