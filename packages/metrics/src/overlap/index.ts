export { type GeneralisedDiceOptions, generalisedDice } from './generalised-dice.ts';
