import type { OpusBackend, RawDecoder } from '../backends/backend';
import type { SelectedBackend } from '../backends/select';
import type { DecodedStream } from './channel-layout';
import { createPacketDecoder } from './packet-decoder';
import type { OpusPacketDecoder } from './raw-packet';

export interface DecoderPoolOptions {
  /**
   * Idle decoders that are kept, of all kinds together; 256 by default, for a stream can have 255. Past it the one idle
   * for longest is freed.
   */
  readonly maxIdle?: number;
}

interface Idle {
  readonly backend: OpusBackend;
  readonly channels: 1 | 2;
  readonly decoder: RawDecoder;
}

/**
 * Decoders for the taking: making one costs more than resetting one. `free` of a decoder from here gives it back.
 *
 * A decoder is reset and its gain set when it is taken, so one kind serves all streams of a backend and channel count, and
 * a stream of many takes as many of them.
 */
export class DecoderPool {
  readonly #maxIdle: number;
  /** The one idle for longest is the first. */
  #idle: Idle[] = [];

  constructor({ maxIdle = 256 }: DecoderPoolOptions = {}) {
    if (!Number.isInteger(maxIdle) || maxIdle < 0) throw new RangeError(`maxIdle must be a count, not ${maxIdle}`);
    this.#maxIdle = maxIdle;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** @throws as `createPacketDecoder`. */
  acquire(stream: DecodedStream, { backend, exact }: SelectedBackend): OpusPacketDecoder {
    const supply = {
      take: (channels: 1 | 2) => this.#take(backend, channels),
      giveBack: (decoder: RawDecoder, channels: 1 | 2) => this.#release({ backend, channels, decoder }),
    };
    return createPacketDecoder(stream, backend, { exact, supply });
  }

  /** Frees all idle decoders. Those in use are freed or kept as ever when they come back. */
  clear(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const { decoder } of idle) decoder.free();
  }

  #take(backend: OpusBackend, channels: 1 | 2): RawDecoder {
    const index = this.#idle.findLastIndex((idle) => idle.backend === backend && idle.channels === channels);
    if (index < 0) return backend.createDecoder(channels);
    const [{ decoder }] = this.#idle.splice(index, 1) as [Idle];
    decoder.reset();
    return decoder;
  }

  #release(idle: Idle): void {
    this.#idle.push(idle);
    if (this.#idle.length > this.#maxIdle) this.#idle.shift()?.decoder.free();
  }
}
