import { hasOpusTrack, isMp4, type Mp4File, type Mp4Sample, Mp4SampleReader, Mp4Scanner } from '@zarr-audio/mp4-demux';
import { files } from '../harness/corpus';
import { expect, same } from '../harness/expect';
import type { Log } from '../harness/log';
import { joined } from '../harness/smaller';
import type { Target } from '../harness/target';
import { mutateMp4 } from '../mutators/boxes';

const MEGABYTE = 2 ** 20;

/** Sizes as small, so that limits are met with inputs that are small. */
const LIMITS = { maxMetadataBytes: 200_000, maxSampleBytes: 50_000, maxTracks: 8 };

const mp4: Target = {
  name: 'mp4',
  iterations: 250,
  corpus: () => files(['mp4_opus', 'golden/mp4'], /\.(mp4|m4a|mov)$/, { maxBytes: 60_000 }),
  mutate: mutateMp4,
  run({ input, pieces }, log) {
    isMp4(input.subarray(0, 12));
    log.add(`opus ${hasOpusTrack(input.subarray(0, 4096))}`);
    const scanner = new Mp4Scanner(LIMITS);
    for (const piece of pieces()) scanner.push(piece);
    const file = scanner.finish();
    logFile(file, log);
    const reader = new Mp4SampleReader(file.tracks);
    const ends = file.tracks.map(({ samples }) => ({ byteOffset: 0, decodeTime: samples.startTime, index: -1 }));
    const give = (samples: readonly Mp4Sample[]) => {
      for (const sample of samples) {
        const { track, index, byteOffset, byteLength, decodeTime, duration, data } = sample;
        log.add('sample', track.index, index, byteOffset, byteLength, decodeTime, duration, data);
        const end = ends[track.index]!;
        expect(
          same(data, input.subarray(byteOffset, byteOffset + byteLength)),
          `sample ${index} is not at ${byteOffset}`,
        );
        expect(
          data.length === byteLength && byteLength <= LIMITS.maxSampleBytes,
          `sample ${index} has ${data.length} bytes`,
        );
        expect(
          index === end.index + 1 && byteOffset >= end.byteOffset,
          `sample ${index} lies before the end of another`,
        );
        expect(
          decodeTime >= end.decodeTime && Number.isSafeInteger(decodeTime),
          `sample ${index} begins at ${decodeTime}`,
        );
        ends[track.index] = { byteOffset: byteOffset + byteLength, decodeTime, index };
      }
    };
    for (const piece of pieces()) give(reader.push(piece));
    reader.finish();
    for (const { index, samples } of file.tracks) {
      expect(ends[index]!.index + 1 === samples.count, `${ends[index]!.index + 1} samples of ${samples.count}`);
    }
  },
  // Each of the eight tracks may list every byte as a sample.
  events: { perByte: 9, constant: 200 },
  bytes: { perByte: 9, constant: 0 },
  memory: { perByte: 160, constant: 3 * MEGABYTE },
  slow: {
    'boxes without a payload': (length) => repeat(box('free'), length),
    'boxes within boxes': (length) => deep('moov', length),
    'tracks within tracks': (length) => deep('trak', length),
    'tracks without anything': (length) =>
      joined([
        FTYP,
        box('moov', repeat(box('trak'), Math.min(length, 190_000))),
        repeat(box('free'), length - 190_000),
      ]),
    'fragments without anything': (length) => joined([FTYP, box('moov'), repeat(box('moof'), length)]),
    'bytes that are no box': (length) => joined([FTYP, new Uint8Array(length).fill(0x61)]),
    'sizes of 0, no box': (length) => joined([FTYP, new Uint8Array(length)]),
  },
};

export const targets: readonly Target[] = [mp4];

function logFile({ brands, movieTimescale, createdUtc, tags, tracks, damage, byteLength }: Mp4File, log: Log): void {
  log.add('file', brands.join(), movieTimescale, createdUtc, JSON.stringify(tags), byteLength);
  for (const { code, ...rest } of damage) log.add(code, JSON.stringify(rest));
  for (const { samples, dops, opusHead, presentation, ...rest } of tracks) {
    log.add(`track ${rest.kind}`, JSON.stringify(rest), JSON.stringify(presentation));
    log.add('tables', samples.count, samples.startTime, samples.endTime, dops, opusHead);
    const { mediaStart, mediaEnd, startTrim, endTrim } = presentation;
    expect(mediaEnd >= mediaStart && startTrim >= 0 && endTrim >= 0, `presents ${JSON.stringify(presentation)}`);
    expect(samples.endTime >= samples.startTime, `ends at ${samples.endTime}`);
  }
}

function box(type: string, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(8 + payload.length);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(payload, 8);
  return bytes;
}

const FTYP = box('ftyp', new TextEncoder().encode('isom\0\0\0\0'));

function repeat(bytes: Uint8Array, byteLength: number): Uint8Array {
  const out = new Uint8Array(Math.max(0, Math.floor(byteLength / bytes.length)) * bytes.length);
  for (let at = 0; at < out.length; at += bytes.length) out.set(bytes, at);
  return out;
}

/** As deep as fits the limit of a movie box, and such movies one behind the other. */
function deep(type: string, byteLength: number): Uint8Array {
  const depth = Math.min(Math.floor(byteLength / 8), 20_000);
  const bytes = new Uint8Array(depth * 8);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < depth; i++) {
    view.setUint32(8 * i, bytes.length - 8 * i);
    bytes.set(new TextEncoder().encode(i === 0 ? 'moov' : type), 8 * i + 4);
  }
  return joined([FTYP, repeat(bytes, byteLength)]);
}
