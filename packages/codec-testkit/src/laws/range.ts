import type { PacketDecoder } from '@zarr-audio/codec';
import { require, requireEqual } from '../compare';
import {
  batchOf,
  decodeAnew,
  decodePackets,
  decodeSequentially,
  isMeasuredFor,
  planOf,
  samplesOf,
  seekPointsOf,
  withDecoder,
} from '../decoding';
import type { TakenStream } from '../ingested';
import type { Law } from '../law';
import { type Random, shuffled } from '../random';
import { packetsOf, type Subject } from '../subject';

/** Ranges of packets that are tried of each stream. */
const RANGES = 300;
/** Most packets of a range that begins at random. */
const RANGE_PACKETS = 12;

export const rangeLaw: Law = {
  name: 'range',
  says: 'any range of packets decodes to the cut of the whole, whatever was read before',
  tests: (subject) =>
    subject.samples.flatMap((sample) => [
      {
        title: `plans for ${sample.name} hold what they should`,
        run: async () => {
          for (const stream of await sample.streams()) await checkPlans(subject, stream);
        },
      },
      {
        title: `ranges of ${sample.name}, in random order and from every place where a decoder may begin`,
        run: async () => {
          for (const stream of await sample.streams()) await checkRanges(subject, stream);
        },
      },
    ]),
};

export const sequentialLaw: Law = {
  name: 'sequential',
  says: 'what is said to be exact is what a decoder gives that runs through the whole stream',
  tests: (subject) =>
    subject.samples.map((sample) => ({
      title: sample.name,
      run: async () => {
        for (const stream of await sample.streams()) {
          await withDecoder(subject, stream, async (decoder) => checkSequential(subject, stream, decoder));
        }
      },
    })),
};

/** Pairs of first and last packets: at both ends, around every seek point, and anywhere. */
export function rangesOf(stream: TakenStream, random: Random): [first: number, last: number][] {
  const last = packetsOf(stream) - 1;
  const starts = new Set([0, last]);
  const places = seekPointsOf(stream).flatMap(({ packet, from }) => [packet, from - 1, from]);
  for (const place of places) if (place >= 0) starts.add(place);
  const chosen = shuffled([...starts], random).slice(0, RANGES / 2);
  while (chosen.length < Math.min(RANGES, 2 * (last + 1))) chosen.push(random.below(last + 1));
  return shuffled(chosen, random).map((first, i) => {
    // One in 16 is long.
    const length = random.below(i % 16 === 0 ? last + 1 : RANGE_PACKETS);
    return [first, Math.min(last, first + length)];
  });
}

async function checkRanges(subject: Subject, stream: TakenStream): Promise<void> {
  const whole = await decodeAnew(subject, stream, 0, packetsOf(stream) - 1);
  const { channels } = stream.description;
  for (const [first, last] of rangesOf(stream, subject.random('ranges'))) {
    const start = samplesOf(stream, 0, first) * channels;
    const length = samplesOf(stream, first, last + 1) * channels;
    const actual = await decodeAnew(subject, stream, first, last);
    requireEqual(actual, whole.subarray(start, start + length), `samples of packets ${first} to ${last}`);
  }
}

async function checkPlans(subject: Subject, stream: TakenStream): Promise<void> {
  const { codec } = subject;
  const longest = batchOf(stream).sampleCount.reduce((most, samples) => Math.max(most, samples), 0);
  await withDecoder(subject, stream, async (decoder) => {
    const { maxPacketFrames } = decoder;
    require(longest <= maxPacketFrames, `a row of ${longest} samples, and packets have up to ${maxPacketFrames}`);
    for (const [first, last] of rangesOf(stream, subject.random('plans'))) {
      const plan = planOf(codec, stream, decoder, first, last);
      const what = `the plan for packets ${first} to ${last}`;
      let next = first;
      for (const { reset, from, to, maxDiff } of plan) {
        require(from === next && to > from, `${what}: a segment from ${from} to ${to}, where ${next} is next`);
        require(reset >= 0 && reset <= from, `${what}: a reset at ${reset} for packets from ${from} on`);
        require(Number.isSafeInteger(maxDiff) && maxDiff >= 0, `${what}: maxDiff ${maxDiff}`);
        next = to;
      }
      requireEqual(next, last + 1, `${what}: its end`);
    }
  });
}

function checkSequential({ codec }: Subject, stream: TakenStream, decoder: PacketDecoder): void {
  const { channels } = stream.description;
  const sequential = decodeSequentially(stream, decoder);
  const last = packetsOf(stream) - 1;
  const isMeasured = isMeasuredFor(codec, stream, decoder);
  const byPlan = decodePackets(codec, stream, decoder, 0, last);
  for (const { from, to, maxDiff } of planOf(codec, stream, decoder, 0, last)) {
    // Rows behind which it was measured that it differs, or not measured, promise nothing.
    if (maxDiff > 0 || !isMeasured) continue;
    const start = samplesOf(stream, 0, from) * channels;
    const end = start + samplesOf(stream, from, to) * channels;
    requireEqual(
      byPlan.subarray(start, end),
      sequential.subarray(start, end),
      `samples of packets ${from} to ${to - 1}`,
    );
  }
}
