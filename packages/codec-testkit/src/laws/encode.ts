import { type Codec, INDEX_WIDTH, type JsonObject, type PcmData } from '@zarr-audio/codec';
import { require, requireCode, requireEqual } from '../compare';
import { decodeAnew } from '../decoding';
import { type TakenStream, takeEvents } from '../ingested';
import { type Law, skipped } from '../law';
import { type PcmOptions, pcmSource, testSound } from '../pcm';
import { checkRows } from '../row-rules';
import type { EncodingCase, Subject } from '../subject';
import { checkScan } from './scan';

/** A number that no block size divides. */
const FRAMES = 20_011;
/** What a lossy codec gives back has to be the sound that it was given: its correlation with that. */
const CORRELATION = 0.5;

/** A codec that can encode. */
type Encoder = Codec & Required<Pick<Codec, 'planEncoding' | 'encode'>>;

export const encodeLaw: Law = {
  name: 'encode',
  says: 'what is encoded decodes to what it was, at its rate and of its length, and the same again the next time',
  tests: (subject) => {
    const { codec } = subject;
    if (!isEncoder(codec)) return [skipped('encoding', 'capabilities.encode is false')];
    return [
      ...encodingsOf(subject).flatMap((format) => {
        const { sampleRate, channels, sampleType, bitsPerSample } = format;
        const name = `${channels} x ${sampleType} of ${bitsPerSample} bits at ${sampleRate} Hz`;
        return [
          { title: `the plan for ${name} is one, and complete`, run: async () => checkPlan(codec, format) },
          { title: `${name} there and back`, run: () => checkThereAndBack(subject, codec, format) },
          { title: `${name} in other blocks, and again`, run: () => checkBlocks(subject, codec, format) },
          { title: `nothing of ${name}`, run: () => checkNothing(subject, codec, format) },
        ];
      }),
      { title: 'what it can not encode has a code', run: async () => checkRefusals(subject, codec) },
    ];
  },
};

export function isEncoder(codec: Codec): codec is Encoder {
  return codec.capabilities.encode && codec.encode !== undefined && codec.planEncoding !== undefined;
}

export function encodingsOf({ codec, options }: Subject): readonly EncodingCase[] {
  const { sampleRates, maxChannels } = codec.capabilities;
  const sampleRate = sampleRates?.[0] ?? 48_000;
  const format = { sampleRate, sampleType: 'int16', bitsPerSample: 16 } as const;
  const channels = maxChannels > 1 ? [1, 2] : [1];
  return options.encodings ?? channels.map((count) => ({ ...format, channels: count }));
}

/** The sound of a case at the rate that the plan asks for. */
export function soundFor(codec: Encoder, format: EncodingCase, frames = FRAMES) {
  const { sampleRate, options } = codec.planEncoding(format, format.options ?? {});
  const ready = { ...format, sampleRate };
  return { ready, options, sound: testSound(ready, frames) };
}

async function encode(subject: Subject, codec: Encoder, format: EncodingCase, pcm: PcmOptions): Promise<TakenStream> {
  const { ready, options, sound } = soundFor(codec, format);
  const { streams, failed, violations } = await takeEvents(
    codec.encode(pcmSource(ready, sound, pcm), { options }),
    subject.timeLimitMs,
  );
  require(violations.length === 0, violations.join('; '));
  require(streams.length === 1 && failed.length === 0, `encoding gives ${streams.length} streams, not one`);
  return streams[0]!;
}

function checkPlan(codec: Encoder, format: EncodingCase): void {
  const { sampleRate, channels, options = {} } = format;
  const given = structuredClone(options);
  const plan = codec.planEncoding({ sampleRate, channels }, given);
  requireEqual(given, options, 'the options that were given, afterwards');
  requireEqual(codec.planEncoding({ sampleRate, channels }, given), plan, 'the same plan again');
  requireEqual(JSON.parse(JSON.stringify(plan)), plan, 'a plan as JSON and back');
  const again = codec.planEncoding({ sampleRate, channels }, plan.options);
  requireEqual(again, plan, 'the plan of its own options: they hold all defaults');
  const atRate = codec.planEncoding({ sampleRate: plan.sampleRate, channels }, plan.options);
  requireEqual(atRate.sampleRate, plan.sampleRate, 'the rate for PCM that has the rate of the plan');
}

async function checkThereAndBack(subject: Subject, codec: Encoder, format: EncodingCase): Promise<void> {
  const stream = await encode(subject, codec, format, {});
  const { ready, sound } = soundFor(codec, format);
  checkRows(codec, stream);
  await checkScan(subject, stream);
  const { description, summary } = stream;
  requireEqual(description.channels, format.channels, 'channels');
  const perFrame = description.sampleRate / ready.sampleRate;
  requireEqual(summary.totalSamples, Math.ceil(FRAMES * perFrame), 'totalSamples, at the rate of the stream');
  const decoded = await decodeAnew(subject, stream, 0, stream.rows.length / INDEX_WIDTH - 1);
  const start = description.preSkip * description.channels;
  const heard = decoded.subarray(start, start + summary.totalSamples * description.channels);
  if (codec.capabilities.lossless && format.sampleType !== 'float32') {
    requireEqual(description.bitsPerSample, format.bitsPerSample, 'bits of a lossless stream');
    requireEqual(Float64Array.from(heard), Float64Array.from(sound), 'samples of a lossless stream');
    return;
  }
  const correlation = correlationOf(heard, sound, format.channels, perFrame);
  require(correlation > CORRELATION, `the correlation with what was encoded is ${correlation.toFixed(3)}`);
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

async function checkBlocks(subject: Subject, codec: Encoder, format: EncodingCase): Promise<void> {
  const random = subject.random('encode');
  const expected = await encode(subject, codec, format, {});
  for (const blockFrames of [() => 1000, () => FRAMES, () => 1 + random.below(700)]) {
    requireEqual(await encode(subject, codec, format, { blockFrames }), expected, 'the stream, encoded again');
  }
}

async function checkNothing({ timeLimitMs }: Subject, codec: Encoder, format: EncodingCase): Promise<void> {
  const { ready, options, sound } = soundFor(codec, format, 0);
  let isTaken = false;
  try {
    await takeEvents(codec.encode(pcmSource(ready, sound), { options }), timeLimitMs);
    isTaken = true;
  } catch (error) {
    requireCode(error, 'encoding no samples');
  }
  require(!isTaken, 'a stream of no samples');
}

function checkRefusals({ codec: { capabilities } }: Subject, codec: Encoder): void {
  const sampleRate = capabilities.sampleRates?.[0] ?? 48_000;
  const isRefused = (channels: number, options: JsonObject) => {
    try {
      codec.planEncoding({ sampleRate, channels }, options);
      return false;
    } catch (error) {
      requireCode(error, 'planEncoding');
      return true;
    }
  };
  require(isRefused(capabilities.maxChannels + 1, {}), 'it plans for more channels than the capabilities say');
  require(isRefused(1, { 'no-such-option': 1 }), 'it plans with an option that nobody knows');
}
