// How long it takes to build each network with its initial weights: processor time, median of three,
// in seconds and as a ratio to resnet50 with unet.
//
//   npm run build && node bench/build.mjs [ENGINE] [ENCODER …]
//   PYTHON=venv/bin/python node bench/build.mjs ort resnet50   # a Python that has segmentation_models.pytorch
//
// Last measured (`ort`, Node.js 20.20.2, PyTorch 2.13.0, two cores): resnet50 with unet 0.41 s, with the other
// decoders 0.1 to 2.5 times that; slowest, resnext101_32x8d with manet (211 million weights), 1.9 s;
// segmentation_models.pytorch 0.5 to 0.9 of ours.
//
// With PYTHON, the pairs that segmentation_models.pytorch has are built there too: its time in units of ours.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { encoders } from '@sts-net/backbones';
import { useBackend } from '@sts-net/backend';
import { decoders } from '@sts-net/decoders';
import { missingStride } from '@sts-net/model';
import { createModel } from 'sts-net';

const [engine = 'ort', ...chosen] = process.argv.slice(2);
const encoderNames = chosen.length > 0 ? chosen : Object.keys(encoders);
const decoderNames = Object.keys(decoders);

await useBackend(engine);
build('mobilenet_v2', 'unet'); // compiles what all share
const unit = build('resnet50', 'unet');
console.log(`seconds on ${engine} (times resnet50 with unet, ${unit.toFixed(2)} s)`);
row('', decoderNames);
let slowest = { seconds: 0 };
for (const encoder of encoderNames) {
  const times = decoderNames.map((decoder) => ({
    encoder,
    decoder,
    seconds: missingStride(encoder, decoder) === undefined ? build(encoder, decoder) : 0,
  }));
  row(
    encoder,
    times.map(({ seconds }) =>
      seconds === 0 ? '–' : `${seconds.toFixed(2)} (${(seconds / unit).toFixed(1)})`,
    ),
  );
  if (process.env.PYTHON) row('  SMP', ratios(times));
  slowest = [slowest, ...times].reduce((a, b) => (a.seconds > b.seconds ? a : b));
}
console.log(`slowest: ${slowest.encoder} ${slowest.decoder}, ${slowest.seconds.toFixed(2)} s`);

function build(encoder, decoder) {
  const times = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage();
    const model = createModel({ encoder, decoder, classes: 2, inputShape: [null, null, 3] });
    const { user, system } = process.cpuUsage(start);
    model.dispose();
    return (user + system) / 1e6;
  });
  return times.sort((a, b) => a - b)[1];
}

function ratios(times) {
  const script = fileURLToPath(new URL('build-smp.py', import.meta.url));
  const pairs = times.map(({ encoder, decoder }) => `${encoder}/${decoder}`);
  const { stdout, status, stderr } = spawnSync(process.env.PYTHON, [script, ...pairs], {
    encoding: 'utf8',
  });
  if (status !== 0) return [`not measured: ${stderr?.trim().split('\n').at(-1)}`];
  const seconds = JSON.parse(stdout);
  return times.map((one, i) =>
    seconds[i] === null || one.seconds === 0 ? '–' : `× ${(seconds[i] / one.seconds).toFixed(1)}`,
  );
}

function row(name, cells) {
  console.log([name.padEnd(27), ...cells.map((cell) => cell.padStart(18))].join(' '));
}
