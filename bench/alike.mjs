// How long @sts-net/datasets takes to find the images that are nearly the same among 100,000, by their
// fingerprints: processor time of the search, against that of comparing each with each, which is
// measured on 3,000 of them. One in fifty is like the one before.
//
//   npm run build && node bench/alike.mjs [count]
//
// Two kinds: numbers that are independent of one another, and numbers with something in common and
// fewer of the high frequencies, as pictures of one organ have them. Exits 1 where the search takes more
// than 60 s, or finds other pairs among the 3,000 than comparing each with each does.
//
// Last measured (Node.js 20.20.2, two processors):
//   independent: 7.5 s, each with each 1692 s, 2000 pairs
//   pictures: 10.1 s, each with each 1725 s, 2000 pairs
import { alikePairs, isAlike } from '../packages/datasets/dist/images/alike.js';
import { printLength } from '../packages/datasets/dist/images/print.js';

const count = Number(process.argv[2] ?? 100_000);

/** Numbers that are close to a normal distribution, the same each time. */
function generator(seed) {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return () => 2 * (uniform() + uniform() + uniform());
}

function makePrints(kind) {
  const draw = generator(kind.length);
  const weights = Float64Array.from({ length: printLength }, (_, k) =>
    kind === 'pictures' ? 1 / (1 + k / 60) : 1,
  );
  const draws = () => weights.map((weight) => weight * draw());
  const common = draws().map((value) => (kind === 'pictures' ? 0.5 * value : 0));
  let before = draws();
  return Array.from({ length: count }, (_, i) => {
    const own = draws();
    const isLike = i % 50 === 49;
    const share = isLike ? 0.02 * ((i * 7) % 20) : 1;
    const values = own.map((value, k) => share * value + (isLike ? before[k] : common[k]));
    before = values;
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return Int8Array.from(values, (value) => Math.round((127 * value) / largest));
  });
}

function seconds(run) {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { result, time: (user + system) / 1e6 };
}

function eachWithEach(prints) {
  const pairs = [];
  for (let i = 0; i < prints.length; i++) {
    for (let j = i + 1; j < prints.length; j++)
      if (isAlike(prints[i], prints[j])) pairs.push([i, j]);
  }
  return pairs;
}

let failed = false;
for (const kind of ['independent', 'pictures']) {
  const prints = makePrints(kind);
  const some = prints.slice(0, 3000);
  const { result, time } = seconds(() => alikePairs(prints));
  const slow = seconds(() => eachWithEach(some));
  const ratio = (count / some.length) ** 2;
  const among = result.filter(([, j]) => j < some.length);
  const isSame = JSON.stringify(among) === JSON.stringify(slow.result);
  failed ||= !isSame || time > 60;
  process.stdout.write(
    `${kind}: ${time.toFixed(1)} s, each with each ${Math.round(slow.time * ratio)} s, ${result.length} pairs${isSame ? '' : ', OTHERS THAN EACH WITH EACH'}\n`,
  );
}
process.exit(failed ? 1 : 0);
