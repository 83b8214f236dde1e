import { createPcm, type PacketDecoder, type PcmData } from '@zarr-audio/codec';
import { require, requireCode, requireEqual } from '../compare';
import { DAMAGES } from '../damage';
import { decodeAnew, packetOf, withDecoder } from '../decoding';
import { type Taken, type TakenStream, takeEvents } from '../ingested';
import { type Law, type LawTest, skipped } from '../law';
import { checkRows } from '../row-rules';
import { pieces } from '../sources';
import { packetsOf, type Sample, type Subject } from '../subject';

/** Packets of a damaged file that are decoded. */
const DECODED = 50;
/** Damaged packets that a decoder is shown. */
const PACKETS = 200;

export const damageLaw: Law = {
  name: 'damage',
  says: 'damage gives a code or repairs, and never other packets where there are checksums',
  tests: (subject) =>
    subject.samples.flatMap((sample): LawTest[] => {
      const unchanged = `${sample.name}, damaged: no packet is changed, and none is lost without being told`;
      return [
        { title: `${sample.name}, damaged ${subject.damageTrials} times`, run: () => checkTaken(subject, sample) },
        sample.hasChecksums
          ? { title: unchanged, run: () => checkUnchanged(subject, sample) }
          : skipped(unchanged, 'declares.checksums is not true'),
        { title: `damaged packets of ${sample.name} and its decoder`, run: () => checkDecoder(subject, sample) },
      ];
    }),
};

/** What comes of a damaged copy; undefined if that has a code. */
interface Trial {
  readonly what: string;
  readonly taken: Taken | undefined;
}

async function* trialsOf(subject: Subject, { name, bytes }: Sample): AsyncGenerator<Trial> {
  const random = subject.random(`damage ${name}`);
  const damaged = Array.from({ length: subject.damageTrials }, (_, i) => {
    const damage = DAMAGES[i % DAMAGES.length]!;
    return { what: `${damage.name} (${i})`, bytes: damage.apply(bytes.slice(), random) };
  });
  damaged.push({ what: 'no bytes', bytes: new Uint8Array(0) }, { what: 'one byte', bytes: bytes.slice(0, 1) });
  for (const { what, bytes: input } of damaged) {
    yield { what, taken: await ingestDamaged(subject, { name, bytes: input }, what) };
  }
}

/** @throws {LawError} if it ends without a code, or takes too long. */
export async function ingestDamaged(
  { codec, timeLimitMs }: Subject,
  file: { name: string; bytes: Uint8Array },
  what: string,
): Promise<Taken | undefined> {
  try {
    return await takeEvents(codec.ingest(pieces(file, { size: () => 16_384 }), { seekPoints: 'grid' }), timeLimitMs);
  } catch (error) {
    requireCode(error, `${what}: the ingest`);
    return undefined;
  }
}

async function checkTaken(subject: Subject, sample: Sample): Promise<void> {
  for await (const { what, taken } of trialsOf(subject, sample)) {
    if (!taken) continue;
    require(taken.violations.length === 0, `${what}: ${taken.violations.join('; ')}`);
    for (const { error } of taken.failed) requireCode(error, `${what}: a stream that failed`);
    require(taken.streams.length + taken.failed.length > 0, `${what}: the ingest ends without a stream or an error`);
    for (const stream of taken.streams) {
      checkRows(subject.codec, stream);
      await decodeOrCode(subject, stream, what);
    }
  }
}

async function decodeOrCode(subject: Subject, stream: TakenStream, what: string): Promise<void> {
  try {
    await decodeAnew(subject, stream, 0, Math.min(DECODED, packetsOf(stream)) - 1);
  } catch (error) {
    requireCode(error, `${what}: decoding what was taken`);
  }
}

async function checkUnchanged(subject: Subject, sample: Sample): Promise<void> {
  const sound = new Map<string, number>();
  for (const stream of await sample.streams()) count(stream, sound);
  for await (const { what, taken } of trialsOf(subject, sample)) {
    if (!taken) continue;
    const found = new Map<string, number>();
    for (const stream of taken.streams) count(stream, found);
    for (const packet of found.keys()) {
      require(sound.has(packet), `${what}: a packet that the undamaged file does not have, and its checksum held`);
    }
    const isLost = [...sound].some(([packet, times]) => (found.get(packet) ?? 0) < times);
    const isTold = taken.failed.length > 0 || taken.streams.some(({ summary }) => summary.repairs.length > 0);
    require(!isLost || isTold, `${what}: packets are lost, and no repair tells of it`);
  }
}

function count(stream: TakenStream, packets: Map<string, number>): void {
  for (let packet = 0; packet < packetsOf(stream); packet++) {
    const key = packetOf(stream, packet).join();
    packets.set(key, (packets.get(key) ?? 0) + 1);
  }
}

async function checkDecoder(subject: Subject, sample: Sample): Promise<void> {
  const random = subject.random(`packets ${sample.name}`);
  for (const stream of await sample.streams()) {
    const { channels, sampleType } = stream.description;
    await withDecoder(subject, stream, async (decoder) => {
      const room = decoder.maxPacketFrames * channels;
      const output = createPcm(sampleType, room + 2 * GUARD);
      for (let trial = 0; trial < PACKETS; trial++) {
        const { name, apply } = DAMAGES[trial % DAMAGES.length]!;
        const packet = apply(packetOf(stream, random.below(packetsOf(stream))), random);
        decodeGuarded(decoder, packet, output, room / channels, `a packet with ${name}`);
      }
      decodeGuarded(decoder, new Uint8Array(0), output, room / channels, 'a packet without bytes');
    });
    // Whoever gets it next from a pool.
    const again = await decodeAnew(subject, stream, 0, 0);
    const first = await withDecoder(subject, stream, (decoder) => {
      const pcm = createPcm(sampleType, decoder.maxPacketFrames * channels);
      const frames = decoder.decode(packetOf(stream, 0), pcm, 0);
      return pcm.slice(0, frames * channels);
    });
    requireEqual(again, first, 'the first packet, after damaged ones');
  }
}

/** Samples before and behind the room of a packet, which are no decoder's to write. */
const GUARD = 64;
const UNTOUCHED = 77;

function decodeGuarded(decoder: PacketDecoder, packet: Uint8Array, output: PcmData, most: number, what: string): void {
  const isUntouched = (part: PcmData) => (part as Int16Array).every((sample) => sample === UNTOUCHED);
  output.fill(UNTOUCHED, 0, GUARD);
  output.fill(UNTOUCHED, output.length - GUARD);
  let frames = 0;
  try {
    frames = decoder.decode(packet, output, GUARD);
  } catch (error) {
    requireCode(error, `decoding ${what}`);
  }
  require(Number.isInteger(frames) && frames >= 0 && frames <= most, `${what} decodes to ${frames} frames`);
  require(isUntouched(output.subarray(0, GUARD)), `decoding ${what} writes before its place`);
  require(isUntouched(output.subarray(output.length - GUARD)), `decoding ${what} writes behind maxPacketFrames`);
}
