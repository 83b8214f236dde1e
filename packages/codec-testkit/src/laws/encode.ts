import { INDEX_WIDTH, type JsonObject, type PcmData } from '@zarr-audio/codec';
import { require, requireCode, requireEqual } from '../compare';
import { decodeAnew } from '../decoding';
import { checkDescription } from '../description-rules';
import { checkHandedOn, checkSound } from '../encoded-rules';
import {
  type Encoder,
  encodeSound,
  encodingsOf,
  FRAMES,
  isEncoder,
  isTaken,
  plans,
  soundFor,
  type TriedEncoding,
  takenEncodings,
} from '../encoding';
import { takeEvents } from '../ingested';
import { type Law, type LawTest, skipped } from '../law';
import { pcmSource } from '../pcm';
import { checkRows } from '../row-rules';
import type { EncodingCase, Subject } from '../subject';
import { checkScan } from './scan';

/** Of one encode of many. */
const SHORT_FRAMES = 3001;
/** Rates of PCM that are tried beside those of the capabilities, in Hz. */
const RATES = [8000, 16_000, 22_050, 44_100, 48_000, 96_000];
/** Of the rates of the capabilities, how many are tried. */
const MOST_RATES = 10;

export const encodeLaw: Law = {
  name: 'encode',
  says: 'what is encoded decodes to what it was, at its rate and of its length, and the same again the next time',
  tests: (subject) => {
    const { codec } = subject;
    if (!isEncoder(codec)) return [skipped('encoding', 'capabilities.encode is false')];
    return [
      ...encodingsOf(subject).flatMap((format) => testsOf(subject, codec, format)),
      { title: 'every rate that it plans for is told', run: () => checkRates(subject, codec) },
      { title: 'what PCM was before is told', run: () => checkOriginal(subject, codec) },
      { title: 'three at the same time', run: () => checkTogether(subject) },
      { title: 'what it can not encode has a code', run: async () => checkRefusals(subject, codec) },
    ];
  },
};

function testsOf(subject: Subject, codec: Encoder, format: TriedEncoding): LawTest[] {
  const { sampleRate, channels, sampleType, bitsPerSample, isOptional } = format;
  const name = `${channels} x ${sampleType} of ${bitsPerSample} bits at ${sampleRate} Hz`;
  const tests: [string, () => Promise<void>][] = [
    [`the plan for ${name} is one, and complete`, async () => checkPlan(codec, format)],
    [`${name} there and back`, () => checkThereAndBack(subject, codec, format)],
    [`${name} in other blocks, and again`, () => checkBlocks(subject, format)],
    [`nothing of ${name}`, () => checkNothing(subject, codec, format)],
  ];
  return tests.map(([title, run]) => ({
    title: isOptional ? `${title}, if it is taken` : title,
    run: async () => {
      if (await isTaken(subject, format)) await run();
    },
  }));
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
  const { stream, pcm } = await encodeSound(subject, format);
  const { ready, sound } = soundFor(codec, format);
  checkRows(codec, stream);
  await checkScan(subject, stream);
  const { description, summary } = stream;
  checkDescription(codec, description, 'the description of what was encoded');
  checkHandedOn(codec.capabilities, stream, pcm);
  requireEqual(description.channels, format.channels, 'channels');
  const perFrame = description.sampleRate / ready.sampleRate;
  requireEqual(summary.totalSamples, Math.ceil(FRAMES * perFrame), 'totalSamples, at the rate of the stream');
  const decoded = await decodeAnew(subject, stream, 0, stream.rows.length / INDEX_WIDTH - 1);
  const start = description.preSkip * description.channels;
  const heard = decoded.subarray(start, start + summary.totalSamples * description.channels) as PcmData;
  checkSound(codec.capabilities, description, ready, heard, sound);
}

async function checkBlocks(subject: Subject, format: EncodingCase): Promise<void> {
  const random = subject.random('encode');
  const { stream: expected } = await encodeSound(subject, format);
  for (const blockFrames of [() => 1000, () => FRAMES, () => 1 + random.below(700)]) {
    const { stream } = await encodeSound(subject, format, { blockFrames });
    requireEqual(stream, expected, 'the stream, encoded again');
  }
}

async function checkNothing({ timeLimitMs }: Subject, codec: Encoder, format: EncodingCase): Promise<void> {
  const { ready, options, sound } = soundFor(codec, format, { frames: 0 });
  let isTaken = false;
  try {
    await takeEvents(codec.encode(pcmSource(ready, sound), { options }), timeLimitMs);
    isTaken = true;
  } catch (error) {
    requireCode(error, 'encoding no samples');
  }
  require(!isTaken, 'a stream of no samples');
}

async function checkRates(subject: Subject, codec: Encoder): Promise<void> {
  const [format] = encodingsOf(subject);
  const { channels, options } = format!;
  const { capabilities } = codec;
  const rates = new Set([...(capabilities.sampleRates ?? []).slice(0, MOST_RATES), ...RATES]);
  for (const sampleRate of rates) {
    if (!plans(codec, sampleRate, channels, options)) continue;
    const { stream, pcm } = await encodeSound(subject, { ...format!, sampleRate }, { frames: SHORT_FRAMES });
    checkHandedOn(capabilities, stream, pcm);
    const perFrame = stream.description.sampleRate / pcm.format.sampleRate;
    const expected = Math.ceil(SHORT_FRAMES * perFrame);
    requireEqual(stream.summary.totalSamples, expected, `totalSamples of PCM of ${sampleRate} Hz`);
  }
}

/** PCM that had another rate, more channels and fewer bits, as of a store that brought it to what the codec takes. */
async function checkOriginal(subject: Subject, codec: Encoder): Promise<void> {
  const { capabilities } = codec;
  const [format] = encodingsOf(subject);
  const { sampleRate, channels, bitsPerSample } = format!;
  // What takes any rate is never given another.
  const faster = capabilities.sampleRates === null ? sampleRate : 4 * sampleRate;
  const original = { sampleRate: faster, channels: channels + 1, bitsPerSample: bitsPerSample - 1 };
  const { stream, pcm } = await encodeSound(subject, format!, { frames: SHORT_FRAMES, original });
  checkHandedOn(capabilities, stream, pcm);
}

/** By turns, each another sound: as each is alone. */
async function checkTogether(subject: Subject): Promise<void> {
  const formats = await takenEncodings(subject);
  const encodeOne = async (voice: number) => {
    const frames = SHORT_FRAMES - 100 * voice;
    const sound = { frames, voice, blockFrames: () => 300 + 70 * voice };
    return (await encodeSound(subject, formats[voice % formats.length]!, sound)).stream;
  };
  const voices = [0, 1, 2];
  const together = await Promise.all(voices.map(encodeOne));
  for (const voice of voices) {
    requireEqual(together[voice], await encodeOne(voice), 'what was encoded while others were');
  }
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
