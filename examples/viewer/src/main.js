// A page that finds lesions in an image that is dropped on it, and shows them; see README.md.
import { MULTIPLANAR_TYPE, Niivue, SHOW_RENDER, SLICE_TYPE } from '@niivue/niivue';
import { filesOfDrop, openSegmenter } from '@sts-net/web';
import { showSegmentation } from '@sts-net/web/niivue';
import { download, niftiOf, segOf } from './download.js';
import { byId, factsOf, fillLesions, show } from './page.js';

/** Where `sts-net export web` wrote the model: `?model=…`, else `model/` beside the page. */
const model = new URLSearchParams(location.search).get('model') ?? 'model/model.json';
const niivue = new Niivue({
  isRadiologicalConvention: true,
  crosshairWidth: 0.5,
  multiplanarLayout: innerWidth > 800 ? MULTIPLANAR_TYPE.GRID : MULTIPLANAR_TYPE.AUTO,
  multiplanarShowRender: SHOW_RENDER.ALWAYS,
});
let segmenter;
let found;
let overlay;
let decided;
let running;
/** What the sliders say that were moved. */
const chosen = {};

async function start() {
  try {
    await niivue.attachToCanvas(byId('canvas'));
  } catch (error) {
    fail(`This browser cannot draw: ${error.message}; WebGL 2 is needed.`);
    return;
  }
  niivue.setSliceType(SLICE_TYPE.MULTIPLANAR);
  niivue.onLocationChange = ({ string }) => {
    byId('place').textContent = string;
  };
  const began = performance.now();
  await busy('Getting the model', async (options) => {
    segmenter = await openSegmenter({ model, ...options });
    const seconds = (performance.now() - began) / 1000;
    byId('facts').replaceChildren(...factsOf(segmenter.info, seconds));
    const { threshold, smallestLesion } = segmenter.info;
    byId('threshold').value = String(threshold?.[0] ?? 0.5);
    byId('smallestLesion').value = String(smallestLesion?.[0] ?? 0);
    say('The model is ready.');
  });
}

byId('files').addEventListener('change', ({ target }) => segment(target.files));
byId('folder').addEventListener('change', ({ target }) => segment(target.files));
byId('cancel').addEventListener('click', () => running?.abort());
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  byId('drop').classList.add('over');
});
document.addEventListener('dragleave', () => byId('drop').classList.remove('over'));
document.addEventListener('drop', async (event) => {
  event.preventDefault();
  byId('drop').classList.remove('over');
  await segment(await filesOfDrop(event.dataTransfer));
});

async function segment(files) {
  if (segmenter === undefined || files.length === 0) return;
  await busy('Reading', async (options) => {
    found = await segmenter.segment(files, { ...options, ...chosen });
    const { classes } = segmenter.info;
    const opacity = Number(byId('opacity').value);
    overlay = await showSegmentation(niivue, found, { classes, opacity });
    niivue.setSliceType(found.flat ? SLICE_TYPE.AXIAL : SLICE_TYPE.MULTIPLANAR);
    const dicom = found.image.header?.format === 'dicom';
    byId('seg').disabled = !dicom;
    byId('seg-why').textContent = dicom ? '' : 'A DICOM SEG needs an image that came as DICOM.';
    show('found', true);
    tell(found);
    const [first] = found.lesions;
    if (first !== undefined) overlay.goTo(first.centroidMm);
    const warnings = found.warnings.map((text) => ` ${text}.`).join('');
    say(`Done in ${found.seconds.toFixed(1)} s.${warnings}`);
  });
}

for (const id of ['threshold', 'smallestLesion']) {
  byId(id).addEventListener('input', ({ target }) => {
    chosen[id] = Number(target.value);
    if (found !== undefined) decide();
  });
}
byId('opacity').addEventListener('input', ({ target }) => {
  byId('opacity-value').textContent = `${Math.round(100 * target.value)} %`;
  overlay?.setOpacity(Number(target.value));
});

/** Labels and lesions anew, from the same probabilities. */
async function decide() {
  const anew = found.decide(chosen);
  await overlay.update(anew);
  tell(anew);
}

/** Says what is marked, and by what: the sliders that were moved, else the model. */
function tell(now) {
  decided = now;
  const { lesions } = now;
  const { threshold, smallestLesion } = segmenter.info;
  byId('threshold-value').textContent =
    chosen.threshold?.toFixed(2) ?? threshold?.join(', ') ?? 'the most likely class';
  const size = chosen.smallestLesion ?? smallestLesion?.join(', ') ?? 0;
  byId('smallestLesion-value').textContent = `${size} ${found.flat ? 'pixels' : 'mm³'}`;
  byId('opacity-value').textContent = `${Math.round(100 * byId('opacity').value)} %`;
  byId('count').textContent = lesions.length === 1 ? '1 lesion' : `${lesions.length} lesions`;
  fillLesions(byId('lesions'), lesions, found.flat, (one) => overlay.goTo(one.centroidMm));
}

byId('nifti').addEventListener('click', async () => {
  download('lesions.nii.gz', await niftiOf(decided.labels));
});
byId('seg').addEventListener('click', async () => {
  const { classes } = segmenter.info;
  download('lesions.dcm', await segOf(decided.labels, found.image, classes));
});

/** Does something long, with its progress and a way to end it; what goes wrong is said. */
async function busy(what, work) {
  running?.abort();
  const own = new AbortController();
  running = own;
  show('error', false);
  show('cancel', true);
  say(`${what} …`);
  try {
    await work({ signal: own.signal, onProgress });
  } catch (error) {
    if (own.signal.aborted) say('Cancelled.');
    else fail(error.message);
  } finally {
    if (running === own) {
      show('cancel', false);
      show('progress', false);
    }
  }
}

const stages = {
  download: 'Getting the model',
  start: 'Starting',
  read: 'Reading',
  predict: 'Looking',
};

function onProgress({ stage, done, total }) {
  const bar = byId('progress');
  show('progress', true);
  if (total > 1) {
    bar.max = total;
    bar.value = done;
  } else bar.removeAttribute('value');
  say(`${stages[stage] ?? stage} …`);
}

function say(text) {
  byId('status').textContent = text;
}

function fail(message) {
  say('');
  byId('error').textContent = message;
  show('error', true);
}

await start();
