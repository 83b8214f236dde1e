import type { OpusBackend, OpusBackendLoader } from '../../src/backends/backend';

/** The backend, with its output changed after each call. */
export function changedBackend(backend: OpusBackend, change: (output: Int16Array, at: number) => void): OpusBackend {
  return {
    name: 'changed',
    library: 'changed 1.0.0',
    createDecoder(channels) {
      const decoder = backend.createDecoder(channels);
      return {
        decode(packet, output, at) {
          const frames = decoder.decode(packet, output, at);
          change(output, at);
          return frames;
        },
        reset: () => decoder.reset(),
        setGain: (q8) => decoder.setGain(q8),
        free: () => decoder.free(),
      };
    },
  };
}

/** A loader that counts. */
export function loaderOf(name: string, outcome: OpusBackend | Error): OpusBackendLoader & { loads: number } {
  return {
    name,
    loads: 0,
    async load() {
      this.loads++;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
  };
}
