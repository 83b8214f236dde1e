import { require, requireEqual } from '../compare';
import { type Taken, takeEvents } from '../ingested';
import type { Law } from '../law';
import { type PieceOptions, pieces } from '../sources';
import type { NamedBytes, Subject } from '../subject';

/** A byte at a time, only so many: the first of the file, which then is cut off there. */
const SINGLE_BYTES = 65_536;

export const splitLaw: Law = {
  name: 'split',
  says: 'however the input is cut into pieces, the same comes of it',
  tests: (subject) =>
    subject.samples.flatMap((sample) => {
      const random = subject.random(`split ${sample.name}`);
      const whole = () => sample.taken();
      return [
        test(subject, sample, 'in pieces of 1,000 bytes', whole, { size: () => 1000 }),
        test(subject, sample, 'in random pieces', whole, { size: () => 1 + random.below(random.below(9000) + 1) }),
        test(subject, sample, 'of unknown length', whole, { isLengthKnown: false, size: () => 65_536 }),
        singleBytes(subject, sample),
      ];
    }),
};

function test(
  { codec, timeLimitMs }: Subject,
  file: NamedBytes,
  how: string,
  expected: () => Promise<Taken>,
  options: PieceOptions,
) {
  return {
    title: `${file.name} ${how}`,
    run: async () => {
      const taken = await takeEvents(codec.ingest(pieces(file, options)), timeLimitMs);
      requireSame(taken, await expected());
    },
  };
}

function singleBytes(subject: Subject, { name, bytes }: NamedBytes) {
  const file = { name, bytes: bytes.subarray(0, SINGLE_BYTES) };
  const how = bytes.length > SINGLE_BYTES ? `byte by byte, the first ${SINGLE_BYTES}` : 'byte by byte';
  return {
    title: `${name} ${how}`,
    run: async () => {
      const ingest = async (options: PieceOptions) => {
        const attempt = takeEvents(subject.codec.ingest(pieces(file, options)), subject.timeLimitMs);
        return attempt.catch((error: unknown) => error);
      };
      const whole = await ingest({});
      const single = await ingest({ size: () => 1 });
      if (isTaken(whole) && isTaken(single)) requireSame(single, whole);
      else require(!isTaken(whole) && !isTaken(single), `whole: ${told(whole)}; byte by byte: ${told(single)}`);
    },
  };
}

const isTaken = (outcome: unknown): outcome is Taken => !(outcome instanceof Error);
const told = (outcome: unknown) => (isTaken(outcome) ? 'taken' : String(outcome));

function requireSame(actual: Taken, expected: Taken): void {
  const codesOf = ({ failed }: Taken) => failed.map(({ stream, error }) => [stream, (error as { code?: string }).code]);
  requireEqual(actual.streams, expected.streams, 'streams');
  requireEqual(codesOf(actual), codesOf(expected), 'streams that failed');
}
