import { bytesSource, type CodecTask, type IngestOptions, type TaskRunner, UNMEASURED } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import type { OpusBackend } from '../../src/backends/backend';
import { opus } from '../../src/index';
import { backendsHere, native, wasm as selected } from '../backends/backends-here';
import { changedBackend } from '../backends/fake-backends';
import { AUDIO, collect, concatenate, fixture, regularPages, stream } from '../ingest/made-ogg';
import { definedRows } from './defined-rows';

const { backend: wasm } = selected;
const codec = opus({ backend: 'wasm' });
const measured = (file: Uint8Array, options: IngestOptions = {}, by = codec) =>
  collect(by.ingest(bytesSource('a', file), options));

/** What the codec's tasks give, on copies of what they are given, as another thread would. */
class CopyingRunner implements TaskRunner {
  readonly size = 2;
  tasks = 0;

  constructor(private readonly task: CodecTask = codec.tasks!.measure!) {}

  async run(_codec: string, _task: string, input: unknown): Promise<unknown> {
    this.tasks++;
    const copied = structuredClone(input);
    await new Promise((resolve) => setTimeout(resolve, this.tasks % 3));
    return structuredClone((await this.task(copied)).output);
  }
}

/** All modes of the encoder; packets of 2.5 to 120 ms; several streams, links, and a file with a hole. */
const FILES = [
  'wildlife/S4A03895_20190522_210000-22k.opus',
  'ogg_opus/opus_osce_female_ref_6kbs.ogg',
  'ogg_opus/gs-16b-1c-16000hz.opus',
  'ogg_opus/8khz_5s.opus',
  'ogg_opus/chain.opus',
  'ogg_opus/bbb_6ch_8kHz_opus.ogg',
  'golden/decode/clipping-2.5ms.opus',
  'golden/decode/clipping-120ms.opus',
  'golden/decode/discrete-3ch-2.5ms.opus',
  'golden/decode/hybrid-mono-80ms.opus',
  'golden/decode/silk-mono-120ms.opus',
  'golden/decode/surround-silk-100ms.opus',
  'golden/decode/surround-7.1.opus',
  'ambisonics/family3-9ch.opus',
  'opus_vectors/testvector05.bit',
];

describe.each(FILES)('seek points of %s', (path) => {
  it('are those of the definition, by each backend and on other threads', async () => {
    const { streams } = await measured(fixture(path));
    for (const made of streams) {
      expect(made.seekRows).toEqual(definedRows(made, wasm));
      expect(made.summary.seekPointAttributes).toMatchObject({ measured_by: wasm.library });
    }
    const runner = new CopyingRunner();
    const { streams: threaded } = await measured(fixture(path), { tasks: runner });
    expect(threaded.map(({ seekRows }) => seekRows)).toEqual(streams.map(({ seekRows }) => seekRows));
    const rescanned = await collect(codec.scan(bytesSource('blob', streams[0]!.blob)));
    expect(rescanned.streams[0]!.seekRows).toEqual(streams[0]!.seekRows);
    for (const [backend] of backendsHere) {
      const other = await measured(fixture(path), {}, opus({ backend }));
      for (const [i, { seekRows, summary }] of other.streams.entries()) {
        if (summary.seekPointAttributes!.portable) expect(seekRows).toEqual(streams[i]!.seekRows);
      }
    }
  });
});

/** Sound packets of 20 ms, `seconds` of them, `perPage` on a page; `change` may put others in their place. */
function longFile(
  seconds: number,
  change: (packet: Uint8Array, i: number) => Uint8Array = (packet) => packet,
  perPage = 10,
) {
  const packets = Array.from({ length: 50 * seconds }, (_, i) => change(AUDIO[i % AUDIO.length]!, i));
  const pages = Array.from({ length: packets.length / perPage }, (_, i) => ({
    packets: packets.slice(perPage * i, perPage * (i + 1)),
    granule: 960 * perPage * (i + 1),
  }));
  return concatenate(stream(pages));
}

describe('a packet that libopus refuses', () => {
  // CELT, 10 ms, two frames of one length in 3 bytes: it says that it is 20 ms, and can't be.
  const refused = Uint8Array.of((30 << 3) | 1, 1, 2, 3);

  it('is kept, and nothing crosses it', async () => {
    const [made] = (await measured(longFile(8, (packet, i) => (i === 120 || i === 121 ? refused : packet)))).streams;
    expect(made!.verbatim).toBe(true);
    expect(made!.rows).toHaveLength(400);
    expect(made!.seekRows).toEqual(definedRows(made!, wasm));
    expect(made!.seekRows).toContainEqual([122, 122, 0]);
    expect(made!.seekRows.filter(([packet, from]) => packet! < 122 && from! >= 120)).toEqual([]);
  });

  it('may be any of them, and all', async () => {
    const [first] = (await measured(longFile(1, (packet, i) => (i < 3 ? refused : packet)))).streams;
    expect(first!.seekRows).toEqual([
      [0, 0, 0],
      [3, 3, 0],
    ]);
    const [none] = (await measured(longFile(1, () => refused))).streams;
    expect(none!.seekRows).toEqual([[0, 0, 0]]);
  });
});

