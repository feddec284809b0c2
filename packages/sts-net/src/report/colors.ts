/** Outlines: of Okabe and Ito's colours, which remain distinct to colour-blind readers. */
export const colors = { truth: '#56b4e9', prediction: '#e69f00' } as const;

/** Lines of charts, of the same colours, and distinct by their dashes too. */
export const lines = [
  { color: '#0072b2', dashes: 'none', border: 'solid' },
  { color: '#d55e00', dashes: '8 4', border: 'dashed' },
  { color: '#009e73', dashes: '2 3', border: 'dotted' },
] as const;
