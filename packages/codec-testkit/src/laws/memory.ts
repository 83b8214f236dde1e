import { createPcm } from '@zarr-audio/codec';
import { require } from '../compare';
import { packetOf, withDecoder } from '../decoding';
import { type Law, type LawTest, skipped } from '../law';
import { heldBytes, NO_MEMORY_COUNT } from '../memory';
import type { Sample, Subject } from '../subject';

/** Decoders that are made, used and freed, one after another: more than any table of a backend holds. */
const DECODERS = 3000;
const WARM_UP = 300;
/** By which what is held may grow: 2 KiB a decoder. */
const MOST_GROWTH = 6 * 2 ** 20;

export const memoryLaw: Law = {
  name: 'memory',
  says: 'decoders that were freed give back what they took',
  tests: (subject) =>
    subject.samples.map((sample): LawTest => {
      const title = `${DECODERS} decoders of ${sample.name}, one after another`;
      if (heldBytes() === undefined) return skipped(title, NO_MEMORY_COUNT);
      return { title, run: () => checkFreed(subject, sample) };
    }),
};

async function checkFreed(subject: Subject, sample: Sample): Promise<void> {
  const [stream] = await sample.streams();
  const packet = packetOf(stream!, 0);
  const { channels, sampleType } = stream!.description;
  let output = createPcm(sampleType, 0);
  const useOne = () =>
    withDecoder(subject, stream!, (decoder) => {
      if (output.length === 0) output = createPcm(sampleType, decoder.maxPacketFrames * channels);
      decoder.decode(packet, output, 0);
    });
  for (let i = 0; i < WARM_UP; i++) await useOne();
  const before = heldBytes()!;
  for (let i = 0; i < DECODERS; i++) await useOne();
  const growth = heldBytes()! - before;
  require(growth < MOST_GROWTH, `of ${DECODERS} decoders that were freed, ${growth} bytes are held`, { growth });
}
