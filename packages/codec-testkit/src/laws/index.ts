import type { Law } from '../law';
import { abortLaw } from './abort';
import { audioLaw } from './audio';
import { damageLaw } from './damage';
import { interleaveLaw, resetLaw } from './decoders';
import { describeLaw } from './describe';
import { encodeLaw } from './encode';
import { inputLaw } from './input';
import { limitsLaw } from './limits';
import { memoryLaw } from './memory';
import { objectLaw } from './object';
import { packetsLaw } from './packets';
import { probeLaw } from './probe';
import { rangeLaw, sequentialLaw } from './range';
import { rowsLaw } from './rows';
import { scanLaw } from './scan';
import { splitLaw } from './split';
import { tasksLaw } from './tasks';

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
  encodeLaw,
  damageLaw,
  limitsLaw,
  inputLaw,
  abortLaw,
  memoryLaw,
  tasksLaw,
  audioLaw,
];
