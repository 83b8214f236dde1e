import type { CodecCapabilities, PcmData, PcmSource, StreamDescription } from '@zarr-audio/codec';
import { require, requireEqual } from './compare';
import type { TakenStream } from './ingested';
import type { EncodingCase } from './subject';

/** What a lossy codec gives back has to be the sound that it was given: its correlation with that. */
const CORRELATION = 0.5;

/** @throws {LawError} unless the stream says of its PCM what a store writes down: rates, tags, repairs, and what it was. */
export function checkHandedOn(capabilities: CodecCapabilities, stream: TakenStream, pcm: PcmSource): void {
  const { description, source, summary, verbatim } = stream;
  const { container, codec, format, tags, original = format } = pcm;
  require(!verbatim, 'the blob is said to be the source, and that was PCM');
  if (capabilities.lossless || capabilities.sampleRates === null) {
    requireEqual(description.sampleRate, format.sampleRate, 'description.sampleRate, by the PCM');
  }
  requireEqual(description.originalSampleRate, original.sampleRate, 'description.originalSampleRate, by the PCM');
  const { sampleRate, channels } = original;
  for (const [key, value] of Object.entries({ container, codec, sampleRate, channels, tags })) {
    requireEqual(source[key as 'tags'], value, `source.${key}, by the PCM`);
  }
  // An encoder may have repairs of its own.
  const codes = pcm.repairs().map(({ code }) => code);
  const kept = summary.repairs.filter(({ code }) => codes.includes(code));
  requireEqual(kept, pcm.repairs(), 'repairs of the PCM, in the summary');
}

/**
 * @param heard  What the stream decodes to.
 * @param sound  What was encoded, of `format`.
 * @throws {LawError} unless the one is the other: to the last bit that the description promises if the codec is lossless, else by ear.
 */
export function checkSound(
  { lossless }: CodecCapabilities,
  description: StreamDescription,
  format: EncodingCase,
  heard: PcmData,
  sound: PcmData,
): void {
  const { sampleType, bitsPerSample } = description;
  if (!lossless) {
    const correlation = correlationOf(heard, sound, format.channels, description.sampleRate / format.sampleRate);
    require(correlation > CORRELATION, `the correlation with what was encoded is ${correlation.toFixed(3)}`);
  } else if (format.sampleType === 'float32' && (sampleType !== 'float32' || bitsPerSample < 32)) {
    checkRounded(heard, sound, bitsPerSample, sampleType === 'float32' ? 1 : 2 ** (1 - bitsPerSample));
  } else {
    requireEqual(bitsPerSample, format.bitsPerSample, 'bits of a lossless stream');
    requireEqual(Float64Array.from(heard), Float64Array.from(sound), 'samples of a lossless stream');
  }
}

/** float32 in fewer bits, as the description says: nothing else is lost. */
function checkRounded(heard: PcmData, sound: PcmData, bitsPerSample: number, scale: number): void {
  requireEqual(heard.length, sound.length, 'number of samples');
  for (let i = 0; i < sound.length; i++) {
    const steps = Math.abs(heard[i]! * scale - sound[i]!) * 2 ** (bitsPerSample - 1);
    require(steps <= 1, `sample ${i} is off by ${steps} steps of the ${bitsPerSample} bits that the description says`);
  }
}

/** At lag 0, over all channels; `perFrame` samples of the one to a sample of the other. */
function correlationOf(heard: PcmData, sound: PcmData, channels: number, perFrame: number): number {
  let product = 0;
  let energy = 0;
  let expected = 0;
  for (let i = 0; i < sound.length; i++) {
    const frame = Math.floor(i / channels);
    const value = heard[Math.floor(frame * perFrame) * channels + (i % channels)] ?? 0;
    product += value * sound[i]!;
    energy += value ** 2;
    expected += sound[i]! ** 2;
  }
  return energy === 0 ? 0 : product / Math.sqrt(energy * expected);
}
