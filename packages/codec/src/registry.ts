import type { Codec } from './codec';
import { CodedError } from './errors';
import type { ByteSource } from './source';

/** The codecs that an application chose, in its order of preference. */
export interface CodecRegistry {
  readonly codecs: readonly Codec[];
  /** @throws {CodedError} `CODEC_UNKNOWN` */
  get(id: string): Codec;
  /**
   * The first codec that claims a source: by its first bytes, else by all of it if they can't tell.
   *
   * @param head  The first 64 KiB of the source, or all.
   */
  find(source: ByteSource, head: Uint8Array, signal?: AbortSignal): Promise<Codec | undefined>;
}

/**
 * @throws {TypeError} if two codecs have the same id, or an id can't name an array.
 */
export function createRegistry(codecs: readonly Codec[]): CodecRegistry {
  const byId = new Map<string, Codec>();
  for (const codec of codecs) {
    if (!/^[a-z][a-z0-9]*$/.test(codec.id)) throw new TypeError(`codec id '${codec.id}' is not of [a-z][a-z0-9]*`);
    if (byId.has(codec.id)) throw new TypeError(`two codecs have the id '${codec.id}'`);
    byId.set(codec.id, codec);
  }
  return {
    codecs: [...byId.values()],
    get(id) {
      const codec = byId.get(id);
      if (!codec) {
        const known = [...byId.keys()].join(', ') || 'none';
        throw new CodedError('CODEC_UNKNOWN', `no codec '${id}' was given; there are: ${known}`, { id });
      }
      return codec;
    },
    async find(source, head, signal) {
      const unsure: Codec[] = [];
      for (const codec of codecs) {
        const isMine = codec.probe(head);
        if (isMine) return codec;
        if (isMine === undefined) unsure.push(codec);
      }
      for (const codec of unsure) if (await codec.search?.(source, { signal })) return codec;
      return undefined;
    },
  };
}
