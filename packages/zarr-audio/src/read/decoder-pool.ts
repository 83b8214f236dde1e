import type { Codec, PacketDecoder, StreamDescription } from '@zarr-audio/codec';

/** Idle decoders that are kept for the next read: more are freed. */
const MAX_IDLE = 4;

/** Decoders of one stream: to reset one costs microseconds, to make one much more. */
export class DecoderPool {
  readonly #codec: Codec;
  readonly #stream: StreamDescription;
  readonly #idle = new Map<string, PacketDecoder[]>();

  constructor(codec: Codec, stream: StreamDescription) {
    this.#codec = codec;
    this.#stream = stream;
  }

  /** A decoder; it is reset by its user. */
  async acquire(backend = ''): Promise<PacketDecoder> {
    const idle = this.#idle.get(backend)?.pop();
    return idle ?? this.#codec.createDecoder(this.#stream, backend === '' ? {} : { backend });
  }

  release(backend = '', decoder: PacketDecoder): void {
    const idle = this.#idle.get(backend) ?? [];
    this.#idle.set(backend, idle);
    if (idle.length < MAX_IDLE) idle.push(decoder);
    else decoder.free();
  }
}
