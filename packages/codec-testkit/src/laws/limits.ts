import type { ByteSource } from '@zarr-audio/codec';
import { errorCode } from '@zarr-audio/codec';
import { require, requireCode } from '../compare';
import { withinTime } from '../ingested';
import { type Law, type LawTest, skipped } from '../law';
import { allocatedBytes, countAllocated, heldBytes, NO_MEMORY_COUNT } from '../memory';
import type { Sample, Subject } from '../subject';
import { ingestDamaged } from './damage';

const PIECE_BYTES = 65_536;
const MIB = 2 ** 20;
/** Of a file with hostile sizes: so much of it is there. */
const HOSTILE_BYTES = 32_768;
/** Sizes at every byte of the first, */
const HEADER_BYTES = 64;
/** and at some behind. */
const FIELDS_WITHIN = 1000;
const HOSTILE_TRIALS = 100;
/** A size in a file is checked before anything is allocated. */
const MOST_ALLOCATED = 256 * MIB;
/** Long files: by how much what is held grows from the first half of so many bytes to the second, */
const LONG_BYTES = 4 * MIB;
/** at the most; */
const MOST_GROWTH = MIB;
/** and the time that so many take, */
const SHORT_BYTES = MIB / 2;
const LONGER_BYTES = 4 * MIB;
/** for eight times the bytes: not squared, with room for a busy machine. */
const MOST_TIMES = 24;
/** What is faster than this is fast enough, whatever it is compared with. */
const FAST_MS = 500;

const SIZES: readonly (readonly number[])[] = [
  [255, 255, 255, 255],
  [127, 255, 255, 255],
  [255, 255, 255, 127],
  [0, 0, 0, 0],
  [255, 255],
  [0, 1, 0, 0, 0, 0, 0, 0],
];

/** What follows a sample in a long file. */
const TAILS: readonly { readonly name: string; make(sample: Uint8Array, length: number): Uint8Array }[] = [
  { name: 'zeros', make: (_, length) => new Uint8Array(length) },
  { name: 'its first 32 bytes over and over', make: (sample, length) => repeated(sample.subarray(0, 32), length) },
  {
    name: 'its last half over and over',
    make: (sample, length) => repeated(sample.subarray(sample.length >> 1), length),
  },
];

export const limitsLaw: Law = {
  name: 'limits',
  says: 'no file makes an ingest take more than linear time, or memory without bound',
  tests: (subject) =>
    subject.samples.flatMap((sample): LawTest[] => [
      { title: `sizes in ${sample.name} that can't be`, run: () => checkSizes(subject, sample) },
      ...TAILS.flatMap((tail): LawTest[] => {
        const file = `${sample.name} and ${tail.name}`;
        return [
          { title: `time for ${file}`, run: () => checkTime(subject, sample, tail.make) },
          heldBytes() === undefined
            ? skipped(`memory for ${file}`, NO_MEMORY_COUNT)
            : { title: `memory for ${file}`, run: () => checkMemory(subject, sample, tail.make) },
        ];
      }),
    ]),
};

async function checkSizes(subject: Subject, { name, bytes }: Sample): Promise<void> {
  const random = subject.random(`limits ${name}`);
  const before = countAllocated();
  const places = SIZES.slice(0, 3).flatMap((size) => Array.from({ length: HEADER_BYTES }, (_, at) => ({ size, at })));
  for (let trial = 0; trial < HOSTILE_TRIALS; trial++) {
    places.push({ size: SIZES[trial % SIZES.length]!, at: random.below(FIELDS_WITHIN) });
  }
  for (const { size, at } of places) {
    const hostile = bytes.slice(0, HOSTILE_BYTES);
    if (at >= hostile.length) continue;
    hostile.set(size.slice(0, hostile.length - at), at);
    await ingestDamaged(subject, { name, bytes: hostile }, `${size} at byte ${at}`);
    const allocated = allocatedBytes() - before;
    require(allocated < MOST_ALLOCATED, `${size} at byte ${at}: ${allocated} bytes were allocated`);
  }
}

async function checkTime(subject: Subject, sample: Sample, make: (typeof TAILS)[number]['make']): Promise<void> {
  // The first run warms up.
  await timeOf(subject, longSource(sample, make, SHORT_BYTES));
  const short = await timeOf(subject, longSource(sample, make, SHORT_BYTES));
  const long = await timeOf(subject, longSource(sample, make, LONGER_BYTES));
  const isLinear = long < FAST_MS || long < MOST_TIMES * short;
  const times = `${short.toFixed()} ms for ${SHORT_BYTES} bytes, ${long.toFixed()} ms for ${LONGER_BYTES}`;
  require(isLinear, `the time grows faster than the file: ${times}`);
}

async function timeOf(subject: Subject, source: ByteSource): Promise<number> {
  const start = performance.now();
  await runThrough(subject, source);
  return performance.now() - start;
}

async function checkMemory(subject: Subject, sample: Sample, make: (typeof TAILS)[number]['make']): Promise<void> {
  const pieces = LONG_BYTES / PIECE_BYTES;
  const held = { half: 0, end: 0 };
  // Of the last time that the source is opened; a file that is refused is not read to its end.
  const onPiece = (piece: number) => {
    if (piece === 0) held.half = held.end = 0;
    if (piece === pieces / 2) held.half = held.end = heldBytes()!;
    if (piece === pieces - 1) held.end = heldBytes()!;
  };
  await runThrough(subject, longSource(sample, make, LONG_BYTES, onPiece));
  const growth = held.end - held.half;
  require(growth < MOST_GROWTH, `of ${LONG_BYTES / 2} bytes that were read, ${growth} are held`, { growth });
}

/** Drops what comes. A file that is refused is one that is read no further. */
async function runThrough({ codec, timeLimitMs }: Subject, source: ByteSource): Promise<void> {
  try {
    for await (const { type } of withinTime(codec.ingest(source, { seekPoints: 'grid' }), timeLimitMs)) {
      require(type !== undefined, 'an event without a type');
    }
  } catch (error) {
    requireCode(error, 'the ingest of a long file');
    if (errorCode(error) === undefined) throw error;
  }
}

/** A sample with something behind it, made while it is read. */
function longSource(
  { name, bytes }: Sample,
  make: (sample: Uint8Array, length: number) => Uint8Array,
  byteLength: number,
  onPiece?: (piece: number) => void,
): ByteSource {
  return {
    name,
    byteLength: bytes.length + byteLength,
    async *open() {
      yield bytes;
      const piece = make(bytes, PIECE_BYTES);
      for (let at = 0; at < byteLength; at += PIECE_BYTES) {
        // node:test keeps something of every promise until the event loop turns.
        if (onPiece) await new Promise((resolve) => setTimeout(resolve, 0));
        onPiece?.(at / PIECE_BYTES);
        // Of its own: whoever holds it holds memory.
        yield piece.slice();
      }
    },
  };
}

function repeated(part: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => part[i % part.length]!);
}
