import { createVolume, decodeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { expect, test } from 'vitest';
import { type NiivueLike, showSegmentation } from '../src/niivue.ts';

interface Loaded {
  readonly name: string;
  readonly shape: readonly number[];
  img: Uint8Array;
  colors?: unknown;
  setColormapLabel(colors: unknown): void;
}

/** NiiVue as far as it is used: it keeps what it is given. */
function fakeNiivue() {
  const volumes: Loaded[] = [];
  const calls: string[] = [];
  const niivue: NiivueLike = {
    volumes,
    scene: { crosshairPos: [0, 0, 0] },
    async loadFromArrayBuffer(buffer, name) {
      const { voxels } = await decodeVolume(new Uint8Array(buffer));
      volumes.push({
        name,
        shape: voxels.shape,
        img: Uint8Array.from(voxels.data),
        setColormapLabel(colors) {
          this.colors = colors;
        },
      });
    },
    removeVolumeByIndex: (i) => volumes.splice(i, 1),
    setOpacity: (i, value) => calls.push(`opacity ${i} ${value}`),
    updateGLVolume: () => calls.push('update'),
    mm2frac: (mm) => (mm as readonly number[]).map((x) => x / 100),
    drawScene: () => calls.push('draw'),
    createOnLocationChange: () => calls.push('tell'),
  };
  return { niivue, volumes, calls };
}

const volumeOf = (values: readonly number[], shape: [number, number, number]) =>
  createVolume(ndarray(Uint8Array.from(values), shape), { spacing: [1, 1, 1] });
const classes = [{ name: 'Background' }, { name: 'Lesion', color: [1, 2, 3] as const }];

test('an image and its labels are shown, with names and colours; others take their place at once', async () => {
  const { niivue, volumes, calls } = fakeNiivue();
  const image = volumeOf([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
  const labels = volumeOf([0, 0, 1, 0, 0, 0, 0, 1], [2, 2, 2]);
  await showSegmentation(niivue, { image, labels, flat: false }, { classes });
  const shown = await showSegmentation(
    niivue,
    { image, labels, flat: false },
    { classes, opacity: 0.3 },
  );
  expect(volumes.map(({ name }) => name)).toEqual(['image.nii', 'labels.nii']);
  expect([...volumes[0]!.img]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect([...volumes[1]!.img]).toEqual([0, 0, 1, 0, 0, 0, 0, 1]);
  expect(volumes[1]!.colors).toEqual({
    ...{ R: [0, 1], G: [0, 2], B: [0, 3], A: [0, 255], I: [0, 1] },
    labels: ['Background', 'Lesion'],
  });
  expect(calls.slice(-2)).toEqual(['opacity 1 0.3', 'update']);
  await shown.update({ labels: volumeOf([1, 1, 0, 0, 0, 0, 0, 0], [2, 2, 2]) });
  expect([...volumes[1]!.img]).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  expect(calls.at(-1)).toBe('update');
  shown.setOpacity(0.7);
  expect(calls.at(-1)).toBe('opacity 1 0.7');
  shown.goTo([10, 20, 30]);
  expect(niivue.scene.crosshairPos).toEqual([0.1, 0.2, 0.3]);
  expect(calls.slice(-2)).toEqual(['draw', 'tell']);
});

test('of a picture one colour is shown, on the grid of its labels', async () => {
  const { niivue, volumes } = fakeNiivue();
  const image = volumeOf([1, 2, 3, 4, 5, 6], [3, 1, 2]);
  await showSegmentation(
    niivue,
    { image, labels: volumeOf([0, 1], [1, 1, 2]), flat: true },
    { classes },
  );
  expect(volumes.map(({ shape }) => shape)).toEqual([
    [1, 1, 2],
    [1, 1, 2],
  ]);
  expect([...volumes[0]!.img]).toEqual([1, 2]);
});
