import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { splitPacket } from '@zarr-audio/opus-parser';
import { describe, expect, it } from 'vitest';
import type { OpusScriptModule } from '../../src/backends/opusscript-module';
import { VECTOR_HASH, vectorHash } from '../../src/backends/vector';
import { createWasmLoader } from '../../src/backends/wasm';
import { MAX_WASM_HANDLERS, WasmHeap } from '../../src/backends/wasm-heap';
import { fixture, oggLinks } from '../decode/ogg-links';

const wasmPath = createRequire(import.meta.url).resolve('opusscript/build/opusscript_native_wasm.wasm');
const load = () => createWasmLoader().load();
const { packets } = oggLinks(fixture('ogg_opus/stereo.opus'))[0]!;
const FRAMES = 960;

describe('many decoders', () => {
  it('200 stereo ones, interleaved, each give what one alone gives', async () => {
    const backend = await load();
    const alone = backend.createDecoder(2);
    const expected = packets.map((packet) => {
      const pcm = new Int16Array(FRAMES * 2);
      alone.decode(packet, pcm, 0);
      return pcm;
    });
    const decoders = Array.from({ length: 200 }, () => backend.createDecoder(2));
    // Decoder d is at another packet than its neighbours, so that state that is shared would show.
    let wrong = 0;
    const pcm = new Int16Array(FRAMES * 2);
    for (let round = 0; round < 60; round++) {
      decoders.forEach((decoder, d) => {
        const next = round - (d % 25);
        if (next < 0) return;
        decoder.decode(packets[next]!, pcm, 0);
        if (!Buffer.from(pcm.buffer).equals(Buffer.from(expected[next]!.buffer))) wrong++;
      });
    }
    expect(wrong).toBe(0);
    for (const decoder of decoders) decoder.free();
  });

  it('go on when memory grows under them', async () => {
    const heap = await heapOf();
    const first = heap.create(48000, 2, 2051);
    const pcm = new Int16Array(FRAMES * 2);
    const before = heap.byteLength;
    for (const packet of packets.slice(0, 20)) heap.decode(first, packet, 2, pcm, 0);
    const others = [];
    while (heap.byteLength === before) others.push(heap.create(48000, 2, 2051));
    expect(others.length).toBeGreaterThan(50);
    heap.decode(first, packets[20]!, 2, pcm, 0);

    const undisturbed = (await load()).createDecoder(2);
    const expected = new Int16Array(FRAMES * 2);
    for (const packet of packets.slice(0, 21)) undisturbed.decode(packet, expected, 0);
    expect(pcm).toEqual(expected);
  });

  it('give their memory back', async () => {
    const heap = await heapOf();
    const use = () => {
      const handlers = Array.from({ length: 200 }, (_, i) => heap.create(48000, 1 + (i % 2), 2051));
      for (const handler of handlers) heap.delete(handler);
    };
    use();
    const after = heap.byteLength;
    for (let i = 0; i < 10; i++) use();
    expect(heap.byteLength).toBe(after);
  });

  it('OPUS_TOO_MANY_DECODERS past the limit, under 200 MB, and one that is freed makes room', async () => {
    const backend = await load();
    const decoders = Array.from({ length: MAX_WASM_HANDLERS }, () => backend.createDecoder(2));
    expect(() => backend.createDecoder(1)).toThrow(expect.objectContaining({ code: 'OPUS_TOO_MANY_DECODERS' }));
    decoders[5]!.free();
    decoders[5]!.free();
    const another = backend.createDecoder(1);
    expect(() => backend.createDecoder(1)).toThrow(expect.objectContaining({ code: 'OPUS_TOO_MANY_DECODERS' }));
    for (const decoder of [...decoders, another]) decoder.free();

    const heap = await heapOf();
    for (let i = 0; i < MAX_WASM_HANDLERS; i++) heap.create(48000, 2, 2051);
    expect(heap.byteLength).toBeLessThan(200e6);
  });
});

async function heapOf(): Promise<WasmHeap> {
  const { default: factory } = await import('opusscript/build/opusscript_native_wasm.js');
  return new WasmHeap(factory({}));
}

describe('the WASM file, as a browser gets it', () => {
  const binary = readFileSync(wasmPath);

  it.each([
    ['bytes', () => ({ wasmBinary: binary })],
    ['a compiled module', () => ({ wasmBinary: new WebAssembly.Module(binary) })],
    ['an address', () => ({ wasmUrl: `data:application/octet-stream;base64,${binary.toString('base64')}` })],
  ])('by %s', async (_, options) => {
    const backend = await createWasmLoader(options()).load();
    expect(vectorHash(backend)).toBe(VECTOR_HASH);
  });

  it('rejects, once and with the reason, if it is something else', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    await expect(createWasmLoader({ wasmBinary: empty }).load()).rejects.toThrow('did not start');
    await expect(createWasmLoader({ wasmBinary: new Uint8Array(8) }).load()).rejects.toThrow(WebAssembly.CompileError);
    await expect(createWasmLoader({ wasmUrl: 'data:nonsense' }).load()).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });
});

