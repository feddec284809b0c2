// Programs as TensorFlow.js's users write them (packages/testing/src/programs: a convnet by `fit`,
// LSTM and GRU text, a saved network with a new head, a DCGAN, a loop with `variableGrads`, gradients
// of gradients, `tf.data`) on the `ort` backend and on `wasm` with the kernels of @sts-net/backend.
//
//   npm run build && node bench/programs.mjs [ROUNDS] [STEPS] [BATCH] [PROGRAM]
//
// Each engine has a process of its own. They take turns, one run of the whole program each (its
// network is made anew each time), so that what else runs on the machine touches both alike. Prints
// the medians over rounds of `wasm`'s time over `ort`'s, by the wall's clock and the processor's, the
// medians of both, and the first run, in which `ort` compiles.
//
// Last measured: docs/guides/engines.md.
import { fork } from 'node:child_process';
import { once } from 'node:events';

const [rounds = '7', steps = '20', batch = '32', only] = process.argv.slice(2);

if (process.send === undefined) await compare();
else await serve(process.env.ENGINE);

async function compare() {
  const engines = ['ort', 'wasm'].map((name) => ({
    name,
    child: fork(process.argv[1], process.argv.slice(2), { env: { ...process.env, ENGINE: name } }),
  }));
  let names;
  for (const { child } of engines) [names] = await once(child, 'message');
  console.log(`${steps} steps, batch ${batch}, ${rounds} rounds; milliseconds`);
  for (const program of names.filter((name) => only === undefined || name === only)) {
    const taken = { ort: [], wasm: [] };
    // The first round compiles and warms up.
    for (let round = 0; round <= Number(rounds); round++) {
      for (const { name, child } of engines) {
        child.send(program);
        const [answer] = await once(child, 'message');
        taken[name].push(answer);
        if (answer.error !== undefined && round === 0) console.log(`${name}: ${answer.error}`);
      }
    }
    const ratios = (key) => taken.ort.map((one, i) => taken.wasm[i][key] / one[key]);
    const ratio = (key) => median(ratios(key).slice(1)).toFixed(2);
    const show = (name) => median(taken[name].slice(1).map((one) => one.wall)).toFixed(0);
    console.log(
      `${program.padEnd(23)} wasm/ort ${ratio('wall')}, processor ${ratio('processor')}; ort ${show('ort')}, wasm ${show('wasm')}; first run ${ratios('wall')[0].toFixed(2)}, ort ${taken.ort[0].wall.toFixed(0)}`,
    );
  }
  for (const { child } of engines) child.disconnect();
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

async function serve(engine) {
  const { useBackend } = await import('@sts-net/backend');
  const { programs } = await import('@sts-net/testing/programs');
  await useBackend(engine);
  process.on('message', async (name) => {
    const start = performance.now();
    const used = process.cpuUsage();
    try {
      await programs[name]({ steps: Number(steps), batch: Number(batch) });
      const { user, system } = process.cpuUsage(used);
      process.send({ wall: performance.now() - start, processor: (user + system) / 1e3 });
    } catch (error) {
      process.send({ error: error.message });
    }
  });
  process.send(Object.keys(programs));
}
