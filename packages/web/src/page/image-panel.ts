import type { ListedLesion } from '@sts-net/inference';
import type { ClassDescription } from '../model/model-description.ts';
import type { Segmentation } from '../open-segmenter.ts';
import type { Decided } from '../prediction/decided.ts';
import { byId, show } from './elements.ts';
import { type GreyRange, greyRanges, paintSlice } from './paint-slice.ts';
import { flatView, type Plane, placeAlong, type SliceView, sliceView } from './slice-view.ts';

/** The part of the page that shows slices. */
export interface ImagePanel {
  /** Another image, and what was found in it. */
  show(found: Segmentation, classes: readonly ClassDescription[]): void;
  /** Other labels of the same image. */
  update(decided: Decided): void;
  /** The slice in which a lesion is, with a frame around it. */
  goTo(lesion: ListedLesion): void;
}

/** Lets the sliders, the wheel and the keys of the panel choose what is shown. */
export function createImagePanel(): ImagePanel {
  const canvas = byId<HTMLCanvasElement>('canvas');
  const slice = byId<HTMLInputElement>('slice');
  const opacity = byId<HTMLInputElement>('opacity');
  const [black, white] = [byId<HTMLInputElement>('black'), byId<HTMLInputElement>('white')];
  const planes = byId<HTMLSelectElement>('plane');
  let found: Segmentation | undefined;
  let labels: Decided['labels'];
  let classes: readonly ClassDescription[] = [];
  let view: SliceView;
  let marked: ListedLesion | undefined;
  let isWaiting = false;

  const at = ({ value }: HTMLInputElement): number => Number(value);
  /** Once for each time that the screen is drawn. */
  const paintSoon = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      paint();
    });
  };
  const paint = (): void => {
    if (found === undefined) return;
    const { image, flat } = found;
    const index = at(slice);
    const range: GreyRange = [at(black), at(white)];
    const painted = { image, labels, view, index, range, classes, opacity: at(opacity), flat };
    [canvas.width, canvas.height] = [view.right.count, view.down.count];
    const pixels = new ImageData(paintSlice(painted), canvas.width);
    canvas.getContext('2d')!.putImageData(pixels, 0, 0);
    byId('slice-value').textContent = `${index + 1} of ${Number(slice.max) + 1}`;
    byId('opacity-value').textContent = `${Math.round(100 * at(opacity))} %`;
    byId('black-value').textContent = at(black).toPrecision(4);
    byId('white-value').textContent = at(white).toPrecision(4);
    frame(index);
  };
  const frame = (index: number): void => {
    const box = marked?.boxVoxel;
    const span = (axis: SliceView['right']): readonly [number, number] => {
      const ends = [placeAlong(axis, box!.first), placeAlong(axis, box!.last)];
      return [Math.min(...ends), Math.max(...ends) + 1];
    };
    const isHere = box !== undefined && inside(index, found!.flat ? [0, 1] : span(view.through));
    show('frame', isHere);
    if (!isHere) return;
    const percent = ([from, to]: readonly [number, number], count: number) =>
      [(100 * (from - 2)) / count, (100 * (to - from + 4)) / count] as const;
    const [left, width] = percent(span(view.right), view.right.count);
    const [top, height] = percent(span(view.down), view.down.count);
    Object.assign(byId('frame').style, {
      left: `${left}%`,
      width: `${width}%`,
      top: `${top}%`,
      height: `${height}%`,
    });
  };
  const lookAlong = (plane: Plane): void => {
    const { image, flat } = found!;
    view = flat ? flatView(image) : sliceView(image, plane);
    const { through, right, down } = view;
    slice.max = String(flat ? 0 : through.count - 1);
    slice.value = String(flat ? 0 : through.count >> 1);
    if (marked !== undefined) toMarked();
    const ratio = (right.count * right.spacing) / (down.count * down.spacing);
    const stage = byId('stage').style;
    stage.aspectRatio = String(ratio);
    stage.width = `min(100%, calc(70vh * ${ratio}))`;
    paintSoon();
  };
  const toMarked = (): void => {
    if (found!.flat) return;
    slice.value = String(Math.round(placeAlong(view.through, marked!.centroidVoxel)));
  };
  const step = (by: number): void => {
    slice.value = String(at(slice) + by);
    paintSoon();
  };

  for (const input of [slice, opacity, black, white]) input.addEventListener('input', paintSoon);
  planes.addEventListener('input', () => lookAlong(planes.value as Plane));
  canvas.addEventListener(
    'wheel',
    (event) => {
      // Two fingers that spread still make the page larger.
      if (found === undefined || found.flat || event.ctrlKey) return;
      event.preventDefault();
      step(Math.sign(event.deltaY));
    },
    { passive: false },
  );
  canvas.addEventListener('keydown', (event) => {
    const by = {
      ArrowUp: 1,
      ArrowRight: 1,
      ArrowDown: -1,
      ArrowLeft: -1,
      PageUp: 10,
      PageDown: -10,
    };
    const steps = by[event.key as keyof typeof by];
    if (steps === undefined || found === undefined) return;
    event.preventDefault();
    step(steps);
  });

  return {
    show(next, itsClasses) {
      [found, classes, labels, marked] = [next, itsClasses, next.labels, undefined];
      const { usual, whole } = greyRanges(next.image);
      for (const [input, value] of [
        [black, usual[0]],
        [white, usual[1]],
      ] as const) {
        input.min = String(whole[0]);
        input.max = String(whole[1]);
        input.step = 'any';
        input.value = String(next.flat ? whole[input === black ? 0 : 1] : value);
      }
      show('view', true);
      show('planes', !next.flat);
      lookAlong(planes.value as Plane);
    },
    update(decided) {
      labels = decided.labels;
      // Lesions are numbered anew.
      marked = undefined;
      // At once, not with the next picture: number and image change together.
      paint();
    },
    goTo(lesion) {
      marked = lesion;
      toMarked();
      paintSoon();
    },
  };
}

function inside(value: number, [from, to]: readonly [number, number]): boolean {
  return value >= from && value < to;
}
