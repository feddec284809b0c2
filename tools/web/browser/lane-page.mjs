// Runs in the browser: what the pages of the lane share.

const settings = JSON.parse(decodeURIComponent(location.hash.slice(1) || '{}'));

/** What the lane gives the test. */
export const options = settings.options;

/** Sends what a page comes to, or its error, back to the server; nothing where it comes to undefined. */
export async function answer(work) {
  try {
    const result = await work();
    if (result !== undefined) await send(result);
  } catch (error) {
    await send({ error: String(error?.stack ?? error) });
  }
}

/** Runs the test that the lane asks for. */
export function answerBy(tests) {
  return answer(() => tests[settings.test]());
}

async function send(result) {
  await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
}

export async function fetched(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

export async function file(path) {
  return new File([await (await fetched(path)).blob()], path.split('/').at(-1));
}

/** The image that Node looked at. */
export function scan() {
  return file('/served/scan.nii.gz');
}

/** What Node found, and trained by. */
export async function expected() {
  return (await fetched('/served/expected.json')).json();
}

/** How far what was found in the image is from what Node found. */
export async function distance({ labels, probabilities }) {
  const [wanted, exact] = await Promise.all(
    ['labels', 'probabilities'].map(async (name) =>
      (await fetched(`/served/${name}.bin`)).arrayBuffer(),
    ),
  ).then(([bytes, numbers]) => [new Uint8Array(bytes), new Float32Array(numbers)]);
  const { data } = labels.voxels;
  if (data.length !== wanted.length) throw new Error(`${data.length} voxels, not ${wanted.length}`);
  let flipped = 0;
  let difference = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== wanted[i]) flipped++;
    difference = Math.max(difference, Math.abs(probabilities[1].voxels.data[i] - exact[i]));
  }
  const marked = wanted.reduce((sum, one) => sum + one, 0);
  return { flipped, difference, marked, voxels: data.length };
}
