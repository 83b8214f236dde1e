/**
 * Bytes that can be read from the start, more than once: a file, a `Blob`, a buffer.
 *
 * An ingest may begin again (see `IngestEvent`), so that one optimistic pass is enough nearly always.
 */
export interface ByteSource {
  /** The name of the file, without folders. */
  readonly name: string;
  /** Length in bytes, where it is known before reading. */
  readonly byteLength?: number;
  /** The path of a local file: programs like ffmpeg need it. */
  readonly path?: string;
  /** Opens the bytes once more, from the first. The pieces are the reader's to keep: they are not written over later. */
  open(options?: { signal?: AbortSignal | undefined }): AsyncIterable<Uint8Array>;
}

/** The bytes in memory as a source. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    byteLength: bytes.byteLength,
    async *open({ signal } = {}) {
      signal?.throwIfAborted();
      if (bytes.byteLength > 0) yield bytes;
    },
  };
}

/** A `File` or `Blob` of a browser (or of Node) as a source. */
export function blobSource(blob: Blob & { name?: string }, name = blob.name ?? 'blob'): ByteSource {
  return {
    name,
    byteLength: blob.size,
    async *open({ signal } = {}) {
      const reader = blob.stream().getReader();
      try {
        for (;;) {
          signal?.throwIfAborted();
          const { done, value } = await reader.read();
          if (done) return;
          yield value;
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    },
  };
}

/**
 * The first bytes of a source, for probing.
 *
 * @param byteLength  How many at the most; fewer come from a shorter source.
 */
export async function readHead(source: ByteSource, byteLength: number, signal?: AbortSignal): Promise<Uint8Array> {
  const head = new Uint8Array(byteLength);
  let length = 0;
  for await (const bytes of source.open({ signal })) {
    const part = bytes.subarray(0, byteLength - length);
    head.set(part, length);
    length += part.byteLength;
    if (length === byteLength) break;
  }
  return head.subarray(0, length);
}
