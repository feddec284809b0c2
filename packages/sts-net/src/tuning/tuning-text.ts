import type { Aim } from './operating-point.ts';
import type { TunedRun } from './tune-run.ts';

/** What an aim is called. */
export function aimText(aim: Aim): string {
  if (aim === 'case-dice') return 'the mean Dice of the cases';
  if (aim === 'lesion-f1') return 'the F1 of the lesions';
  return `the most lesions found with at most ${aim.falseAlarms} false alarms a case`;
}

/** What was chosen, in a few lines. */
export function tuningText({ chosen, path }: Pick<TunedRun, 'chosen' | 'path'>): string {
  const { aim, cases, temperature, classes } = chosen;
  const lines = classes.map((point, i) => {
    const name = classes.length > 1 ? `class ${i + 1}: ` : '';
    const small =
      point.minimumVolume > 0 ? `, lesions from ${point.minimumVolume.toPrecision(3)} mm³ on` : '';
    const found = `${(100 * point.recall).toFixed(0)} % of the lesions found, ${point.falseAlarms.toFixed(2)} false alarms a case`;
    const scores = `lesion F1 ${point.lesionF1.toFixed(3)}, mean Dice ${point.caseDice.toFixed(3)}`;
    return `${name}threshold ${point.threshold.toPrecision(3)}${small}: ${found}, ${scores}`;
  });
  return [
    `for ${aimText(aim)}, on ${cases} validation case${cases === 1 ? '' : 's'}; temperature ${temperature}`,
    ...lines,
    path,
  ].join('\n');
}
