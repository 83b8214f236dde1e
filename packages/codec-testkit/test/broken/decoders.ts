import type { PacketDecoder, PcmData, StreamDescription } from '@zarr-audio/codec';
import { parseBlockHeader } from '../../src/reference/format';
import { referenceCodec } from '../../src/reference-codec';
import { type BrokenCodec, deviating, eachEvent, withDecoder } from './deviations';

/** `decode` that gives one more for the first sample where something holds. */
function offBy(decoder: PacketDecoder, isOff: (packet: Uint8Array) => boolean): PacketDecoder['decode'] {
  return (packet, output, at) => {
    const frames = decoder.decode(packet, output, at);
    if (isOff(packet)) output[at]! += 1;
    return frames;
  };
}

const isFirst = (packet: Uint8Array) => parseBlockHeader(packet, 0)!.firstSample === 0;

/** What decoders and plans do wrong. */
export const BROKEN_DECODERS: readonly BrokenCodec[] = [
  {
    name: 'needs packets before, and says that it needs none',
    law: 'range',
    make: () =>
      withDecoder(referenceCodec(), (decoder) => {
        let isNew = true;
        return {
          decode: offBy(decoder, (packet) => {
            const isOff = isNew && !isFirst(packet);
            isNew = false;
            return isOff;
          }),
          reset: () => {
            isNew = true;
          },
        };
      }),
  },
  {
    name: 'plans without a difference that was measured',
    law: 'range',
    make: () =>
      deviating(referenceCodec(), ({ decodePlan }) => ({
        decodePlan: (...plan) => decodePlan(...plan).map((segment) => ({ ...segment, maxDiff: Number.NaN })),
      })),
  },
  {
    name: 'says that it is exact, and gives other samples when it runs on',
    law: 'sequential',
    make: () => {
      const codec = withDecoder(referenceCodec(), (decoder) => {
        let packets = 0;
        return {
          decode: offBy(decoder, () => packets++ > 0),
          reset: () => {
            packets = 0;
          },
        };
      });
      return deviating(codec, () => ({
        decodePlan: (_, first, last) =>
          Array.from({ length: last - first + 1 }, (__, i) => {
            return { reset: first + i, from: first + i, to: first + i + 1, maxDiff: 0 };
          }),
      }));
    },
  },
  {
    name: 'keeps in mind what it refused',
    law: 'reset',
    make: () =>
      withDecoder(referenceCodec(), (decoder) => {
        let refused = 0;
        const decode = offBy(decoder, () => refused > 0);
        return {
          decode: (packet, output, at) => {
            refused++;
            const frames = decoder.decode(packet, output, at);
            refused--;
            return refused > 0 ? decode(packet, output, at) : frames;
          },
        };
      }),
  },
  {
    name: 'shares with other decoders what it should not',
    law: 'interleave',
    make: () => {
      let last: PacketDecoder | undefined;
      return withDecoder(referenceCodec(), (decoder) => {
        let hasDecoded = false;
        return {
          decode: offBy(decoder, () => {
            const isOff = hasDecoded && last !== decoder;
            hasDecoded = true;
            last = decoder;
            return isOff;
          }),
          reset: () => {
            hasDecoded = false;
          },
        };
      });
    },
  },
  {
    name: 'writes before its place when it refuses a packet',
    law: 'damage',
    make: () =>
      withDecoder(referenceCodec(), (decoder) => ({
        decode(packet: Uint8Array, output: PcmData, at: number) {
          try {
            return decoder.decode(packet, output, at);
          } catch (error) {
            output[at - 1] = 0;
            throw error;
          }
        },
      })),
  },
  {
    name: 'never gives back what it took',
    law: 'memory',
    make: () => {
      const taken: Uint8Array[] = [];
      return withDecoder(referenceCodec(), (decoder) => {
        taken.push(new Uint8Array(8192));
        return decoder;
      });
    },
  },
  {
    name: 'knows streams by their object, which crosses to no thread',
    law: 'tasks',
    make: () => {
      const known = new WeakSet<StreamDescription>();
      const seen = (stream: StreamDescription) => {
        known.add(stream);
        return stream;
      };
      return deviating(referenceCodec(), (codec) => ({
        ingest: (source, options) =>
          eachEvent(codec.ingest(source, options), (event) => {
            if (event.type === 'stream') seen(event.description);
            return event;
          }),
        encode: (pcm, options) =>
          eachEvent(codec.encode(pcm, options), (event) => {
            if (event.type === 'stream') seen(event.description);
            return event;
          }),
        describe: (attributes) => seen(codec.describe(attributes)),
        async createDecoder(stream) {
          const decoder = await codec.createDecoder(stream);
          return { ...decoder, decode: offBy(decoder, () => !known.has(stream)) };
        },
      }));
    },
  },
  {
    name: 'never says that the audio is wrong',
    law: 'audio',
    make: () =>
      deviating(referenceCodec(), () => ({ checkAudio: () => ({ add: () => undefined, finish: () => undefined }) })),
  },
  {
    name: 'always says that the audio is wrong',
    law: 'audio',
    make: () =>
      deviating(referenceCodec(), () => ({
        checkAudio: () => ({ add: () => undefined, finish: () => 'REFERENCE_CRC_MISMATCH' }),
      })),
  },
];
