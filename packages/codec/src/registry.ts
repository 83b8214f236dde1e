import type { Codec } from './codec';
import { CodedError } from './errors';

/** The codecs that an application chose, in its order of preference. */
export interface CodecRegistry {
  readonly codecs: readonly Codec[];
  /** @throws {CodedError} `CODEC_UNKNOWN` */
  get(id: string): Codec;
  /** The first codec that claims the bytes. */
  probe(head: Uint8Array): Codec | undefined;
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
    probe: (head) => codecs.find((codec) => codec.probe(head)),
  };
}
