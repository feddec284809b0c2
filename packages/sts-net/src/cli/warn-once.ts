/** Says each warning once, on the standard error output. */
export function warnOnce(): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (!said.has(message)) process.stderr.write(`warning: ${message}\n`);
    said.add(message);
  };
}
