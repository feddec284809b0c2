// Trains networks of sts-net on real patches and leaves, for twin.py beside it, the weights that they
// start from, every batch, and the loss of every step.
//
//     npm run build && node tools/smp/twin.mjs FOLDER [STEPS] [NETWORK …]
//
// 50 steps of mobilenet_v2+unet, and of sts-net without dropout, each with three losses.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { createModel } from '@sts-net/model';
import { saveSafetensors, writeSafetensors } from 'sts-net';
import { networks, optimizer, readPatient, trainOn } from './real-patches.mjs';

const [folder, count = '50', ...names] = process.argv.slice(2);
const steps = Number(count);
const losses = ['cross-entropy', 'dice', 'focal'];
const patch = { size: [32, 32], lesionShare: 0.7 };

const patient = await readPatient('patient19');
mkdirSync(folder, { recursive: true });
const { name: backend } = await useBackend();
console.log(`${steps} steps on ${backend}`);
for (const name of names.length > 0 ? names : Object.keys(networks)) {
  const network = networks[name];
  for (const loss of losses) {
    const model = createModel({ ...network, classes: 2, seed: 7, inputShape: [null, null, 3] });
    const path = join(folder, `${name}+${loss}`);
    await saveSafetensors(model, `${path}.start`);
    const { batches, curve } = await trainOn(patient, model, { loss, steps, seed: 7, patch });
    await writeSafetensors(`${path}.batches`, batches);
    writeFileSync(`${path}.json`, JSON.stringify({ ...network, loss, optimizer, curve }));
    model.dispose();
    console.log(`${name}, ${loss}: ${curve[0].loss.toFixed(4)} … ${curve.at(-1).loss.toFixed(4)}`);
  }
}
