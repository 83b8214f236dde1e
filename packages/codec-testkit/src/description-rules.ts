import type { Codec, StreamDescription } from '@zarr-audio/codec';
import { require, requireEqual } from './compare';

/**
 * @param what  Where it is from.
 * @throws {LawError} if a store could not keep the description, or it is outside of the codec's capabilities.
 */
export function checkDescription(codec: Codec, description: StreamDescription, what: string): void {
  const rule = (holds: boolean, message: string) => require(holds, `${what}: ${message}`);
  requireEqual(JSON.parse(JSON.stringify(description)), description, `${what}, as JSON and back`);
  const { sampleRate, originalSampleRate, channels, bitsPerSample, sampleType, preSkip } = description;
  rule(description.codec === codec.id, `the description is of the codec '${description.codec}'`);
  rule(/^[a-z0-9-]+$/.test(description.container), `container '${description.container}' is not like 'ogg-opus'`);
  const { sampleRates, maxChannels } = codec.capabilities;
  rule(sampleRate > 0 && originalSampleRate > 0, 'rates are positive');
  rule(sampleRates?.includes(sampleRate) ?? true, `the rate ${sampleRate} is not among those of the capabilities`);
  const areChannels = isCount(channels) && channels >= 1 && channels <= maxChannels;
  rule(areChannels, `${channels} channels are over the capabilities`);
  rule(['int16', 'int32', 'float32'].includes(sampleType), `there is no sample type '${sampleType}'`);
  const width = sampleType === 'int16' ? 16 : 32;
  const areBits = isCount(bitsPerSample) && bitsPerSample >= 1 && bitsPerSample <= width;
  rule(areBits, `${bitsPerSample} bits of ${sampleType}`);
  rule(isCount(preSkip), `a pre-skip of ${preSkip} samples`);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
