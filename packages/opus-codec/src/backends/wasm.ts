/// <reference path="./opusscript.d.ts" />
import {
  APPLICATION_RESTRICTED_LOWDELAY,
  CTL,
  checkChannels,
  checkEncoderOptions,
  checkFrame,
  LOWDELAY_LOOKAHEAD,
  type OpusBackend,
  type OpusBackendLoader,
  type RawDecoder,
  type RawEncoder,
  type RawEncoderOptions,
} from './backend';
import type {
  OpusScriptFactory,
  OpusScriptHandler,
  OpusScriptModule,
  OpusScriptModuleOptions,
} from './opusscript-module';
import { WasmHeap } from './wasm-heap';

/** Where the WASM comes from. In Node nothing is needed; elsewhere one of the two is. */
/** A `WebAssembly.Module`, where the types of the runtime have one: those of Node alone do not. */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: new (bytes: never) => infer Module } }
  ? Module
  : never;

export interface WasmOptions {
  /** Address of `opusscript/build/opusscript_native_wasm.wasm`, as the bundler or server gives it. */
  readonly wasmUrl?: string | URL | undefined;
  /** Its bytes, or a module compiled from them (which can be sent to a worker). */
  readonly wasmBinary?: ArrayBuffer | ArrayBufferView | WasmModule | undefined;
}

const LIBRARY = 'opusscript 0.1.1 (libopus 1.4)';

/**
 * libopus as WASM, by opusscript's inner module: the class around it puts its views at wrong addresses.
 *
 * All decoders share one instance, made when the backend is loaded.
 */
export function createWasmLoader(options: WasmOptions = {}): OpusBackendLoader {
  return {
    name: 'wasm',
    load: async () => {
      const [factory, compiled] = await Promise.all([loadFactory(), compile(options)]);
      return wasmBackend(new WasmHeap(instantiate(factory, compiled)));
    },
  };
}

async function loadFactory(): Promise<OpusScriptFactory> {
  const { default: factory } = await import('opusscript/build/opusscript_native_wasm.js');
  return factory;
}

async function compile({ wasmBinary, wasmUrl }: WasmOptions): Promise<WebAssembly.Module | undefined> {
  if (wasmBinary instanceof WebAssembly.Module) return wasmBinary;
  if (wasmBinary) return WebAssembly.compile(wasmBinary as BufferSource);
  if (wasmUrl) {
    const response = await fetch(wasmUrl);
    if (!response.ok) throw new Error(`${wasmUrl}: ${response.status} ${response.statusText}`);
    // Not compileStreaming: many servers send another type than application/wasm.
    return WebAssembly.compile(await response.arrayBuffer());
  }
  return undefined;
}

/** @param compiled  Undefined: the factory reads the file that lies beside it, as it can in Node. */
function instantiate(factory: OpusScriptFactory, compiled: WebAssembly.Module | undefined): OpusScriptModule {
  let cause: unknown;
  const options: OpusScriptModuleOptions = { printErr: () => undefined };
  if (compiled) {
    options.instantiateWasm = (imports, receive) => {
      try {
        return receive(new WebAssembly.Instance(compiled, imports));
      } catch (error) {
        // The factory would go on with the file that it finds by itself.
        cause = error;
        throw error;
      }
    };
  }
  try {
    const module = factory(options);
    if (cause === undefined) return module;
  } catch (error) {
    cause ??= error;
  } finally {
    // Rejected as well if it fails, and nobody else listens.
    options.ready?.catch(() => undefined);
  }
  const remedy = compiled ? '' : "; outside of Node the option 'wasmUrl' or 'wasmBinary' has to say where it is";
  throw new Error(`opusscript_native_wasm.wasm did not start: ${String(cause)}${remedy}`, { cause });
}

function wasmBackend(heap: WasmHeap): OpusBackend {
  return {
    name: 'wasm',
    library: LIBRARY,
    createDecoder(channels) {
      checkChannels(channels);
      return new WasmDecoder(heap, channels);
    },
    createEncoder(options) {
      checkEncoderOptions(options);
      return new WasmEncoder(heap, options);
    },
  };
}

class WasmDecoder implements RawDecoder {
  readonly #heap: WasmHeap;
  readonly #channels: number;
  #handler: OpusScriptHandler | undefined;

  constructor(heap: WasmHeap, channels: number) {
    this.#heap = heap;
    this.#channels = channels;
    this.#handler = heap.create(48000, channels, APPLICATION_RESTRICTED_LOWDELAY);
  }

  decode(packet: Uint8Array, output: Int16Array, at: number): number {
    return this.#heap.decode(used(this.#handler), packet, this.#channels, output, at);
  }

  reset(): void {
    control('reset', used(this.#handler)._decoder_ctl(CTL.resetState, 0));
  }

  setGain(q8: number): void {
    control('gain', used(this.#handler)._decoder_ctl(CTL.setGain, q8));
  }

  free(): void {
    if (this.#handler) this.#heap.delete(this.#handler);
    this.#handler = undefined;
  }
}

class WasmEncoder implements RawEncoder {
  readonly lookahead = LOWDELAY_LOOKAHEAD;
  readonly #heap: WasmHeap;
  readonly #options: RawEncoderOptions;
  #handler: OpusScriptHandler | undefined;

  constructor(heap: WasmHeap, options: RawEncoderOptions) {
    this.#heap = heap;
    this.#options = options;
    const handler = heap.create(options.sampleRate, options.channels, APPLICATION_RESTRICTED_LOWDELAY);
    this.#handler = handler;
    control('bitrate', handler._encoder_ctl(CTL.setBitrate, options.bitrate));
    control('VBR', handler._encoder_ctl(CTL.setVbr, 1));
    if (options.complexity !== undefined) {
      control('complexity', handler._encoder_ctl(CTL.setComplexity, options.complexity));
    }
  }

  encode(pcm: Int16Array, frameSize: number): Uint8Array {
    const handler = used(this.#handler);
    checkFrame(pcm, frameSize, this.#options);
    return this.#heap.encode(handler, pcm, this.#options.channels, frameSize);
  }

  setPredictionDisabled(on: boolean): void {
    control('prediction', used(this.#handler)._encoder_ctl(CTL.setPredictionDisabled, on ? 1 : 0));
  }

  free(): void {
    if (this.#handler) this.#heap.delete(this.#handler);
    this.#handler = undefined;
  }
}

function used(handler: OpusScriptHandler | undefined): OpusScriptHandler {
  if (!handler) throw new TypeError('used after free()');
  return handler;
}

function control(what: string, result: number): void {
  if (result !== 0) throw new RangeError(`libopus refuses the ${what}: error ${result}`);
}
