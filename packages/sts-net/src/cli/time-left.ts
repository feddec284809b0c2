/** What is remembered, so that work that becomes slower or faster is told as it is now. */
const remembered = 100;

/**
 * What guesses from how fast work went until now how many seconds the rest of it takes; undefined where nothing
 * can be said yet.
 *
 * @param now milliseconds since any moment
 */
export function timeLeft(now: () => number): (done?: number, total?: number) => number | undefined {
  const seen: { done: number; time: number }[] = [];
  return (done, total) => {
    if (done === undefined || total === undefined) return undefined;
    // Another piece of work has begun.
    if (seen.length > 0 && done < seen.at(-1)!.done) seen.length = 0;
    seen.push({ done, time: now() });
    if (seen.length > remembered) seen.shift();
    const [first] = seen;
    if (first === undefined || done === first.done) return undefined;
    return ((total - done) * (now() - first.time)) / (done - first.done) / 1000;
  };
}
