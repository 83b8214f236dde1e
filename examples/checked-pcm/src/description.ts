import { CodedError, type JsonObject, type StreamDescription } from '@zarr-audio/codec';
import { type FileHeader, impossible, SAMPLE_TYPES } from './format.js';

/** The stream that a header announces. `attributes` are written into the recording, beside those that every recording has. */
export function describeHeader(header: FileHeader): StreamDescription {
  const { sampleRate, channels, bitsPerSample, sampleType, blockFrames } = header;
  return {
    codec: 'cpcm',
    container: 'cpcm',
    sampleRate,
    originalSampleRate: sampleRate,
    channels,
    bitsPerSample,
    sampleType,
    preSkip: 0,
    attributes: { sample_type: sampleType, block_frames: blockFrames },
  };
}

/**
 * The stream again, from the attributes of a recording: read before anything else of it, and not checked by anybody before.
 *
 * @throws {CodedError} `CPCM_BAD_ATTRIBUTES`
 */
export function describeAttributes(attributes: JsonObject): StreamDescription {
  const number = (key: string) => {
    const value = attributes[key];
    return typeof value === 'number' ? value : Number.NaN;
  };
  const sampleType = SAMPLE_TYPES.find(({ type }) => type === attributes.sample_type)?.type;
  if (!sampleType) throw badAttributes(`samples of type ${JSON.stringify(attributes.sample_type) ?? 'undefined'}`);
  const header: FileHeader = {
    sampleRate: number('sample_rate'),
    channels: number('nb_channels'),
    bitsPerSample: number('bits_per_sample'),
    sampleType,
    blockFrames: number('block_frames'),
  };
  const problem = impossible(header);
  if (problem) throw badAttributes(problem);
  return describeHeader(header);
}

/** The header of a stream that was described here. */
export function headerOf(stream: StreamDescription): FileHeader {
  const { sampleRate, channels, sampleType, bitsPerSample, attributes } = stream;
  return { sampleRate, channels, sampleType, bitsPerSample, blockFrames: attributes.block_frames as number };
}

function badAttributes(why: string): CodedError {
  return new CodedError('CPCM_BAD_ATTRIBUTES', `the recording's attributes are not those of checked PCM: ${why}`, {
    why,
  });
}
