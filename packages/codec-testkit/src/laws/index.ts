import type { Law } from '../law';
import { interleaveLaw, resetLaw } from './decoders';
import { describeLaw } from './describe';
import { objectLaw } from './object';
import { packetsLaw } from './packets';
import { probeLaw } from './probe';
import { rangeLaw, sequentialLaw } from './range';
import { rowsLaw } from './rows';
import { scanLaw } from './scan';
import { splitLaw } from './split';

/** All laws, in the order in which their tests run. */
export const LAWS: readonly Law[] = [
  objectLaw,
  probeLaw,
  rowsLaw,
  splitLaw,
  scanLaw,
  describeLaw,
  packetsLaw,
  rangeLaw,
  sequentialLaw,
  resetLaw,
  interleaveLaw,
];
