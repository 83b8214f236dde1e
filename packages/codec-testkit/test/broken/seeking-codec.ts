import type { Codec, IngestEvent, JsonObject } from '@zarr-audio/codec';
import { parseBlockHeader } from '../../src/reference/format';
import { referenceCodec } from '../../src/reference-codec';
import { type BrokenCodec, deviating, eachEvent } from './deviations';

/** Packets that a decoder needs before it is right. */
const PRE_ROLL = 2;
/** Packets between seek points. */
const DISTANCE = 4;

interface Seeking {
  /** Where a decoder is reset for a row; `PRE_ROLL` before, if it is right. */
  readonly preRoll?: number;
  readonly seekPointAttributes?: JsonObject;
  /** Rows of a scan lie elsewhere. */
  readonly scanDistance?: number;
}

/**
 * The reference codec as one with seek points: entered in the middle, its decoder is wrong for two blocks.
 */
export function seekingCodec({ preRoll = PRE_ROLL, scanDistance = DISTANCE, ...options }: Seeking = {}): Codec {
  const { seekPointAttributes = { portable: true, measured_by: 'reference' } } = options;
  const withRows = (events: AsyncIterable<IngestEvent>, distance: number) =>
    eachEvent(events, (event) => {
      if (event.type !== 'end') return event;
      const rows: number[] = [0, 0, 0];
      for (let from = distance; from < event.summary.packets; from += distance) rows.push(from - preRoll, from, 0);
      const seekRows = Float64Array.from(rows);
      const none = { bytes: new Uint8Array(0), rows: new Float64Array(0) };
      return [
        { type: 'piece', stream: 0, ...none, seekRows },
        { ...event, summary: { ...event.summary, seekPointAttributes } },
      ];
    });
  return deviating(referenceCodec(), (codec) => ({
    hasSeekPoints: true,
    fastPreRoll: 100,
    ingest: (source, options) => withRows(codec.ingest(source, options), DISTANCE),
    scan: (blob, options) => withRows(codec.scan(blob, options), scanDistance),
    encode: (pcm, options) => withRows(codec.encode(pcm, options), DISTANCE),
    async createDecoder(stream) {
      const decoder = await codec.createDecoder(stream);
      let right = 0;
      return {
        ...decoder,
        decode(packet, output, at) {
          const frames = decoder.decode(packet, output, at);
          if (parseBlockHeader(packet, 0)!.firstSample === 0) right = PRE_ROLL;
          if (right++ < PRE_ROLL) output[at]! += 1;
          return frames;
        },
        reset: () => {
          right = 0;
        },
      };
    },
    // It never runs on across a row that was not measured for it.
    decodePlan(rows, first, last, { exact = true } = {}) {
      const governing = rows.filter(({ from }) => from <= first).at(-1)!;
      const own = exact ? [] : rows.filter(({ from }) => from > first);
      const starts = [
        { reset: governing.packet, from: first },
        ...own.map(({ packet, from }) => ({ reset: packet, from })),
      ];
      return starts.map((start, i) => ({ ...start, to: starts[i + 1]?.from ?? last + 1, maxDiff: 0 }));
    },
  }));
}

export const BROKEN_SEEKS: readonly BrokenCodec[] = [
  {
    name: 'has seek points that leave no time to converge',
    law: 'range',
    make: () => seekingCodec({ preRoll: 1 }),
  },
  {
    name: 'finds other seek points when it scans',
    law: 'scan',
    also: ['encode'],
    make: () => seekingCodec({ scanDistance: DISTANCE + 1 }),
  },
  {
    name: 'has seek points and says that it has none',
    law: 'rows',
    also: ['encode', 'damage', 'range'],
    make: () =>
      deviating(seekingCodec(), () => ({
        hasSeekPoints: false,
        decodePlan: (_, first, last) => [{ reset: first, from: first, to: last + 1, maxDiff: 0 }],
      })),
  },
];
