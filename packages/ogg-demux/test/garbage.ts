import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Twice: buffers that the first one finds unused may be freed while it is over already. */
export function collectGarbage(): void {
  collect();
  collect();
}
