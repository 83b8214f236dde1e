import type { PacketDecoder } from '@zarr-audio/codec';
import type { OpusBackend, RawDecoder } from '../backends/backend';
import type { SelectedBackend } from '../backends/select';
import { createPacketDecoder, type DecodedStream } from './packet-decoder';
import { plainChannels } from './plain-channels';

export interface DecoderPoolOptions {
  /** Idle decoders that are kept, of all kinds together; 16 by default. Past it the one idle for longest is freed. */
  readonly maxIdle?: number;
}

interface Idle {
  readonly backend: OpusBackend;
  readonly channels: number;
  readonly decoder: RawDecoder;
}

/**
 * Decoders for the taking: making one costs more than resetting one. `free` of a decoder from here gives it back.
 *
 * A decoder is reset and its gain set when it is taken, so one kind serves all streams of a backend and channel count.
 */
export class DecoderPool {
  readonly #maxIdle: number;
  /** The one idle for longest is the first. */
  #idle: Idle[] = [];

  constructor({ maxIdle = 16 }: DecoderPoolOptions = {}) {
    if (!Number.isInteger(maxIdle) || maxIdle < 0) throw new RangeError(`maxIdle must be a count, not ${maxIdle}`);
    this.#maxIdle = maxIdle;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** @throws as `createPacketDecoder`. */
  acquire(stream: DecodedStream, { backend, exact }: SelectedBackend): PacketDecoder {
    const channels = plainChannels(stream);
    const decoder = this.#take(backend, channels);
    return createPacketDecoder(stream, backend, {
      exact,
      decoder,
      release: (released) => this.#release({ backend, channels, decoder: released }),
    });
  }

  /** Frees all idle decoders. Those in use are freed or kept as ever when they come back. */
  clear(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const { decoder } of idle) decoder.free();
  }

  #take(backend: OpusBackend, channels: number): RawDecoder | undefined {
    const index = this.#idle.findLastIndex((idle) => idle.backend === backend && idle.channels === channels);
    if (index < 0) return undefined;
    const [{ decoder }] = this.#idle.splice(index, 1) as [Idle];
    decoder.reset();
    return decoder;
  }

  #release(idle: Idle): void {
    this.#idle.push(idle);
    if (this.#idle.length > this.#maxIdle) this.#idle.shift()?.decoder.free();
  }
}
