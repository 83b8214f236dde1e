import { packetSamples } from '@zarr-audio/opus-parser';
import { OpusCodecError } from '../errors';
import { decodeFailed, MAX_PIECE_FRAMES } from './backend';
import type { OpusScriptHandler, OpusScriptModule } from './opusscript-module';

/** Decoders and encoders that one instance holds at a time; a stereo one takes about 0.1 MB. */
export const MAX_WASM_HANDLERS = 1024;

const PACKET_BYTES = 65536;
/** What the C++ writes for 60 ms of stereo: each sample as two 16-bit cells of one byte each. */
const PCM_BYTES = MAX_PIECE_FRAMES * 2 * 4;

const REASONS: Readonly<Record<string, string>> = {
  '-1': 'bad argument',
  '-2': 'buffer too small',
  '-3': 'internal error',
  '-4': 'corrupted packet',
  '-5': 'unimplemented',
  '-6': 'invalid state',
  '-7': 'out of memory',
};

/**
 * One instance of opusscript's inner module, with one packet buffer and one PCM buffer in its heap that all handlers
 * share: a call is over before the next begins.
 *
 * The C++ checks neither buffer nor its stack of 64 KiB, below which the static data lie: it is given nothing that
 * could overflow them. Measured: 60 ms of decoding take 42 KiB of stack, 20 ms of encoding in stereo 54 KiB, 60 ms of
 * encoding more than there is.
 *
 * Memory may grow in any call, which detaches every view of it: views are taken from the module each time.
 */
export class WasmHeap {
  readonly #module: OpusScriptModule;
  readonly #packetPointer: number;
  readonly #pcmPointer: number;
  readonly #forgotten = new FinalizationRegistry<null>(() => this.#handlers--);
  #handlers = 0;

  constructor(module: OpusScriptModule) {
    this.#module = module;
    this.#packetPointer = module._malloc(PACKET_BYTES);
    this.#pcmPointer = module._malloc(PCM_BYTES);
    if (!this.#packetPointer || !this.#pcmPointer) throw failed('no memory');
  }

  /** Bytes of memory; it never shrinks. */
  get byteLength(): number {
    return this.#module.HEAPU8.byteLength;
  }

  create(sampleRate: number, channels: number, application: number): OpusScriptHandler {
    // Past 2 GiB the C++ aborts and takes every decoder with it, so the number has a limit far below.
    if (this.#handlers >= MAX_WASM_HANDLERS) {
      const message = `${MAX_WASM_HANDLERS} decoders and encoders are in use: free() some`;
      throw new OpusCodecError('OPUS_TOO_MANY_DECODERS', message, { limit: MAX_WASM_HANDLERS });
    }
    let handler: OpusScriptHandler;
    try {
      handler = new this.#module.OpusScriptHandler(sampleRate, channels, application);
    } catch (error) {
      throw failed(String(error), error);
    }
    this.#handlers++;
    // A handler that was dropped without free() is deleted by emscripten's own registry.
    this.#forgotten.register(handler, null, handler);
    return handler;
  }

  delete(handler: OpusScriptHandler): void {
    this.#forgotten.unregister(handler);
    this.#handlers--;
    handler.delete();
  }

  decode(handler: OpusScriptHandler, packet: Uint8Array, channels: number, output: Int16Array, at: number): number {
    if (packet.byteLength > PACKET_BYTES || packetSamples(packet) > MAX_PIECE_FRAMES) {
      throw new RangeError(`a packet of ${packet.byteLength} bytes that is longer than 60 ms`);
    }
    this.#module.HEAPU8.set(packet, this.#packetPointer);
    let frames: number;
    try {
      frames = handler._decode(this.#packetPointer, packet.byteLength, this.#pcmPointer);
    } catch (error) {
      throw failed(String(error), error);
    }
    if (frames < 0) throw decodeFailed(REASONS[frames] ?? `error ${frames}`, packet);
    const cells = this.#module.HEAP32;
    const first = this.#pcmPointer >> 2;
    const samples = frames * channels;
    for (let i = 0; i < samples; i++) {
      const cell = cells[first + i]!;
      // Low byte in the lower cell, high byte in the upper; the store drops what is above 16 bits.
      output[at + i] = (cell & 0xff) | (cell >> 8);
    }
    return frames;
  }

  encode(handler: OpusScriptHandler, pcm: Int16Array, channels: number, frameSize: number): Uint8Array {
    this.#module.HEAP16.set(pcm.subarray(0, frameSize * channels), this.#pcmPointer >> 1);
    // The second argument counts byte cells to be joined to samples; the samples are whole already.
    let byteLength: number;
    try {
      byteLength = handler._encode(this.#pcmPointer, 0, this.#packetPointer, frameSize);
    } catch (error) {
      throw failed(String(error), error);
    }
    if (byteLength <= 0) {
      const reason = REASONS[byteLength] ?? `error ${byteLength}`;
      throw new OpusCodecError('OPUS_ENCODE_FAILED', `libopus did not encode a frame: ${reason}`, {
        frameSize,
        reason,
      });
    }
    return this.#module.HEAPU8.slice(this.#packetPointer, this.#packetPointer + byteLength);
  }
}

/** A trap (the C++ aborts, memory can't grow) leaves the instance in no known state. */
function failed(reason: string, cause?: unknown): OpusCodecError {
  const message = `the WASM of opusscript failed, and can't be used any more in this process: ${reason}`;
  return new OpusCodecError('OPUS_BACKEND_FAILED', message, { backend: 'wasm', reason }, cause);
}
