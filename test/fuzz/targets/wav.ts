import { readFieldMetadata } from '@zarr-audio/field-metadata';
import { openWav, wavInput } from '@zarr-audio/wav';
import { files } from '../harness/corpus';
import { expect } from '../harness/expect';
import { joined } from '../harness/smaller';
import type { Feed, Target } from '../harness/target';
import { mutateWav } from '../mutators/riff';

const MEGABYTE = 2 ** 20;

const wav: Target = {
  name: 'wav',
  iterations: 350,
  corpus: () => files(['wav', 'malformed', 'wildlife', 'golden/wav'], /\.wav$/i, { cutAt: 12_000 }),
  mutate: mutateWav,
  async run(feed, log) {
    wavInput().probe(feed.input.subarray(0, 65_536));
    // The length of a stream is not known beforehand.
    for (const byteLength of [feed.input.length, undefined]) {
      try {
        await read(feed, byteLength, log);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error)) throw error;
        log.add(`throws ${String(error.code)}`);
        if (byteLength === undefined) throw error;
      }
    }
  },
  // Most samples of a file are in blocks of 64 Ki frames; a source has texts.
  events: { perByte: 0.5, constant: 40 },
  // 8 bits become 16; both ways of reading.
  bytes: { perByte: 8, constant: 0 },
  memory: { perByte: 24, constant: 4 * MEGABYTE },
  slow: {
    'chunks without a byte': (length) =>
      joined([HEAD, repeat(Uint8Array.of(0x4a, 0x55, 0x4e, 0x4b, 0, 0, 0, 0), length)]),
    'texts of one byte': (length) =>
      joined([HEAD, list(repeat(Uint8Array.of(0x49, 0x4e, 0x41, 0x4d, 1, 0, 0, 0, 65, 0), length))]),
    'one text': (length) =>
      joined([
        HEAD,
        list(joined([Uint8Array.of(0x49, 0x4e, 0x41, 0x4d), u32(length), new Uint8Array(length).fill(65)])),
      ]),
  },
};

export const targets: readonly Target[] = [wav];

async function read({ pieces: given, input }: Feed, byteLength: number | undefined, log: Parameters<Target['run']>[1]) {
  const source = {
    name: 'input.wav',
    ...(byteLength !== undefined && { byteLength }),
    async *open() {
      yield* given();
    },
  };
  const [pcm] = await openWav(source);
  const { format, frames, container, codec, tags, original } = pcm;
  log.add(`${codec} ${format.sampleType}`, JSON.stringify({ format, frames, container, original }));
  for (const [key, value] of Object.entries(tags)) log.add('tag', key, value);
  const { channels, sampleRate, bitsPerSample, sampleType } = format;
  expect(Number.isInteger(channels) && channels >= 1 && channels <= 65_535, `${channels} channels`);
  expect(Number.isFinite(sampleRate) && sampleRate > 0, `${sampleRate} Hz`);
  const blocks: Uint8Array[] = [];
  let samples = 0;
  for await (const block of pcm.blocks()) {
    expect(
      block.constructor === { int16: Int16Array, int32: Int32Array, float32: Float32Array }[sampleType],
      'another type',
    );
    expect(block.length > 0 && block.length % channels === 0, `a block of ${block.length} samples`);
    if (sampleType !== 'float32')
      for (const sample of block)
        expect(sample >= -(2 ** (bitsPerSample - 1)) && sample < 2 ** (bitsPerSample - 1), `a sample of ${sample}`);
    samples += block.length;
    blocks.push(new Uint8Array(block.buffer, block.byteOffset, block.byteLength).slice());
  }
  const all = joined(blocks);
  log.add('samples', samples, all);
  expect(frames === undefined || samples === frames * channels, `${samples} samples of ${frames} frames`);
  expect(samples <= input.length, `${samples} samples out of ${input.length} bytes`);
  for (const { code, byteOffset, samples: lost } of pcm.repairs()) {
    log.add(code, byteOffset, lost);
    expect(
      byteOffset >= 0 && byteOffset <= input.length && Number.isSafeInteger(lost),
      `${code} at ${byteOffset}, ${lost} samples`,
    );
  }
  const pieces = pcm.metadata?.() ?? [];
  for (const { name, byteOffset, bytes, fields } of pieces) {
    log.add('piece', `${name} ${byteOffset}`, bytes);
    const same = input.subarray(byteOffset, byteOffset + bytes.length);
    expect(
      same.every((byte, i) => byte === bytes[i]) && same.length === bytes.length,
      `${name} is not what lies at ${byteOffset}`,
    );
    log.add('fields', JSON.stringify(fields ?? {}));
  }
  const said = readFieldMetadata({ fileName: 'input.wav', tags, pieces, sampleRateHz: sampleRate });
  log.add('field metadata', JSON.stringify(said));
}

const u32 = (value: number) => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
const HEAD = new TextEncoder().encode('RIFF\0\0\0\0WAVE');

function list(body: Uint8Array): Uint8Array {
  return joined([new TextEncoder().encode('LIST'), u32(4 + body.length), new TextEncoder().encode('INFO'), body]);
}

function repeat(bytes: Uint8Array, byteLength: number): Uint8Array {
  const out = new Uint8Array(Math.max(1, Math.floor(byteLength / bytes.length)) * bytes.length);
  for (let at = 0; at < out.length; at += bytes.length) out.set(bytes, at);
  return out;
}