describe('what is measured', () => {
  it('is anew after a hole', async () => {
    const pages = regularPages(40).map((made, i) => ({ ...made, granule: Number(made.granule) + (i < 20 ? 0 : 4800) }));
    const [made] = (await measured(concatenate(stream(pages)))).streams;
    expect(made!.summary.gaps).toHaveLength(1);
    expect(made!.seekRows).toEqual(definedRows(made!, wasm));
    expect(made!.seekRows).toContainEqual([200, 200, 0]);
  });

  it('has nothing of padding, however much there is, and gives the same rows', async () => {
    const padded = (packet: Uint8Array) => {
      const length = 50_000;
      const lacing = [...Array<number>(Math.floor(length / 254)).fill(255), length % 254];
      return concatenate([
        Uint8Array.of((packet[0]! & 0xfc) | 3, 0x41, ...lacing),
        packet.subarray(1),
        new Uint8Array(length),
      ]);
    };
    let largest = 0;
    const runner = new CopyingRunner((input) => {
      const { job } = input as { job: { blocks: { bytes: Uint8Array }[] } };
      for (const { bytes } of job.blocks) largest = Math.max(largest, bytes.byteLength);
      return codec.tasks!.measure!(input);
    });
    const [plain] = (await measured(longFile(3))).streams;
    const [large] = (await measured(longFile(3, padded, 1), { tasks: runner })).streams;
    expect(large!.seekRows).toEqual(plain!.seekRows);
    expect(large!.seekRows.length).toBeGreaterThan(3);
    expect(largest).toBeLessThan(50_000);
  });

  it('is a grid for a backend that rounds differently, and tells no decoder then', async () => {
    const backend = changedBackend(wasm, (output, at) => output[at]!++);
    const [made] = (await measured(longFile(6), {}, opus({ backend }))).streams;
    expect(made!.seekRows.map(([, , maxDiff]) => maxDiff)).toEqual([0, UNMEASURED, UNMEASURED]);
    expect(made!.summary.seekPointAttributes).toEqual({});
    expect((await measured(longFile(1), { seekPoints: 'grid' })).streams[0]!.summary.seekPointAttributes).toEqual({});
  });
});

describe('on other threads', () => {
  it.skipIf(!native)('jobs are done here where a thread has another decoder', async () => {
    const other = opus({ backend: 'native' });
    const runner = new CopyingRunner((input) =>
      codec.tasks!.measure!({ ...(input as { backend: string }), backend: 'wasm' }),
    );
    const [made] = (await measured(longFile(8), { tasks: runner }, other)).streams;
    expect(runner.tasks).toBeGreaterThan(0);
    expect(made!.seekRows).toEqual((await measured(longFile(8))).streams[0]!.seekRows);
    await expect(
      codec.tasks!.measure!({ backend: 'wasm', library: 'another 1.0', stream: made!.description, job: {} }),
    ).rejects.toMatchObject({ code: 'DECODER_DIFFERS' });
  });

  it('none is asked for a backend of the application, which it would not know by its name', async () => {
    const runner = new CopyingRunner();
    await measured(longFile(8), { tasks: runner }, opus({ backend: wasm }));
    expect(runner.tasks).toBe(0);
  });

  it('what fails there fails the ingest, and an abort ends it', async () => {
    const error = new Error('the thread ended');
    await expect(measured(longFile(40), { tasks: new CopyingRunner(() => Promise.reject(error)) })).rejects.toBe(error);
    const aborted = new AbortController();
    const runner: TaskRunner = {
      size: 1,
      run: (_codec, _task, _input, options) =>
        new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => reject(options.signal!.reason));
          setTimeout(() => aborted.abort(error), 10);
        }),
    };
    await expect(measured(longFile(200), { tasks: runner, signal: aborted.signal })).rejects.toBe(error);
  });
});

describe('an ingest that is dropped half way', () => {
  /** A backend that counts what it makes. */
  function counting() {
    const made = { decoders: 0 };
    const backend: OpusBackend = {
      ...wasm,
      createDecoder: (channels) => {
        made.decoders++;
        return wasm.createDecoder(channels);
      },
    };
    return { made, backend };
  }

  it('gives its decoders back, and leaves no rejection unhandled', async () => {
    const { made, backend } = counting();
    const dropping = opus({ backend });
    for (let i = 0; i < 5; i++) {
      const rows: number[] = [];
      for await (const event of dropping.ingest(bytesSource('a', longFile(60)))) {
        if (event.type === 'piece') rows.push(...event.rows);
        if (rows.length > 0) break;
      }
    }
    // One that decodes in sequence and one that is started at candidates; the vector took three.
    expect(made.decoders).toBeLessThanOrEqual(5);
    const left: AbortSignal[] = [];
    const never: TaskRunner = {
      size: 1,
      run: (_codec, _task, _input, options) => {
        left.push(options!.signal!);
        return new Promise((_, reject) => options!.signal!.addEventListener('abort', () => reject(new Error('left'))));
      },
    };
    const small = {
      name: 'a',
      async *open() {
        const file = longFile(45);
        for (let at = 0; at < file.length; at += 4096) yield file.subarray(at, at + 4096);
      },
    };
    for await (const event of codec.ingest(small, { tasks: never }))
      if (event.type === 'piece' && left.length > 0) break;
    expect(left.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('also where the file turns out not to be sound', async () => {
    const { made, backend } = counting();
    const pages = regularPages(30).map((one, i) => (i === 25 ? { ...one, granule: 1 } : one));
    const { streams, restarts } = await measured(concatenate(stream(pages)), {}, opus({ backend }));
    expect(restarts).toBe(1);
    expect(streams[0]!.seekRows).toEqual(definedRows(streams[0]!, wasm));
    expect(made.decoders).toBeLessThanOrEqual(5);
  });
});
