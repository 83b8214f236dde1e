import { type Codec, errorCode, type JsonObject } from '@zarr-audio/codec';
import { require, requireCode } from './compare';
import { type TakenStream, takeEvents } from './ingested';
import { type PcmOptions, pcmSource, testSound } from './pcm';
import type { EncodingCase, Subject } from './subject';

/** A number that no block size divides. */
export const FRAMES = 20_011;
/** Enough to see whether PCM is taken, and as what: more than a block. */
export const FEW_FRAMES = 2500;

/** A codec that can encode. */
export type Encoder = Codec & Required<Pick<Codec, 'planEncoding' | 'encode'>>;

/** An encoding that laws try. */
export interface TriedEncoding extends EncodingCase {
  /** Nobody asked for it: a codec may refuse it with a code. */
  readonly isOptional?: boolean;
}

/** How much of which sound is encoded, and how its PCM comes. */
export interface SoundOptions extends PcmOptions {
  /** Default: `FRAMES`. */
  readonly frames?: number;
  /** Another number is another sound. Default: 0. */
  readonly voice?: number;
}

export function isEncoder(codec: Codec): codec is Encoder {
  return codec.capabilities.encode && codec.encode !== undefined && codec.planEncoding !== undefined;
}

/** Those of the options; else int16, and deeper samples where the codec takes them, at two rates if it takes two. */
export function encodingsOf({ codec, options }: Subject): readonly TriedEncoding[] {
  if (options.encodings) return options.encodings;
  const { sampleRates, maxChannels } = codec.capabilities;
  const [sampleRate = 48_000, ...others] = sampleRates ?? [];
  const otherRate = [...others.reverse(), 44_100, 16_000].find((rate) => rate !== sampleRate && plans(codec, rate));
  const channels = Math.min(2, maxChannels);
  return [
    { sampleRate, channels: 1, sampleType: 'int16', bitsPerSample: 16 },
    { sampleRate: otherRate ?? sampleRate, channels, sampleType: 'int16', bitsPerSample: 16 },
    { sampleRate, channels, sampleType: 'int32', bitsPerSample: 24, isOptional: true },
    { sampleRate: otherRate ?? sampleRate, channels: 1, sampleType: 'float32', bitsPerSample: 32, isOptional: true },
  ];
}

/** Those of them that the codec takes. */
export async function takenEncodings(subject: Subject): Promise<readonly TriedEncoding[]> {
  const taken: TriedEncoding[] = [];
  for (const format of encodingsOf(subject)) if (await isTaken(subject, format)) taken.push(format);
  return taken;
}

/** @throws {LawError} if it is refused without a code. */
export async function isTaken(subject: Subject, format: TriedEncoding): Promise<boolean> {
  if (!format.isOptional) return true;
  try {
    await encodeSound(subject, format, { frames: FEW_FRAMES });
    return true;
  } catch (error) {
    requireCode(error, `refusing ${format.sampleType} of ${format.bitsPerSample} bits, encode`);
    return false;
  }
}

/** Does the codec plan for PCM of this rate? An error without a code is no refusal: whatever tries the rate will show it. */
export function plans(codec: Codec, sampleRate: number, channels = 1, options: JsonObject = {}): boolean {
  try {
    codec.planEncoding?.({ sampleRate, channels }, options);
    return true;
  } catch (error) {
    return errorCode(error) === undefined;
  }
}

/** The sound of a case at the rate that the plan asks for. */
export function soundFor(codec: Encoder, format: EncodingCase, { frames = FRAMES, voice = 0 }: SoundOptions = {}) {
  const { sampleRate, options } = codec.planEncoding(format, format.options ?? {});
  const { channels, bitsPerSample } = format;
  const ready = { ...format, sampleRate };
  const given = { sampleRate: format.sampleRate, channels, bitsPerSample };
  // As a resampler says it.
  const original = sampleRate === given.sampleRate ? undefined : given;
  return { ready, options, original, sound: testSound(ready, frames, voice) };
}

/**
 * Encodes computed sound.
 *
 * @throws {LawError} if it is not one stream, or its events are out of order; and what the codec throws.
 */
export async function encodeSound(
  { codec, timeLimitMs }: Subject,
  format: EncodingCase,
  options: SoundOptions = {},
): Promise<{ stream: TakenStream; pcm: ReturnType<typeof pcmSource> }> {
  const { ready, options: planned, original, sound } = soundFor(codec as Encoder, format, options);
  const pcm = pcmSource(ready, sound, { original, ...options });
  const events = (codec as Encoder).encode(pcm, { options: planned });
  const { streams, failed, violations } = await takeEvents(events, timeLimitMs);
  require(violations.length === 0, violations.join('; '));
  require(streams.length === 1 && failed.length === 0, `encoding gives ${streams.length} streams, not one`);
  return { stream: streams[0]!, pcm };
}
