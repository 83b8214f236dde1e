import type { JsonObject, StreamDescription } from '@zarr-audio/codec';
import { ReferenceCodecError } from '../errors';
import { type FileHeader, MAX_BLOCK_FRAMES, MAX_CHANNELS, sampleTypeOf } from './format';

/** The stream that a file announces. */
export function describeHeader({ sampleRate, channels, bitsPerSample, ...header }: FileHeader): StreamDescription {
  const { blockFrames, totalSamples, audioCrc32 } = header;
  return describe(sampleRate, channels, bitsPerSample, {
    block_frames: blockFrames,
    audio_crc32: totalSamples === 0 ? null : audioCrc32,
  });
}

/**
 * The stream again, from the attributes of a recording.
 *
 * @throws {ReferenceCodecError} `REFERENCE_BAD_ATTRIBUTES` with the `key` that can't be right.
 */
export function describeAttributes(attributes: JsonObject): StreamDescription {
  const integer = (key: string, min: number, max: number): number => {
    const value = attributes[key];
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new ReferenceCodecError('REFERENCE_BAD_ATTRIBUTES', `the attribute ${key} is not that of a stream`, { key });
  };
  return describe(
    integer('sample_rate', 1, 2 ** 32 - 1),
    integer('nb_channels', 1, MAX_CHANNELS),
    integer('bits_per_sample', 1, 32),
    {
      block_frames: integer('block_frames', 1, MAX_BLOCK_FRAMES),
      audio_crc32: attributes.audio_crc32 === null ? null : integer('audio_crc32', 0, 2 ** 32 - 1),
    },
  );
}

function describe(
  sampleRate: number,
  channels: number,
  bitsPerSample: number,
  attributes: JsonObject,
): StreamDescription {
  return {
    codec: 'reference',
    container: 'reference-blocks',
    sampleRate,
    originalSampleRate: sampleRate,
    channels,
    bitsPerSample,
    sampleType: sampleTypeOf(bitsPerSample),
    preSkip: 0,
    attributes,
  };
}
