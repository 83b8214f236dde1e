import type { Codec, PcmSource } from '@zarr-audio/codec';
import { referenceCodec } from '../../src/reference-codec';
import { type BrokenCodec, deviating, eachEvent, through } from './deviations';

/** A source whose samples are others. */
function withSamples(pcm: PcmSource, change: (samples: Int16Array, isLast: boolean) => Int16Array): PcmSource {
  return {
    ...pcm,
    async *blocks(options) {
      let last: Int16Array | undefined;
      for await (const block of pcm.blocks(options)) {
        if (last) yield change(last, false);
        last = block as Int16Array;
      }
      if (last) yield change(last, true);
    },
  };
}

/** What a codec says of itself, of files and of attributes, how it encodes, and how it is aborted. */
export const BROKEN_OTHERS: readonly BrokenCodec[] = [
  {
    name: 'is of a class',
    law: 'object',
    make: () => Object.assign(Object.create({ isCodec: true }), referenceCodec()) as Codec,
  },
  {
    name: 'has rates that it says it has not',
    law: 'object',
    also: ['describe', 'encode'],
    make: () =>
      deviating(referenceCodec(), ({ capabilities }) => ({ capabilities: { ...capabilities, sampleRates: [44_100] } })),
  },
  {
    name: 'claims whatever is long enough',
    law: 'probe',
    make: () => deviating(referenceCodec(), () => ({ probe: ({ length }) => length > 100 })),
  },
  {
    name: 'throws of a head that is too short',
    law: 'probe',
    make: () =>
      deviating(referenceCodec(), ({ probe }) => ({
        probe: (head) => new DataView(head.buffer, head.byteOffset, head.length).getUint32(24) > 0 && probe(head),
      })),
  },
  {
    name: 'does not know its own files',
    law: 'probe',
    also: ['scan'],
    make: () => deviating(referenceCodec(), () => ({ probe: () => false })),
  },
  {
    name: 'forgets an attribute',
    law: 'describe',
    make: () =>
      deviating(referenceCodec(), ({ describe }) => ({
        describe: (attributes) => ({ ...describe(attributes), attributes: { block_frames: 100 } }),
      })),
  },
  {
    name: 'throws what comes, of attributes that are missing',
    law: 'describe',
    make: () =>
      deviating(referenceCodec(), ({ describe }) => ({
        describe: (attributes) => {
          (attributes.sample_rate as number).toFixed();
          return describe(attributes);
        },
      })),
  },
  {
    name: 'describes what can not be, of an attribute that is wrong',
    law: 'describe',
    make: () =>
      deviating(referenceCodec(), ({ describe }) => ({
        describe: (attributes) => {
          const { original_sample_rate, ...others } = attributes;
          const description = describe({ ...others, original_sample_rate: 8000 });
          return { ...description, originalSampleRate: Number(original_sample_rate) };
        },
      })),
  },
  {
    name: 'loses the last block that it encodes',
    law: 'encode',
    make: () =>
      deviating(referenceCodec(), ({ encode }) => ({
        encode: (pcm, options) =>
          encode(
            withSamples(pcm, (samples, isLast) => (isLast ? samples.subarray(0, 0) : samples)),
            options,
          ),
      })),
  },
  {
    name: 'is lossless but for the lowest bit',
    law: 'encode',
    make: () =>
      deviating(referenceCodec(), ({ encode }) => ({
        encode: (pcm, options) =>
          encode(
            withSamples(pcm, (samples) => samples.map((sample) => sample & ~1)),
            options,
          ),
      })),
  },
  {
    name: 'is lossy, and gives silence',
    law: 'encode',
    make: () =>
      deviating(referenceCodec(), ({ encode, capabilities }) => ({
        capabilities: { ...capabilities, lossless: false },
        encode: (pcm, options) =>
          encode(
            withSamples(pcm, (samples) => samples.map(() => 0)),
            options,
          ),
      })),
  },
  {
    name: 'plans something else each time',
    law: 'encode',
    make: () => {
      let plans = 0;
      return deviating(referenceCodec(), ({ planEncoding }) => ({
        planEncoding(format, options) {
          const plan = planEncoding(format, options);
          return { ...plan, options: { block_frames: 100 + (plans++ % 7) } };
        },
      }));
    },
  },
  {
    name: 'encodes by the blocks that come',
    law: 'encode',
    make: () =>
      deviating(referenceCodec(), ({ encode }) => ({
        async *encode(pcm, options) {
          let frames = 0;
          for await (const { length } of pcm.blocks({ signal: options.signal })) {
            frames ||= Math.min(4096, length / pcm.format.channels);
          }
          const events = encode(pcm, { ...options, options: frames > 0 ? { block_frames: frames } : options.options });
          yield* events;
        },
      })),
  },
  {
    name: 'writes into the head that it is shown',
    law: 'input',
    make: () =>
      deviating(referenceCodec(), ({ probe }) => ({
        probe(head) {
          const answer = probe(head);
          head.fill(0, 0, 1);
          return answer;
        },
      })),
  },
  {
    name: 'clears the samples that it has encoded',
    law: 'input',
    make: () =>
      deviating(referenceCodec(), ({ encode }) => ({
        async *encode(pcm, options) {
          const blocks: Int16Array[] = [];
          const watched = withSamples(pcm, (samples) => {
            blocks.push(samples);
            return samples;
          });
          yield* encode(watched, options);
          for (const block of blocks) block.fill(0);
        },
      })),
  },
  {
    name: 'gives an abort a name of its own',
    law: 'abort',
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        async *ingest(source, options) {
          try {
            yield* ingest(source, options);
          } catch (cause) {
            if (options?.signal?.aborted) throw new Error('the ingest was aborted', { cause });
            throw cause;
          }
        },
      })),
  },
  {
    name: 'does not pass a signal on',
    law: 'abort',
    make: () => deviating(referenceCodec(), ({ scan }) => ({ scan: (blob) => scan(blob) })),
  },
  {
    name: 'leaves a source open',
    law: 'abort',
    make: () =>
      deviating(referenceCodec(), ({ ingest }) => ({
        ingest: (source, options) =>
          ingest(
            through(source, (pieces) => ({
              [Symbol.asyncIterator]: () => {
                const iterator = pieces[Symbol.asyncIterator]();
                return { next: () => iterator.next() };
              },
            })),
            options,
          ),
      })),
  },
  {
    name: 'ends all ingests when one is aborted',
    law: 'abort',
    make: () => {
      let aborts = 0;
      return deviating(referenceCodec(), ({ ingest }) => ({
        async *ingest(source, options) {
          const before = aborts;
          try {
            yield* eachEvent(ingest(source, options), (event) => {
              if (aborts > before) throw new Error('aborted');
              return event;
            });
          } catch (error) {
            if (options?.signal?.aborted) aborts++;
            throw error;
          }
        },
      }));
    },
  },
];
