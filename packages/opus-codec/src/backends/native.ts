import { OpusCodecError } from '../errors';
import {
  APPLICATION_RESTRICTED_LOWDELAY,
  CTL,
  checkChannels,
  checkEncoderOptions,
  checkFrame,
  decodeFailed,
  LOWDELAY_LOOKAHEAD,
  type OpusBackend,
  type OpusBackendLoader,
  type RawDecoder,
  type RawEncoder,
  type RawEncoderOptions,
} from './backend';

/** The class of @discordjs/opus, as far as it is used. It takes any Uint8Array for a Buffer. */
interface NativeHandle {
  encode(pcm: Uint8Array): Uint8Array;
  decode(packet: Uint8Array): Uint8Array;
  applyEncoderCTL(request: number, value: number): void;
  applyDecoderCTL(request: number, value: number): void;
}
type NativeClass = new (sampleRate: number, channels: number) => NativeHandle;

const PACKAGE = '@discordjs/opus';

/**
 * libopus as a native addon, by the optional package @discordjs/opus: Node only. `load` rejects where the package is
 * not installed or was built for another Node, and says what to run.
 */
export const nativeLoader: OpusBackendLoader = {
  name: 'native',
  load: async () => {
    const { OpusEncoder, version } = requireNative();
    return nativeBackend(OpusEncoder, `${PACKAGE} ${version} (libopus 1.3.1)`);
  },
};

/**
 * With a `require` got at run time: bundlers, which can't pack an addon, see nothing to resolve, and a browser, which
 * has no `process`, gets as far as the first line.
 */
function requireNative(): { OpusEncoder: NativeClass; version: string } {
  const module = globalThis.process?.getBuiltinModule?.('node:module');
  if (!module) throw new Error('native code needs Node.js');
  const require = module.createRequire(import.meta.url);
  const { version } = loadOr(
    () => require(`${PACKAGE}/package.json`) as { version: string },
    // Measured: npm retries a failed optional dependency with every install, and has nothing to rebuild; pnpm says
    // 'Already up to date' unless forced.
    `${PACKAGE} is not installed, as it is left out where its C++ does not compile; ` +
      "'npm install' or 'pnpm install --force' tries again",
  );
  const { OpusEncoder } = loadOr(
    () => require(PACKAGE) as { OpusEncoder: NativeClass },
    `${PACKAGE} was not built for Node ${process.version} here; ` +
      `'npm rebuild ${PACKAGE}' or 'pnpm install --force' tries again`,
  );
  return { OpusEncoder, version };
}

function loadOr<T>(load: () => T, message: string): T {
  try {
    return load();
  } catch (cause) {
    throw new Error(message, { cause });
  }
}

function nativeBackend(OpusEncoder: NativeClass, library: string): OpusBackend {
  return {
    name: 'native',
    library,
    createDecoder(channels) {
      checkChannels(channels);
      return new NativeDecoder(new OpusEncoder(48000, channels), channels);
    },
    createEncoder(options) {
      checkEncoderOptions(options);
      return new NativeEncoder(new OpusEncoder(options.sampleRate, options.channels), options);
    },
  };
}

/** Memory of libopus goes with the handle, when it is collected: `free` can only let go of it. */
class NativeDecoder implements RawDecoder {
  readonly #channels: number;
  #handle: NativeHandle | undefined;
  /** Of the packet before, and its bytes: one array takes many packets. */
  #output: Int16Array | undefined;
  #outputBytes: Uint8Array = new Uint8Array(0);

  constructor(handle: NativeHandle, channels: number) {
    this.#handle = handle;
    this.#channels = channels;
  }

  decode(packet: Uint8Array, output: Int16Array, at: number): number {
    const pcm = this.#decodeBytes(packet);
    if (this.#output !== output) {
      this.#output = output;
      this.#outputBytes = new Uint8Array(output.buffer, output.byteOffset, output.byteLength);
    }
    // As bytes, for nothing says that the addon's buffer is aligned.
    this.#outputBytes.set(pcm, at * 2);
    return pcm.byteLength / (2 * this.#channels);
  }

  #decodeBytes(packet: Uint8Array): Uint8Array {
    const handle = used(this.#handle);
    try {
      return handle.decode(packet);
    } catch (error) {
      throw decodeFailed(error instanceof Error ? error.message : String(error), packet, error);
    }
  }

  reset(): void {
    used(this.#handle).applyDecoderCTL(CTL.resetState, 0);
  }

  setGain(q8: number): void {
    used(this.#handle).applyDecoderCTL(CTL.setGain, q8);
  }

  free(): void {
    this.#handle = undefined;
  }
}

class NativeEncoder implements RawEncoder {
  readonly lookahead = LOWDELAY_LOOKAHEAD;
  readonly #options: RawEncoderOptions;
  #handle: NativeHandle | undefined;

  constructor(handle: NativeHandle, options: RawEncoderOptions) {
    this.#handle = handle;
    this.#options = options;
    // The class makes encoders for AUDIO; libopus lets that be changed before the first packet.
    handle.applyEncoderCTL(CTL.setApplication, APPLICATION_RESTRICTED_LOWDELAY);
    handle.applyEncoderCTL(CTL.setBitrate, options.bitrate);
    handle.applyEncoderCTL(CTL.setVbr, 1);
    if (options.complexity !== undefined) handle.applyEncoderCTL(CTL.setComplexity, options.complexity);
  }

  encode(pcm: Int16Array, frameSize: number): Uint8Array {
    const handle = used(this.#handle);
    checkFrame(pcm, frameSize, this.#options);
    const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, frameSize * this.#options.channels * 2);
    try {
      const packet = handle.encode(bytes);
      return new Uint8Array(packet.buffer, packet.byteOffset, packet.byteLength);
    } catch (error) {
      throw new OpusCodecError('OPUS_ENCODE_FAILED', 'libopus did not encode a frame', { frameSize }, error);
    }
  }

  setPredictionDisabled(on: boolean): void {
    used(this.#handle).applyEncoderCTL(CTL.setPredictionDisabled, on ? 1 : 0);
  }

  free(): void {
    this.#handle = undefined;
  }
}

function used(handle: NativeHandle | undefined): NativeHandle {
  if (!handle) throw new TypeError('used after free()');
  return handle;
}
