// Writes a run that is interrupted and gone on with for TensorBoard and, where an address is given, to
// an MLflow server: tools/loggers/lane.sh.
//
//   node tools/loggers/write-runs.mjs FOLDER [MLFLOW_ADDRESS]
import { join } from 'node:path';
import { mlflowLog, tensorboardLog } from '../../packages/sts-net/dist/index.js';

const [folder, url] = process.argv.slice(2);
const make = () => [
  tensorboardLog(join(folder, 'board')),
  ...(url === undefined
    ? []
    : [
        mlflowLog({
          url,
          run: 'lane',
          experiment: 'sts-net lane',
          file: join(folder, 'mlflow.txt'),
          config: { seed: 7, training: { batchSize: 2 } },
          onWarning: (text) => {
            throw new Error(text);
          },
        }),
      ]),
];
const step = (n, loss) => ({ event: 'step', step: n, loss, learningRate: 0.1 });

/** One process of the run. */
async function go(...events) {
  const logs = make();
  for (const event of events) for (const log of logs) await log(event);
}

await go(
  { event: 'start', step: 0 },
  ...[1, 2, 3, 4].map((n) => step(n, n / 8)),
  {
    event: 'validation',
    step: 4,
    metric: 'dice',
    score: 0.25,
    best: true,
    classes: [0.125, 0.375],
  },
  { event: 'end', step: 4, reason: 'interrupted', seen: [] },
);
// The checkpoint was that of step 2.
await go({ event: 'start', step: 2 }, ...[3, 4, 5].map((n) => step(n, n / 4)), {
  event: 'end',
  step: 5,
  reason: 'finished',
  seen: [],
});
