import { CodedError } from '@zarr-audio/codec';

/** Aborted by Ctrl-C and by `kill`; a second one ends the process as usual. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new CodedError('INTERRUPTED', 'stopped; run it again to do what is left'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  return controller.signal;
}
