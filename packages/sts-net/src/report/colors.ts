/** Outlines and lines: of Okabe and Ito's colours, which remain distinct to colour-blind readers. */
export const colors = {
  truth: '#56b4e9',
  prediction: '#e69f00',
  runs: ['#0072b2', '#d55e00', '#009e73', '#cc79a7'],
} as const;
