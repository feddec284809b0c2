import { fromLogits, type Predictor } from './predictor.ts';

/**
 * A predictor whose logits are divided by a temperature before they become probabilities (Guo et al.,
 * ICML 2017): above 1 they are less sure, below 1 surer; the most likely class stays. The temperature is
 * found on cases that the network was not trained on.
 *
 * @param predictor one that offers `logits`: a network itself, before tiles, mirror images and ensembles
 * @throws RangeError if it offers none, or the temperature is not positive and finite
 */
export function calibrated(predictor: Predictor, temperature: number): Predictor {
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new RangeError(
      `\`calibrated\`: the temperature must be a positive number, got ${temperature}`,
    );
  }
  const { channels, classes } = predictor;
  if (predictor.logits === undefined) {
    throw new RangeError(
      '`calibrated`: the predictor must offer `logits`, but tells probabilities only; calibrate the network itself, then mirror, tile or average it',
    );
  }
  const logits = async (...[images, shape]: Parameters<Predictor['predict']>) => {
    const values = await predictor.logits!(images, shape);
    for (let i = 0; i < values.length; i++) values[i]! /= temperature;
    return values;
  };
  return fromLogits({ channels, classes, logits });
}
