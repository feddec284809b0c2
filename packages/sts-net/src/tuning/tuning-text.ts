import type { Aim } from './operating-point.ts';
import type { OperatingPoints } from './operating-points-file.ts';
import type { TunedRun } from './tune-run.ts';

/** What an aim is called. */
export function aimText(aim: Aim): string {
  if (aim === 'case-dice') return 'the mean Dice of the cases';
  if (aim === 'lesion-f1') return 'the F1 of the lesions';
  return `the most lesions found with at most ${aim.falseAlarms} false alarms a case`;
}

/** A least volume of lesions, in the unit that it has. */
export function volumeText(
  volume: number,
  { inPixels }: Pick<OperatingPoints, 'inPixels'>,
): string {
  return `${volume.toPrecision(3)} ${inPixels ? 'pixels' : 'mm³'}`;
}

/** That labels are decided at operating points, a sentence. */
export function operatingPointNote(points: OperatingPoints): string {
  const { aim, classes, temperature } = points;
  const each = classes.map(({ threshold, minimumVolume }) => {
    const small =
      minimumVolume > 0 ? `, without lesions below ${volumeText(minimumVolume, points)}` : '';
    return `probabilities from ${threshold.toPrecision(3)} on${small}`;
  });
  const divided = temperature === 1 ? '' : `; logits are divided by ${temperature}`;
  return `At the operating point that was chosen for ${aimText(aim)}: ${each.join('; ')}${divided}.`;
}

/** What was chosen, in a few lines. */
export function tuningText({ chosen, paths }: Pick<TunedRun, 'chosen' | 'paths'>): string {
  const { aim, cases, temperature, classes } = chosen;
  const lines = classes.map((point, i) => {
    const name = classes.length > 1 ? `class ${i + 1}: ` : '';
    const small =
      point.minimumVolume > 0 ? `, lesions from ${volumeText(point.minimumVolume, chosen)} on` : '';
    const found = `${(100 * point.recall).toFixed(0)} % of the lesions found, ${point.falseAlarms.toFixed(2)} false alarms a case`;
    const scores = `lesion F1 ${point.lesionF1.toFixed(3)}, mean Dice ${point.caseDice.toFixed(3)}`;
    return `${name}threshold ${point.threshold.toPrecision(3)}${small}: ${found}, ${scores}`;
  });
  return [
    `for ${aimText(aim)}, on ${cases} validation case${cases === 1 ? '' : 's'}${paths.length > 1 ? ` of ${paths.length} runs` : ''}; temperature ${temperature}`,
    ...lines,
    ...paths,
  ].join('\n');
}
