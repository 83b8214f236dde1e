import type { Codec, IngestEvent, PcmSource, StreamDescription } from '@zarr-audio/codec';
import { referenceCodec } from '../../src/reference-codec';
import { deviating, eachEvent } from './deviations';

/** PCM of float32 as integers of so many bits; of integers as it is. */
function asIntegers(pcm: PcmSource, bitsPerSample: number, convert: (block: Float32Array) => Int32Array): PcmSource {
  if (pcm.format.sampleType !== 'float32') return pcm;
  return {
    ...pcm,
    format: { ...pcm.format, sampleType: 'int32', bitsPerSample },
    async *blocks(options) {
      for await (const block of pcm.blocks(options)) yield convert(block as Float32Array);
    },
  };
}

/** The reference codec as one that makes 24 bits of float32. */
export function roundingCodec(round = (sample: number) => Math.round(sample * 2 ** 23)): Codec {
  const convert = (block: Float32Array) => Int32Array.from(block, round);
  return deviating(referenceCodec(), ({ encode }) => ({
    encode: (pcm, options) => encode(asIntegers(pcm, 24, convert), options),
  }));
}

/**
 * The reference codec as one that keeps float32: where it has 32 bits, they are those of a float.
 *
 * @param change  Of each sample of float32, before it is encoded.
 */
export function floatingCodec(change: (sample: number) => number = (sample) => sample): Codec {
  const described = (description: StreamDescription): StreamDescription =>
    description.bitsPerSample < 32 ? description : { ...description, sampleType: 'float32' };
  const events = (all: AsyncIterable<IngestEvent>) =>
    eachEvent(all, (event) =>
      event.type === 'stream' ? { ...event, description: described(event.description) } : event,
    );
  return deviating(referenceCodec(), ({ ingest, scan, encode, describe, createDecoder }) => ({
    ingest: (source, options) => events(ingest(source, options)),
    scan: (blob, options) => events(scan(blob, options)),
    encode: (pcm, options) =>
      events(
        encode(
          asIntegers(pcm, 32, (block) => new Int32Array(block.map(change).buffer)),
          options,
        ),
      ),
    describe: (attributes) => described(describe(attributes)),
    async createDecoder(stream) {
      const decoder = await createDecoder(stream);
      if (stream.sampleType !== 'float32') return decoder;
      return {
        ...decoder,
        decode: (packet, { buffer, byteOffset, length }, at) =>
          decoder.decode(packet, new Int32Array(buffer, byteOffset, length), at),
      };
    },
  }));
}
