import { setMaxListeners } from 'node:events';
import { CodedError } from '@zarr-audio/codec';

/** Aborted by Ctrl-C and by `kill`; a second one ends the process as usual. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  // One for each file under way: Node warns of more than ten.
  setMaxListeners(0, controller.signal);
  const interrupt = () => controller.abort(new CodedError('INTERRUPTED', 'stopped; run it again to do what is left'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  return controller.signal;
}
