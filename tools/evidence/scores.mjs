// Means over the test cases of what `sts-net evaluate --json` wrote, for several trainings of each of several
// methods, with intervals that draw groups of near-duplicates, and the first method's difference from each other.
//
//     node tools/evidence/scores.mjs NAME=FILE,FILE,… NAME=FILE,…
import { readFileSync } from 'node:fs';
import { bootstrapInterval } from '@sts-net/metrics/statistics';

const names = ['dice', 'lesion-f1', 'lesion-recall', 'lesion-precision', 'false-alarms'];
const methods = process.argv.slice(2).map((argument) => {
  const [name, files] = argument.split('=');
  return { name, cases: meanCases(files.split(',')) };
});

/** Each case with the means of all trainings. */
function meanCases(files) {
  const cases = new Map();
  for (const file of files) {
    for (const { id, patient, scores } of JSON.parse(readFileSync(file, 'utf8')).cases) {
      const own = cases.get(id) ?? { patient, values: names.map(() => 0) };
      names.forEach((name, i) => {
        own.values[i] += scores[name].value / files.length;
      });
      cases.set(id, own);
    }
  }
  return cases;
}

const text = ({ estimate, low, high }) =>
  `${estimate.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
const interval = (values, groups) => bootstrapInterval(values, { groups });
console.log(`| method | ${names.join(' | ')} |\n| --- | ${names.map(() => '---:').join(' | ')} |`);
const [first] = methods;
for (const { name, cases } of methods) {
  const all = [...cases.values()];
  const groups = all.map(({ patient }) => patient);
  const cells = names.map((_, i) =>
    text(
      interval(
        all.map(({ values }) => values[i]),
        groups,
      ),
    ),
  );
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
for (const { name, cases } of methods.slice(1)) {
  const ids = [...cases.keys()];
  const groups = ids.map((id) => first.cases.get(id).patient);
  const cells = names.map((_, i) =>
    text(
      interval(
        ids.map((id) => first.cases.get(id).values[i] - cases.get(id).values[i]),
        groups,
      ),
    ),
  );
  console.log(`| ${first.name} − ${name} | ${cells.join(' | ')} |`);
}
