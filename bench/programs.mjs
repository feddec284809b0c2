// Programs as TensorFlow.js's users write them (packages/testing/src/programs: a convnet by `fit`,
// LSTM and GRU text, a saved network with a new head, a DCGAN, a loop with `variableGrads`, gradients
// of gradients, `tf.data`) on the `ort` backend and on `wasm` with the kernels of @sts-net/backend.
//
//   npm run build && node bench/programs.mjs [ROUNDS] [STEPS] [BATCH] [PROGRAM]
//
// A turn is one run of a whole program: its network is made anew each time.
import { compare } from './harness/compare.mjs';

const [rounds = '7', steps = '20', batch = '32', only] = process.argv.slice(2);

async function engine(name) {
  const { useBackend } = await import('@sts-net/backend');
  const { programs } = await import('@sts-net/testing/programs');
  await useBackend(name);
  const chosen = Object.entries(programs).filter(([title]) => only === undefined || title === only);
  const tasks = chosen.map(([title, run]) => [
    title,
    () => run({ steps: Number(steps), batch: Number(batch) }),
  ]);
  return { versions: {}, tools: { [name]: Object.fromEntries(tasks) } };
}

await compare({
  name: 'programs',
  clock: 'wall',
  rounds: Number(rounds),
  processes: { ort: () => engine('ort'), wasm: () => engine('wasm') },
});
