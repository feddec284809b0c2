export { CBAM, type CBAMArgs, cbam } from './cbam.ts';
export { GCT, type GCTArgs, gct } from './gct.ts';
export { SE, type SEArgs, se } from './se.ts';
export { SRM, type SRMArgs, srm } from './srm.ts';
