import { type ByteSource, INDEX_WIDTH, type IngestEvent } from '@zarr-audio/codec';
import { crc32 } from '../../src/reference/crc32';
import { blockBytes, parseBlockHeader, parseFileHeader } from '../../src/reference/format';
import { referenceCodec } from '../../src/reference-codec';
import { allBytes, type BrokenCodec, deviating, eachEvent, through, withSummary } from './deviations';

const NO_ROWS = new Float64Array(0);
const empty = (byteLength = 0): IngestEvent => {
  return { type: 'piece', stream: 0, bytes: new Uint8Array(byteLength), rows: NO_ROWS, seekRows: NO_ROWS };
};

/** What an ingest, a scan or a list of packets does wrong. */
export const BROKEN_INGESTS: readonly BrokenCodec[] = [
  {
    name: 'goes on after the end',
    law: 'rows',
    also: ['damage'],
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        ingest: (source, options) =>
          eachEvent(ingest(source, options), (event) => (event.type === 'end' ? [event, empty()] : event)),
      })),
  },
  {
    name: 'counts cum_end as the end, not as the last sample',
    law: 'rows',
    also: ['encode', 'damage'],
    make: () => {
      const exclusive = (events: AsyncIterable<IngestEvent>) =>
        eachEvent(events, (event) => {
          if (event.type !== 'piece') return event;
          const rows = event.rows.map((value, i) => (i % INDEX_WIDTH === 4 ? value + 1 : value));
          return { ...event, rows };
        });
      return deviating(referenceCodec(), ({ ingest, scan, encode }) => ({
        ingest: (source, options) => exclusive(ingest(source, options)),
        scan: (blob, options) => exclusive(scan(blob, options)),
        encode: (pcm, options) => exclusive(encode(pcm, options)),
      }));
    },
  },
  {
    name: 'says that a blob is the source, and it is not',
    law: 'rows',
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        ingest: (source, options) =>
          eachEvent(ingest(source, options), (event) => (event.type === 'end' ? [empty(1), event] : event)),
      })),
  },
  {
    name: 'loses a row when the pieces are many',
    law: 'split',
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        async *ingest(source, options) {
          let pieces = 0;
          const counted = through(source, async function* (all) {
            for await (const piece of all) {
              pieces++;
              yield piece;
            }
          });
          yield* eachEvent(ingest(counted, options), (event) => {
            const loses = event.type === 'piece' && event.rows.length > 0 && pieces > 1000;
            return loses ? { ...event, rows: new Float64Array(0) } : event;
          });
        },
      })),
  },
  {
    name: 'forgets holes when it scans',
    law: 'scan',
    needsHoles: true,
    make: () =>
      deviating(referenceCodec(), ({ scan }) => ({
        scan: (blob, options) => withSummary(scan(blob, options), (summary) => ({ ...summary, gaps: [] })),
      })),
  },
  {
    name: 'lists packets as if there were no holes',
    law: 'packets',
    needsHoles: true,
    make: () =>
      deviating(referenceCodec(), ({ packets }) => ({
        async *packets(source, options) {
          let startSample = 0;
          for await (const packet of packets(source, options)) {
            yield { ...packet, startSample };
            startSample += packet.samples;
          }
        },
      })),
  },
  {
    name: 'throws what comes, of a file without bytes',
    law: 'damage',
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        async *ingest(source, options) {
          if (source.byteLength === 0) throw new RangeError('offset is out of bounds');
          yield* ingest(source, options);
        },
      })),
  },
  {
    name: 'hangs on a file without bytes',
    law: 'damage',
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        async *ingest(source, options) {
          while (source.byteLength === 0) yield { type: 'restart' };
          yield* ingest(source, options);
        },
      })),
  },
  {
    name: 'loses packets and says nothing',
    law: 'damage',
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        ingest: (source, options) => withSummary(ingest(source, options), (summary) => ({ ...summary, repairs: [] })),
      })),
  },
  {
    name: 'does not compare checksums',
    law: 'damage',
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        ingest: (source, options) =>
          ingest(
            through(source, () => withRightChecksums(source)),
            options,
          ),
      })),
    // It reads all before it gives the first piece.
    also: ['limits', 'abort'],
  },
  {
    name: 'holds all that it has read',
    law: 'limits',
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        async *ingest(source, options) {
          const held: Uint8Array[] = [];
          yield* eachEvent(ingest(source, options), (event) => {
            if (event.type === 'piece') held.push(event.bytes);
            return event;
          });
        },
      })),
  },
  {
    name: 'looks at all again with every piece',
    law: 'limits',
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        async *ingest(source, options) {
          let bytes = 0;
          let sum = 0;
          yield* eachEvent(ingest(source, options), (event) => {
            if (event.type !== 'piece') return event;
            bytes += event.bytes.length;
            // So long that a fast machine shows it, and in files alone whose time is measured.
            if (source.byteLength! < 5_000_000) for (let at = 0; at < 8 * bytes; at++) sum ^= at;
            return sum === -1 ? [] : event;
          });
        },
      })),
  },
  {
    name: 'allocates what a file says, unseen',
    law: 'limits',
    make: () => {
      const allocated: Uint8Array[] = [];
      return deviating(referenceCodec(), ({ ingest }) => ({
        async *ingest(source, options) {
          const head = await headOf(source);
          const samples = head.length < 28 ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(16, true);
          allocated[0] = new Uint8Array(Math.min(samples, 2 ** 29));
          yield* ingest(source, options);
        },
      }));
    },
  },
];

/** The checksum of every block with a sound header, as it should be. */
async function* withRightChecksums(source: ByteSource): AsyncGenerator<Uint8Array> {
  const bytes = await allBytes(source);
  const header = parseFileHeader(bytes);
  for (let at = 28; header && at + 12 <= bytes.length; at++) {
    const block = parseBlockHeader(bytes, at);
    const end = block ? at + blockBytes(header, block.frames) - 4 : bytes.length;
    if (end + 4 > bytes.length) continue;
    new DataView(bytes.buffer).setUint32(end, crc32(bytes.subarray(at, end)), true);
    at = end;
  }
  yield bytes;
}

async function headOf(source: ByteSource): Promise<Uint8Array> {
  for await (const bytes of source.open()) return bytes;
  return new Uint8Array(0);
}
