import type { ByteSource } from '@zarr-audio/codec';

const EVERY_MS = 200;

/** Shows on a terminal how much of a source was read; elsewhere nothing. */
export function withProgress(source: ByteSource, wanted: boolean): ByteSource {
  const total = source.byteLength;
  if (!wanted || !process.stderr.isTTY || !total) return source;
  return {
    ...source,
    async *open(options) {
      let bytes = 0;
      let shown = 0;
      try {
        for await (const chunk of source.open(options)) {
          bytes += chunk.byteLength;
          const now = performance.now();
          if (now - shown > EVERY_MS) {
            shown = now;
            process.stderr.write(`\r${Math.floor((100 * bytes) / total)} %  ${source.name}\u001b[K`);
          }
          yield chunk;
        }
      } finally {
        process.stderr.write('\r\u001b[K');
      }
    },
  };
}
