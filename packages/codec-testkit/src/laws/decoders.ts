import { createPcm, errorCode, type PacketDecoder, type PcmData } from '@zarr-audio/codec';
import { requireCode, requireEqual } from '../compare';
import { decodeAnew, decodePackets, packetOf, samplesOf, withDecoder } from '../decoding';
import type { TakenStream } from '../ingested';
import type { Law } from '../law';
import { packetsOf, type Subject } from '../subject';
import { rangesOf } from './range';

/** Ranges that one decoder reads, one after another. */
const RANGES = 60;
const DECODERS = 8;
/** Packets that each of them decodes. */
const PACKETS = 40;

export const resetLaw: Law = {
  name: 'reset',
  says: 'a decoder that was reset is as if it were new, also after a packet that it refused',
  tests: (subject) =>
    subject.samples.map((sample) => ({
      title: sample.name,
      run: async () => {
        for (const stream of await sample.streams()) await checkReset(subject, stream);
      },
    })),
};

export const interleaveLaw: Law = {
  name: 'interleave',
  says: 'decoders that work by turns leave no trace in each other, nor does one that was freed',
  tests: (subject) =>
    subject.samples.map((sample) => ({
      title: sample.name,
      run: async () => {
        for (const stream of await sample.streams()) await checkInterleaved(subject, stream);
      },
    })),
};

async function checkReset(subject: Subject, stream: TakenStream): Promise<void> {
  const { codec } = subject;
  const { channels, sampleType } = stream.description;
  const random = subject.random('reset');
  await withDecoder(subject, stream, async (decoder) => {
    const scratch = createPcm(sampleType, decoder.maxPacketFrames * channels);
    for (const [i, [first, last]] of rangesOf(stream, random).slice(0, RANGES).entries()) {
      const expected = await decodeAnew(subject, stream, first, last);
      if (i % 3 === 0) refuse(decoder, packetOf(stream, first), scratch);
      const actual = decodePackets(codec, stream, decoder, first, last);
      requireEqual(actual, expected, `packets ${first} to ${last}, after a reset`);
    }
  });
}

/** Shows a decoder half a packet. */
function refuse(decoder: PacketDecoder, packet: Uint8Array, scratch: PcmData): void {
  try {
    decoder.decode(packet.subarray(0, packet.length >> 1), scratch, 0);
  } catch (error) {
    requireCode(error, 'decoding half a packet');
  }
}

async function checkInterleaved(subject: Subject, stream: TakenStream): Promise<void> {
  const { codec, options } = subject;
  const random = subject.random('interleave');
  const packets = packetsOf(stream);
  const length = Math.min(packets, PACKETS);
  const starts = Array.from({ length: DECODERS }, () => random.below(packets - length + 1));
  const alone: PcmData[] = [];
  for (const start of starts) {
    alone.push(await withDecoder(subject, stream, (decoder) => decodeTurns(stream, [decoder], [start], length)[0]!));
  }
  const decoders: PacketDecoder[] = [];
  try {
    for (let i = 0; i < DECODERS; i++) {
      decoders.push(await codec.createDecoder(stream.description, options.decoder));
      // What one leaves behind that is freed at once, the next may find.
      await withDecoder(subject, stream, (decoder) => void decodeTurns(stream, [decoder], [0], Math.min(length, 3)));
    }
    const together = decodeTurns(stream, decoders, starts, length);
    for (const [i, pcm] of together.entries()) requireEqual(pcm, alone[i], `decoder ${i} of ${DECODERS}`);
  } finally {
    for (const decoder of decoders) decoder.free();
  }
}

/** A packet with the first decoder, one with the second, ..., until each has decoded so many from its start on. */
function decodeTurns(
  stream: TakenStream,
  decoders: readonly PacketDecoder[],
  starts: readonly number[],
  length: number,
): PcmData[] {
  const { channels, sampleType } = stream.description;
  const outputs = decoders.map((decoder, i) => {
    const frames = samplesOf(stream, starts[i]!, starts[i]! + length) + decoder.maxPacketFrames;
    return { pcm: createPcm(sampleType, frames * channels), frames: 0 };
  });
  for (let turn = 0; turn < length; turn++) {
    for (const [i, decoder] of decoders.entries()) {
      const output = outputs[i]!;
      output.frames += decodeOrRefuse(
        decoder,
        packetOf(stream, starts[i]! + turn),
        output.pcm,
        output.frames * channels,
      );
    }
  }
  return outputs.map(({ pcm, frames }) => pcm.slice(0, frames * channels));
}

/** A decoder that begins anywhere may refuse what it would take behind the packet before. */
function decodeOrRefuse(decoder: PacketDecoder, packet: Uint8Array, output: PcmData, at: number): number {
  try {
    return decoder.decode(packet, output, at);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return 0;
  }
}
