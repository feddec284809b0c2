// Runs in the browser: one test of training. Sends what came of it back to the server.
import { openSegmenter } from '@sts-net/web';
import { removeTraining, trainedModel, trainInWorker } from '@sts-net/web/training';
import { answerBy, distance, expected, file, options, scan } from './lane-page.mjs';

await answerBy({ training, onPage, cancel, reload, failure });

/** Trains as Node did; the events are gathered. */
async function train(run, more = {}, onEvent = () => {}) {
  const { cases, config } = (await expected()).trained;
  const served = (name) => file(`/served/cases/${name}`);
  const given = await Promise.all(
    cases.map(async ({ id, image, mask }) => ({
      ...{ id, image: await served(image), mask: await served(mask) },
    })),
  );
  const events = [];
  const result = await trainInWorker({
    ...{ cases: given, config, run, assets: '/tfjs/' },
    onEvent(event) {
      events.push(event);
      onEvent(event);
    },
    ...options,
    ...more,
  });
  const of = (kind) => events.filter(({ event }) => event === kind);
  return {
    ...{ result, events, of },
    losses: of('step').map(({ loss }) => loss),
    scores: of('validation').map(({ score }) => score),
  };
}

function largest(a, b) {
  return Math.max(...a.map((one, i) => Math.abs(one - b[i])));
}

/** Losses and scores as in Node, and a model that finds what Node's finds. */
async function checkTraining(more) {
  const { trained, decision } = await expected();
  const { result, losses, scores, of } = await train('whole', more);
  const [{ engine }] = of('start');
  if (losses.length !== trained.losses.length || new Set(losses).size !== losses.length) {
    throw new Error(`losses ${losses}`);
  }
  const loss = largest(losses, trained.losses);
  const score = largest(scores, trained.scores);
  if (scores.length === 0 || loss > 1e-5 || score > 1e-5) {
    throw new Error(`is not as in Node: ${losses}, ${scores}; ${JSON.stringify(trained)}`);
  }
  const segmenter = await openSegmenter({ model: result.model, assets: '/tfjs/' });
  const { threshold, minimumVolume: smallestLesion } = decision;
  const found = await segmenter.segment(await scan(), { threshold, smallestLesion });
  segmenter.close();
  const { difference, flipped, voxels } = await distance(found);
  if (difference > 1e-3 || flipped > voxels / 1e4) {
    throw new Error(`its model is not as Node's: ${difference}, ${flipped} of ${voxels}`);
  }
  return {
    of,
    result,
    note: `${engine.name}, ${engine.threads} threads, ${losses.length} steps, kept in ${result.checkpoints}; largest difference of losses ${loss}, of scores ${score}, of the model's probabilities ${difference}, ${flipped} of ${voxels} labels differ`,
  };
}

async function training() {
  const { note, of, result } = await checkTraining();
  const [warning] = of('warning');
  if (warning !== undefined) throw new Error(warning.message);
  if (result.checkpoints !== 'OPFS') throw new Error(`kept in ${result.checkpoints}`);
  return { note };
}

async function onPage() {
  const { note, of } = await checkTraining();
  const [warning] = of('warning');
  if (options.worker !== false && !/this thread trains/.test(warning?.message)) {
    throw new Error(`it does not say that no worker trains: ${warning?.message}`);
  }
  return { note: `${warning?.message ?? 'as asked'}; ${note}` };
}

async function bytes(blob) {
  return new Uint8Array(await blob.arrayBuffer()).join();
}

async function cancel() {
  const whole = await train('whole');
  const stop = new AbortController();
  let at = 0;
  const first = await train('part', { signal: stop.signal }, ({ event, step }) => {
    if (event !== 'step' || step !== 1) return;
    at = performance.now();
    stop.abort(new Error('enough'));
  });
  const milliseconds = performance.now() - at;
  const { step, finished, model } = first.result;
  if (finished || step >= whole.losses.length) throw new Error('it was not stopped');
  const again = await train('part').catch((error) => error.message);
  if (!/has been trained here already/.test(again)) throw new Error(`anew: ${again}`);
  const second = await train('part', { resume: true });
  const losses = [...first.losses, ...second.losses];
  if (losses.join() !== whole.losses.join() || second.scores.join() !== whole.scores.join()) {
    throw new Error(
      `resumed: ${losses}, ${second.scores}; whole: ${whole.losses}, ${whole.scores}`,
    );
  }
  if ((await bytes(second.result.model)) !== (await bytes(whole.result.model))) {
    throw new Error('the models differ');
  }
  if (model !== undefined) throw new Error('there is a model before a validation');
  await removeTraining('part');
  if ((await trainedModel('part')) !== undefined) throw new Error('it is still there');
  return {
    note: `stopped after step ${step}, ${milliseconds.toFixed(0)} ms later; then the same ${losses.length} losses and the same model in every bit`,
  };
}

/** The page is loaded anew in the midst of a step, and goes on. */
async function reload() {
  const before = JSON.parse(sessionStorage.getItem('before') ?? 'null');
  if (before === null) {
    const { losses, scores, result } = await train('whole');
    const model = await bytes(result.model);
    await train('cut', {}, ({ event, step }) => {
      if (event !== 'step' || step !== 3) return;
      sessionStorage.setItem('before', JSON.stringify({ losses, scores, length: model.length }));
      location.reload();
    });
    return undefined;
  }
  const { of, losses, scores, result } = await train('cut', { resume: true });
  const [{ step }] = of('start');
  if (step !== 2) throw new Error(`goes on from step ${step}`);
  if (
    losses.join() !== before.losses.slice(step).join() ||
    scores.join() !== before.scores.join()
  ) {
    throw new Error(`resumed: ${losses}, ${scores}; whole: ${JSON.stringify(before)}`);
  }
  const whole = await trainedModel('whole');
  if ((await bytes(whole)) !== (await bytes(result.model))) throw new Error('the models differ');
  return {
    note: `goes on after step ${step}, with the same losses and the same model in every bit`,
  };
}

async function failure() {
  const message = await train('failure').then(
    () => {
      throw new Error('it trained');
    },
    (error) => error.message,
  );
  return { message };
}
