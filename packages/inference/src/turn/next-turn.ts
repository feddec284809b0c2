/**
 * Waits for the next turn of the event loop. Signals and messages are delivered between turns, which
 * work on a synchronous engine never leaves by itself.
 */
export function nextTurn(): Promise<void> {
  const { setImmediate: afterThis } = globalThis as {
    setImmediate?: (resolve: () => void) => unknown;
  };
  return new Promise((resolve) => {
    if (afterThis === undefined) setTimeout(resolve);
    else afterThis(resolve);
  });
}
