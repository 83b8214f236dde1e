import { createPcm, INDEX_WIDTH, type IngestEvent, readHead } from '@zarr-audio/codec';
import { requireEqual } from '../compare';
import { packetOf, withDecoder } from '../decoding';
import { isEncoder, soundFor, takenEncodings } from '../encoding';
import { takeEvents, withinTime } from '../ingested';
import { type Law, type LawTest, skipped } from '../law';
import { pcmSource } from '../pcm';
import { pieces } from '../sources';
import { packetsOf, type Sample, type Subject } from '../subject';

/** Packets that a decoder is shown. */
const PACKETS = 200;

export const inputLaw: Law = {
  name: 'input',
  says: 'bytes and samples that a codec is given are not changed, nor those that it has given',
  tests: (subject) => [
    ...subject.samples.flatMap((sample): LawTest[] => [
      { title: `bytes of ${sample.name}`, run: () => checkBytes(subject, sample) },
      { title: `packets of ${sample.name}`, run: () => checkPackets(subject, sample) },
      { title: `pieces and rows of ${sample.name}`, run: () => checkGiven(subject, sample) },
    ]),
    isEncoder(subject.codec)
      ? { title: 'samples that are encoded', run: () => checkSamples(subject) }
      : skipped('samples that are encoded', 'capabilities.encode is false'),
  ],
};

async function checkBytes({ codec, timeLimitMs }: Subject, { name, bytes }: Sample): Promise<void> {
  const given = bytes.slice();
  const source = () => pieces({ name, bytes: given }, { size: () => 3000 });
  const check = (what: string) => requireEqual(given, bytes, `the bytes, after ${what}`);
  codec.probe(given.subarray(0, 65_536));
  check('probe');
  codec.probe(await readHead(source(), 65_536));
  await codec.search?.(source());
  check('search');
  await takeEvents(codec.ingest(source()), timeLimitMs);
  check('ingest');
  for await (const { byteLength } of withinTime(codec.packets(source()), timeLimitMs)) if (byteLength === 0) break;
  check('packets');
}

async function checkPackets(subject: Subject, sample: Sample): Promise<void> {
  for (const stream of await sample.streams()) {
    const { channels, sampleType } = stream.description;
    await withDecoder(subject, stream, (decoder) => {
      const output = createPcm(sampleType, decoder.maxPacketFrames * channels);
      for (let packet = 0; packet < Math.min(PACKETS, packetsOf(stream)); packet++) {
        const bytes = packetOf(stream, packet);
        decoder.decode(bytes, output, 0);
        requireEqual(bytes, packetOf(stream, packet), `packet ${packet}, after decoding`);
      }
    });
    const check = subject.codec.checkAudio?.(stream.description);
    if (!check) continue;
    for (let packet = 0; packet < Math.min(PACKETS, packetsOf(stream)); packet++) {
      const bytes = packetOf(stream, packet);
      check.add(bytes, stream.rows[packet * INDEX_WIDTH + 2]!);
      requireEqual(bytes, packetOf(stream, packet), `packet ${packet}, after checkAudio`);
    }
  }
}

async function checkGiven({ codec, timeLimitMs }: Subject, sample: Sample): Promise<void> {
  const kept: { event: IngestEvent; copy: IngestEvent }[] = [];
  for await (const event of withinTime(codec.ingest(pieces(sample, { size: () => 3000 })), timeLimitMs)) {
    if (event.type !== 'failed') kept.push({ event, copy: structuredClone(event) });
  }
  for (const { event, copy } of kept) requireEqual(event, copy, `an event '${copy.type}', when all had come`);
}

async function checkSamples(subject: Subject): Promise<void> {
  const { codec, timeLimitMs } = subject;
  if (!isEncoder(codec)) return;
  for (const format of await takenEncodings(subject)) {
    const { ready, options, sound } = soundFor(codec, format);
    const given = sound.slice();
    const givenOptions = structuredClone(options);
    await takeEvents(codec.encode(pcmSource(ready, given), { options: givenOptions }), timeLimitMs);
    requireEqual(given, sound, 'the samples, after encode');
    requireEqual(givenOptions, options, 'the options, after encode');
  }
}
