// Runs tests with Jasmine, in Node and in browsers.

/**
 * Runs what `declare(of)` declares; `of(file, load)` names suites after their file. Tests whose names
 * match one of `skips` are left out. Resolves to counts by file, counts by reason, and failures.
 */
export async function runJasmine(jasmineRequire, declare, skips, timeout = 20_000) {
  const jasmine = jasmineRequire.core(jasmineRequire);
  const env = jasmine.getEnv({ suppressLoadErrors: true });
  Object.assign(globalThis, jasmineRequire.interface(jasmine, env), { jasmine });
  jasmine.DEFAULT_TIMEOUT_INTERVAL = timeout;
  const { describe } = globalThis;
  const counts = new Map();
  declare((file, load) => {
    counts.set(file, { passed: 0, failed: 0, skipped: 0 });
    globalThis.describe = (name, body) => {
      const outer = globalThis.describe;
      globalThis.describe = describe;
      describe(`${file} ${name}`, body);
      globalThis.describe = outer;
    };
    load();
    globalThis.describe = describe;
  });

  const reasonFor = (name) => skips.find(({ match }) => new RegExp(match).test(name))?.reason;
  const reasons = new Map();
  const failures = [];
  env.configure({
    random: false,
    specFilter: (spec) => {
      const reason = reasonFor(spec.getFullName());
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      return reason === undefined;
    },
  });
  env.addReporter({
    specDone({ fullName, status, failedExpectations }) {
      const file = [...counts.keys()].find((one) => fullName.startsWith(`${one} `));
      const count = counts.get(file);
      if (status === 'passed') count.passed++;
      else if (status === 'failed') {
        count.failed++;
        failures.push(`${fullName}\n    ${failedExpectations[0].message.split('\n')[0]}`);
      } else count.skipped++;
    },
  });
  await env.execute();
  return { counts, reasons, failures };
}
