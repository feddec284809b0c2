import { crop, encodeVolume, labelsOf, type Volume } from '@sts-net/volume-io';
import type { ClassDescription } from './model/model-description.ts';
import type { Segmentation } from './open-segmenter.ts';
import type { Decided } from './prediction/decided.ts';

/** As much of a volume of NiiVue 0.6x as is used here. */
interface NiivueVolume {
  img?: unknown;
  setColormapLabel(colors: {
    R: number[];
    G: number[];
    B: number[];
    A: number[];
    I: number[];
    labels: string[];
  }): void;
}

/** As much of NiiVue 0.6x as is used here: `new Niivue()`, attached to a canvas. */
export interface NiivueLike {
  readonly volumes: readonly unknown[];
  readonly scene: { crosshairPos: unknown };
  loadFromArrayBuffer(buffer: ArrayBuffer, name: string): Promise<unknown>;
  removeVolumeByIndex(index: number): void;
  setOpacity(index: number, opacity: number): void;
  updateGLVolume(): void;
  mm2frac(mm: never): unknown;
  drawScene(): unknown;
  createOnLocationChange(): unknown;
}

/** Options of {@link showSegmentation}. */
export interface ShowOptions {
  /** Names and colours of the labels, as `info.classes` of a segmenter has them. */
  readonly classes: readonly ClassDescription[];
  /** How much of the image the labels hide, 0 … 1. @default 0.5 */
  readonly opacity?: number | undefined;
}

/** What is shown over an image. */
export interface ShownSegmentation {
  /** Shows other labels of the same image, at once: nothing is loaded anew. */
  update(decided: Pick<Decided, 'labels'>): Promise<void>;
  /** How much of the image the labels hide, 0 … 1. */
  setOpacity(opacity: number): void;
  /** Brings the crosshair to a place in the patient, `[x, y, z]` in mm, RAS, such as a lesion's `centroidMm`. */
  goTo(mm: readonly [number, number, number]): void;
}

/**
 * Shows in NiiVue an image, and over it what was found in it. What was shown before is taken away.
 *
 * @param niivue an instance of `@niivue/niivue` that is attached to a canvas
 */
export async function showSegmentation(
  niivue: NiivueLike,
  { image, labels, flat }: Pick<Segmentation, 'image' | 'labels' | 'flat'>,
  { classes, opacity = 0.5 }: ShowOptions,
): Promise<ShownSegmentation> {
  while (niivue.volumes.length > 0) niivue.removeVolumeByIndex(0);
  const shown = flat ? firstSlice(image) : image;
  await niivue.loadFromArrayBuffer((await encodeVolume(shown)).buffer, 'image.nii');
  await niivue.loadFromArrayBuffer((await encodeVolume(labels)).buffer, 'labels.nii');
  const overlay = niivue.volumes[1] as NiivueVolume;
  const part = (i: number) => classes.map(({ color }) => color?.[i] ?? 0);
  overlay.setColormapLabel({
    ...{ R: part(0), G: part(1), B: part(2) },
    A: classes.map((_, label) => (label === 0 ? 0 : 255)),
    I: classes.map((_, label) => label),
    labels: classes.map(({ name }) => name),
  });
  niivue.setOpacity(1, opacity);
  niivue.updateGLVolume();
  return {
    async update(decided) {
      // In the order of the file, x fastest, in an array of their own.
      overlay.img = labelsOf(decided.labels).voxels.data;
      niivue.updateGLVolume();
    },
    setOpacity: (now) => niivue.setOpacity(1, now),
    goTo(mm) {
      niivue.scene.crosshairPos = niivue.mm2frac([...mm] as never);
      niivue.drawScene();
      // As a click does.
      niivue.createOnLocationChange();
    },
  };
}

/** Of a picture the first colour; NiiVue would take three for slices. */
function firstSlice(image: Volume): Volume {
  const [, rows, columns] = image.voxels.shape as [number, number, number];
  return crop(image, { start: [0, 0, 0], shape: [1, rows, columns] });
}
