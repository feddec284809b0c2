/** A score from 0 to 1 with three decimals; a dash where it is undefined. */
export function scoreText(score: number): string {
  return Number.isNaN(score) ? '–' : score.toFixed(3);
}

/** An integer with separated thousands. */
export function countText(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A count with its noun: `1 lesion`, `2 lesions`. */
export function plural(count: number, one: string, several: string = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : several}`;
}

/** `93.2 million`, `4.1 billion`. */
export function largeText(count: number): string {
  for (const [unit, name] of [
    [1e9, 'billion'],
    [1e6, 'million'],
  ] as const) {
    if (count >= unit) return `${(count / unit).toFixed(count >= 100 * unit ? 0 : 1)} ${name}`;
  }
  return countText(count);
}

/** `40 s`, `4 min 5 s`, `12 min`, `3 h 5 min`: seconds matter less the longer it is. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 100) return `${whole} s`;
  if (whole < 600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
