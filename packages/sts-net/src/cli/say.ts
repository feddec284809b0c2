/** How a command tells on the standard error output what it does. */
export const progressModes = ['auto', 'json', 'none'] as const;

export type ProgressMode = (typeof progressModes)[number];

/** What `--progress` or the environment variable says. */
export function progressMode(): ProgressMode {
  const given = process.env['STS_NET_PROGRESS'];
  return progressModes.find((mode) => mode === given) ?? 'auto';
}

/** Says something in a line of the standard error output: as JSON where progress is. */
export function say(kind: 'note' | 'warning' | 'error', text: string): void {
  const plain = `${kind === 'error' ? 'sts-net' : kind}: ${text}`;
  process.stderr.write(`${progressMode() === 'json' ? JSON.stringify({ [kind]: text }) : plain}\n`);
}
