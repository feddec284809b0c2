import { say } from './say.ts';

/**
 * Says each warning once, on the standard error output.
 *
 * @param line what shows progress there, and gives way
 */
export function warnOnce(line?: { clear(): void }): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    line?.clear();
    say('warning', message);
  };
}
