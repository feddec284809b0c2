// The page that `sts-net export web` writes: it finds lesions in an image that is dropped on it, and shows them.
import { filesOfDrop } from '../files/files-of-drop.ts';
import { openSegmenter, type Segmentation, type Segmenter } from '../open-segmenter.ts';
import type { Decided, DecideOptions } from '../prediction/decided.ts';
import type { Progress } from '../prediction/open-network.ts';
import { channelFiles } from './channel-files.ts';
import { download, niftiOf, segOf } from './downloads.ts';
import { byId, factsOf, lesionRows, shortly, show } from './elements.ts';
import { createImagePanel } from './image-panel.ts';

const panel = createImagePanel();
let segmenter: Segmenter | undefined;
let found: Segmentation | undefined;
let decided: Decided | undefined;
let running: AbortController | undefined;
/** What the sliders say that were moved. */
const chosen: { threshold?: number; smallestLesion?: number } = {};
let isDeciding = false;

async function start(): Promise<void> {
  await busy('Getting the model', async (options) => {
    segmenter = await openSegmenter({ model: new URL('model.json', document.baseURI), ...options });
    const { info } = segmenter;
    byId('facts').replaceChildren(...factsOf(info));
    show('kind', info.classes.length > 2);
    byId<HTMLInputElement>('threshold').value = String(info.threshold?.[0] ?? 0.5);
    byId<HTMLInputElement>('smallestLesion').value = String(info.smallestLesion?.[0] ?? 0);
    say('The model is ready.');
  });
}

for (const id of ['files', 'folder']) {
  byId<HTMLInputElement>(id).addEventListener('change', ({ target }) => {
    const input = target as HTMLInputElement;
    void segment([...(input.files ?? [])]);
    // The same files may be chosen again.
    input.value = '';
  });
}
byId('cancel').addEventListener('click', () => running?.abort());
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  byId('drop').classList.add('over');
});
document.addEventListener('dragleave', () => byId('drop').classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  byId('drop').classList.remove('over');
  if (event.dataTransfer !== null) void filesOfDrop(event.dataTransfer).then(segment, fail);
});

async function segment(files: readonly File[]): Promise<void> {
  const open = segmenter;
  if (open === undefined || files.length === 0) return;
  await busy('Reading', async (options) => {
    const { channels } = open.info.preprocessing;
    found = await open.segment(channelFiles(files, channels), { ...options, ...chosen });
    panel.show(found, open.info.classes);
    const isDicom = found.image.header?.format === 'dicom';
    byId<HTMLButtonElement>('seg').disabled = !isDicom;
    byId('seg-why').textContent = isDicom ? '' : 'A DICOM SEG needs an image that came as DICOM.';
    show('found', true);
    tell(found);
    const [first] = found.lesions;
    if (first !== undefined) panel.goTo(first);
    const warnings = found.warnings.map((text) => ` ${text}.`).join('');
    say(`Done in ${found.seconds.toFixed(1)} s.${warnings}`);
  });
}

for (const id of ['threshold', 'smallestLesion'] as const) {
  byId<HTMLInputElement>(id).addEventListener('input', ({ target }) => {
    chosen[id] = Number((target as HTMLInputElement).value);
    if (found === undefined || isDeciding) return;
    // However often the slider moves, once for each time that the screen is drawn.
    isDeciding = true;
    requestAnimationFrame(() => {
      isDeciding = false;
      const anew = found!.decide(chosen as DecideOptions);
      panel.update(anew);
      tell(anew);
    });
  });
}

/** Says what is marked, and by what: the sliders that were moved, else the model. */
function tell(now: Decided): void {
  decided = now;
  const { info } = segmenter!;
  const { flat } = found!;
  const { length } = now.lesions;
  byId('threshold-value').textContent =
    chosen.threshold?.toFixed(2) ??
    info.threshold?.map(shortly).join(', ') ??
    'the most likely class';
  const size = chosen.smallestLesion ?? info.smallestLesion?.join(', ') ?? 0;
  byId('smallestLesion-value').textContent = `${size} ${flat ? 'pixels' : 'mm³'}`;
  byId('count').textContent = length === 1 ? '1 lesion' : `${length} lesions`;
  byId('lesions').replaceChildren(...lesionRows(now.lesions, info, flat, panel.goTo));
}

byId('nifti').addEventListener('click', () =>
  saying(async () => download('lesions.nii.gz', await niftiOf(decided!.labels))),
);
byId('seg').addEventListener('click', () =>
  saying(async () => {
    const bytes = await segOf(decided!.labels, found!.image, segmenter!.info.classes);
    download('lesions.dcm', bytes);
  }),
);

/** Does something long, with its progress and a way to end it; what goes wrong is said. */
async function busy(
  what: string,
  work: (options: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: Progress) => void;
  }) => Promise<void>,
): Promise<void> {
  running?.abort();
  const own = new AbortController();
  running = own;
  show('error', false);
  show('cancel', true);
  say(`${what} …`);
  try {
    await work({ signal: own.signal, onProgress });
  } catch (error) {
    if (running !== own) return;
    if (own.signal.aborted) say('Cancelled.');
    else fail(error);
  } finally {
    if (running === own) {
      show('cancel', false);
      show('progress', false);
    }
  }
}

async function saying(work: () => Promise<void>): Promise<void> {
  await work().catch(fail);
}

const stages: Readonly<Record<Progress['stage'], string>> = {
  download: 'Getting the model',
  start: 'Starting',
  read: 'Reading',
  predict: 'Looking',
};

function onProgress({ stage, done, total }: Progress): void {
  const bar = byId<HTMLProgressElement>('progress');
  show('progress', true);
  if (total > 1) [bar.max, bar.value] = [total, done];
  else bar.removeAttribute('value');
  say(`${stages[stage]} …`);
}

function say(text: string): void {
  byId('status').textContent = text;
}

function fail(error: unknown): void {
  say('');
  byId('error').textContent = error instanceof Error ? error.message : String(error);
  show('error', true);
}

// Where there is none, as on plain http, or none is wanted, the page needs its host at each visit.
navigator.serviceWorker?.register('service-worker.js').catch(() => {});
await start();
