import type { ByteSource } from '@zarr-audio/codec';
import { printable } from './output';

const EVERY_MS = 200;

/** A line on a terminal that tells how far something is; elsewhere nothing. */
export interface ProgressLine {
  show(name: string, bytes: number, totalBytes: number): void;
  clear(): void;
}

/** @param wanted  Not with `--json`. */
export function progressLine(wanted: boolean): ProgressLine {
  if (!wanted || !process.stderr.isTTY) return { show() {}, clear() {} };
  let shown = 0;
  return {
    show(name, bytes, totalBytes) {
      const now = performance.now();
      if (now - shown < EVERY_MS || totalBytes === 0) return;
      shown = now;
      process.stderr.write(`\r${Math.floor((100 * bytes) / totalBytes)} %  ${printable(name, 60)}\u001b[K`);
    },
    clear() {
      process.stderr.write('\r\u001b[K');
    },
  };
}

/** Shows on a terminal how much of a source was read. */
export function withProgress(source: ByteSource, wanted: boolean): ByteSource {
  const total = source.byteLength;
  if (!total) return source;
  const line = progressLine(wanted);
  return {
    ...source,
    async *open(options) {
      let bytes = 0;
      try {
        for await (const chunk of source.open(options)) {
          bytes += chunk.byteLength;
          line.show(source.name, bytes, total);
          yield chunk;
        }
      } finally {
        line.clear();
      }
    },
  };
}
