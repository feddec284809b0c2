// What the page shows of a model and of lesions.

export const byId = (id) => document.getElementById(id);

export function show(id, isShown) {
  byId(id).hidden = !isShown;
}

function element(name, text) {
  const one = document.createElement(name);
  one.textContent = text;
  return one;
}

/** What a model is and what it runs on, as terms and descriptions. */
export function factsOf(info, seconds) {
  const { network, preprocessing, classes, engine, threshold, temperature } = info;
  const what = network.network?.name ?? network.network;
  const name = what ?? `${network.encoder} with ${network.decoder}`;
  const spacing = preprocessing.spacing;
  const facts = [
    ['Network', name],
    [
      'Finds',
      classes
        .slice(1)
        .map((one) => one.name)
        .join(', '),
    ],
    ['Sees', `${2 * (preprocessing.context ?? 0) + 1} slices at a time`],
    ...(spacing ? [['Resolution', `${[spacing].flat().join(' × ')} mm`]] : []),
    ['Threshold', threshold === undefined ? 'the most likely class' : threshold.join(', ')],
    ...(temperature ? [['Calibrated', `temperature ${temperature.toFixed(2)}`]] : []),
    [
      'Runs on',
      `${engine.name}, ${engine.threads === 1 ? 'one thread' : `${engine.threads} threads`}: ${engine.reason}`,
    ],
    [
      'In',
      info.worker ? 'a worker' : `this page${info.noWorker ? `, since ${info.noWorker}` : ''}`,
    ],
    ['Came from', `the ${info.from}, in ${seconds.toFixed(1)} s`],
  ];
  return facts.flatMap(([term, text]) => [element('dt', term), element('dd', text)]);
}

/** A row for each lesion, with a button that jumps to it. */
export function fillLesions(body, lesions, isFlat, jump) {
  const rows = lesions.map((lesion) => {
    const row = document.createElement('tr');
    const button = element('button', String(lesion.number));
    button.type = 'button';
    button.ariaLabel = `Go to lesion ${lesion.number}`;
    button.addEventListener('click', () => jump(lesion));
    const first = document.createElement('td');
    first.append(button);
    const volume = isFlat
      ? `${lesion.voxels} pixels`
      : `${(1000 * lesion.volumeMl).toFixed(0)} mm³`;
    const diameter = `${lesion.longestDiameterMm.toFixed(1)} ${isFlat ? 'pixels' : 'mm'}`;
    const probability = `${Math.round(100 * (lesion.meanProbability ?? 0))} %`;
    row.append(first, ...[volume, diameter, probability].map((text) => element('td', text)));
    return row;
  });
  body.replaceChildren(...rows);
}
