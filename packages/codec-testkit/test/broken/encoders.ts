import type { Codec, IngestEvent, PcmData, PcmSource } from '@zarr-audio/codec';
import { referenceCodec } from '../../src/reference-codec';
import { type BrokenCodec, deviating, eachEvent, withSummary } from './deviations';
import { floatingCodec, roundingCodec } from './float-codecs';

type StreamEvent = Extract<IngestEvent, { type: 'stream' }>;

/** The reference codec, which is given other PCM than it was handed. */
function encodingOther(change: (pcm: PcmSource) => PcmSource): Codec {
  return deviating(referenceCodec(), ({ encode }) => ({ encode: (pcm, options) => encode(change(pcm), options) }));
}

/** The reference codec, which says something else of what it encodes. */
function sayingOther(change: (begin: StreamEvent) => Partial<StreamEvent>): Codec {
  return deviating(referenceCodec(), ({ encode }) => ({
    encode: (pcm, options) =>
      eachEvent(encode(pcm, options), (event) => (event.type === 'stream' ? { ...event, ...change(event) } : event)),
  }));
}

const withSource = (change: Partial<StreamEvent['source']>) =>
  sayingOther(({ source }) => ({ source: { ...source, ...change } }));

/** PCM whose blocks are other ones. */
function eachBlock(pcm: PcmSource, change: (block: PcmData) => PcmData): PcmSource {
  return {
    ...pcm,
    async *blocks(options) {
      for await (const block of pcm.blocks(options)) yield change(block);
    },
  };
}

/** One encoder for all: each block waits in it for the next one. */
function sharedEncoder(): Codec {
  let held: PcmData | undefined;
  return encodingOther((pcm) => ({
    ...pcm,
    async *blocks(options) {
      held = undefined;
      for await (const block of pcm.blocks(options)) {
        const ready = held;
        held = block;
        if (ready) yield ready;
      }
      if (held) yield held;
    },
  }));
}

/** What encoders do wrong that sound well at one rate, of 16 bits, one at a time. */
export const BROKEN_ENCODERS: readonly BrokenCodec[] = [
  {
    name: 'writes 48,000 Hz, whatever the PCM has',
    law: 'encode',
    make: () => encodingOther((pcm) => ({ ...pcm, format: { ...pcm.format, sampleRate: 48_000 } })),
  },
  {
    name: 'has one rate, and forgets from which the PCM was brought to it',
    law: 'encode',
    make: () =>
      deviating(referenceCodec(), ({ planEncoding, capabilities }) => ({
        capabilities: { ...capabilities, sampleRates: [8000] },
        planEncoding: (format, options) => ({ ...planEncoding(format, options), sampleRate: 8000 }),
      })),
  },
  {
    name: 'encodes into what describe does not give again',
    law: 'describe',
    make: () =>
      sayingOther(({ description }) => ({
        description: { ...description, attributes: { ...description.attributes, level: 5 } },
      })),
  },
  { name: 'drops tags', law: 'encode', make: () => withSource({ tags: {} }) },
  { name: 'names itself as what the PCM was', law: 'encode', make: () => withSource({ codec: 'reference' }) },
  {
    name: 'forgets how many channels were stored',
    law: 'encode',
    make: () => encodingOther(({ original: _, ...pcm }) => pcm),
  },
  { name: 'says that PCM is its blob', law: 'encode', make: () => sayingOther(() => ({ verbatim: true })) },
  {
    name: 'drops the repairs of the PCM',
    law: 'encode',
    make: () =>
      deviating(referenceCodec(), ({ encode }) => ({
        encode: (pcm, options) => withSummary(encode(pcm, options), (summary) => ({ ...summary, repairs: [] })),
      })),
  },
  {
    name: 'asks for repairs before they are known',
    law: 'encode',
    make: () =>
      encodingOther((pcm) => {
        const repairs = pcm.repairs();
        return { ...pcm, repairs: () => repairs };
      }),
  },
  {
    name: 'has 16 bits of each sample, and says 24',
    law: 'encode',
    make: () =>
      encodingOther((pcm) =>
        pcm.format.bitsPerSample > 16 ? eachBlock(pcm, (block) => block.map((sample) => sample & ~0xff)) : pcm,
      ),
  },
  {
    name: 'has 24 bits of float32, and says 32',
    law: 'encode',
    make: () => floatingCodec((sample) => Math.round(sample * 2 ** 23) / 2 ** 23),
  },
  {
    name: 'makes 24 bits of float32, of which 16 are there',
    law: 'encode',
    make: () => roundingCodec((sample) => 256 * Math.round(sample * 2 ** 15)),
  },
  { name: 'has one encoder for all', law: 'encode', make: sharedEncoder },
];
