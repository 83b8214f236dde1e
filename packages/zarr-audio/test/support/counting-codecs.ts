import { type Codec, type CodecRegistry, createRegistry } from '@zarr-audio/codec';
import { codecs } from './stores';

export interface CountingCodecs {
  readonly codecs: CodecRegistry;
  /** Packets that were decoded since the last reset. */
  packets: number;
  /** Decoders that were not freed yet. */
  readonly decoders: number;
}

/** Opus, with a count of what is decoded and of the decoders in use. */
export function countingCodecs(): CountingCodecs {
  let decoders = 0;
  const inner = codecs.get('opus');
  const codec: Codec = {
    ...inner,
    async createDecoder(stream, options) {
      const decoder = await inner.createDecoder(stream, options);
      decoders++;
      const { backend, exact, maxPacketFrames } = decoder;
      return {
        backend,
        exact,
        maxPacketFrames,
        decode(packet, output, at) {
          counted.packets++;
          return decoder.decode(packet, output, at);
        },
        reset: () => decoder.reset(),
        free() {
          decoders--;
          decoder.free();
        },
      };
    },
  };
  const counted = {
    codecs: createRegistry([codec]),
    packets: 0,
    get decoders() {
      return decoders;
    },
  };
  return counted;
}
