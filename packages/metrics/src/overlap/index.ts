export { type CentrelineDiceOptions, centrelineDice } from './centreline-dice.ts';
export { type GeneralisedDiceOptions, generalisedDice } from './generalised-dice.ts';
export { type SkeletonizeOptions, skeletonize } from './skeletonize.ts';