describe('the stack of 64 KiB', () => {
  // The global 0 of the binary, and 64 KiB below it: static data end there, and nothing guards them.
  const [low, top] = [60_464, 126_000];

  async function paintedModule() {
    const { default: factory } = await import('opusscript/build/opusscript_native_wasm.js');
    const module = factory({});
    const heap = new WasmHeap(module);
    const used = (run: () => void) => {
      module.HEAPU8.fill(0xa5, low, top);
      run();
      return top - low - module.HEAPU8.subarray(low, top).findIndex((byte) => byte !== 0xa5);
    };
    return { heap, used };
  }

  it('holds 20 ms of encoding in stereo, with 8 KiB to spare', async () => {
    const { heap, used } = await paintedModule();
    const signals = [
      (i: number) => (i % 3000 < 5 ? 32767 : 0),
      (i: number) => Math.imul(i + 1, 0x9e3779b1) >> 16,
      (i: number) => (i % 977 < 200 ? Math.imul(i + 1, 0x9e3779b1) >> 16 : i % 7),
    ];
    let most = 0;
    for (const signal of signals) {
      for (const bitrate of [24_000, 128_000, 512_000]) {
        for (const complexity of [5, 10]) {
          const handler = heap.create(48000, 2, 2051);
          handler._encoder_ctl(4002, bitrate);
          handler._encoder_ctl(4010, complexity);
          for (let frame = 0; frame < 6; frame++) {
            const pcm = Int16Array.from({ length: 1920 }, (_, i) => signal(frame * 960 + (i >> 1)));
            most = Math.max(
              most,
              used(() => heap.encode(handler, pcm, 2, 960)),
            );
          }
          heap.delete(handler);
        }
      }
    }
    expect(most).toBeGreaterThan(40_000);
    expect(most).toBeLessThan(56 * 1024);
  });

  it('holds 60 ms of decoding, with 20 KiB to spare', async () => {
    const { heap, used } = await paintedModule();
    const output = new Int16Array(5760);
    const files = ['silk-mono-120ms', 'celt-stereo-120ms', 'hybrid-mono-80ms', 'clipping-2.5ms'];
    const pieces = files.map((file) =>
      oggLinks(fixture(`golden/decode/${file}.opus`))[0]!.packets.flatMap((packet) => splitPacket(packet, 2880)),
    );
    const handler = heap.create(48000, 2, 2051);
    let most = 0;
    // From every mode to every other, and with frames that were not sent.
    for (let i = 0; i < 18; i++) {
      for (const piece of pieces.flatMap((list) => [list[i]!, list[i]!.subarray(0, 1), list[i]!])) {
        try {
          most = Math.max(
            most,
            used(() => heap.decode(handler, piece, 2, output, 0)),
          );
        } catch (error) {
          // Cut to one byte, a packet of several frames is none.
          expect(error).toMatchObject({ code: expect.stringMatching(/OPUS_DECODE_FAILED|OPUS_BAD_PACKET/) });
        }
      }
    }
    expect(most).toBeGreaterThan(30_000);
    expect(most).toBeLessThan(44 * 1024);
  });

  it('RangeError for a packet that would need more', async () => {
    const { heap } = await paintedModule();
    const handler = heap.create(48000, 2, 2051);
    const [long] = oggLinks(fixture('golden/decode/celt-stereo-120ms.opus'))[0]!.packets;
    expect(() => heap.decode(handler, long!, 2, new Int16Array(11520), 0)).toThrow(RangeError);
    const padded = new Uint8Array(70_000).fill(0);
    expect(() => heap.decode(handler, padded, 2, new Int16Array(11520), 0)).toThrow(RangeError);
  });
});

describe('an instance that breaks', () => {
  const module = (decode: () => number, malloc = () => 1024): OpusScriptModule => ({
    OpusScriptHandler: class {
      _decode = decode;
      _encode = decode;
      _decoder_ctl = () => 0;
      _encoder_ctl = () => 0;
      delete() {}
    },
    HEAPU8: new Uint8Array(65536 * 2),
    HEAP16: new Int16Array(65536),
    HEAP32: new Int32Array(32768),
    _malloc: malloc,
  });
  const trap = () => {
    throw new WebAssembly.RuntimeError('unreachable');
  };

  it('OPUS_BACKEND_FAILED when the C++ traps', () => {
    const heap = new WasmHeap(module(trap));
    const handler = heap.create(48000, 2, 2051);
    const failure = expect.objectContaining({
      code: 'OPUS_BACKEND_FAILED',
      cause: expect.any(WebAssembly.RuntimeError),
    });
    expect(() => heap.decode(handler, Uint8Array.of(1, 2), 2, new Int16Array(10), 0)).toThrow(failure);
    expect(() => heap.encode(handler, new Int16Array(1920), 2, 960)).toThrow(failure);
  });

  it('OPUS_BACKEND_FAILED without memory for its buffers', () => {
    expect(() => new WasmHeap(module(trap, () => 0))).toThrow(expect.objectContaining({ code: 'OPUS_BACKEND_FAILED' }));
  });

  it('OPUS_ENCODE_FAILED, OPUS_DECODE_FAILED with the meaning of the error number', () => {
    const heap = new WasmHeap(module(() => -7));
    const handler = heap.create(48000, 2, 2051);
    expect(() => heap.encode(handler, new Int16Array(1920), 2, 960)).toThrow(
      expect.objectContaining({ code: 'OPUS_ENCODE_FAILED', details: { frameSize: 960, reason: 'out of memory' } }),
    );
    expect(() => heap.decode(handler, Uint8Array.of(1, 2), 2, new Int16Array(10), 0)).toThrow(
      expect.objectContaining({ code: 'OPUS_DECODE_FAILED', details: { byteLength: 2, reason: 'out of memory' } }),
    );
  });
});
