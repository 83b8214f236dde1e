import type { Codec, CodecRegistry, EncoderPlan, JsonObject, PcmSource, Repair, Resample } from '@zarr-audio/codec';
import { StoreError } from '../errors';

/**
 * What becomes of PCM at a higher rate than the codec has (for Opus: above 48 kHz), whose ultrasound it can't hold:
 *
 * - `refuse`: it is not imported, and the error says what else can be done.
 * - `resample`: it is brought to the codec's highest rate. What lies above the half of that (Opus: above 20 kHz) is gone, and the
 *   repair `PCM_ULTRASOUND_LOST` says so.
 * - `reinterpret`: the same samples are encoded as though they had been recorded at the codec's highest rate, so none is lost, and
 *   what is exported plays slower and lower by the attribute `sampling_rescale_factor`. Reads give original rate and time.
 */
export type UltrasonicChoice = 'refuse' | 'resample' | 'reinterpret';

/** How PCM is brought to a codec. */
export interface Adaptation {
  /** What is encoded, at the encoder's rate. */
  readonly ready: PcmSource;
  /** All options that decide about the packets: those of the encoder, and `ultrasonic` where that had a say. */
  readonly encoding: JsonObject;
  readonly plan: EncoderPlan;
  /** Of the recording: by how much faster its samples were taken than those of its stream count. */
  readonly samplingRescaleFactor: number;
}

interface AdaptationOptions {
  readonly encoding?: JsonObject;
  readonly resample?: Resample;
  readonly ultrasonic?: UltrasonicChoice;
}

/**
 * @throws {StoreError} `SAMPLE_RATE_TOO_HIGH`, `RESAMPLER_MISSING`; what `planEncoding` throws.
 * @throws {TypeError} if `ultrasonic` is none of its words.
 */
export function adapt(
  pcm: PcmSource,
  codec: Codec & Required<Pick<Codec, 'planEncoding'>>,
  codecs: CodecRegistry,
  { encoding = {}, resample, ultrasonic = 'refuse' }: AdaptationOptions,
): Adaptation {
  const { format } = pcm;
  const highest = highestRate(codec);
  if (!['refuse', 'resample', 'reinterpret'].includes(ultrasonic)) throw new TypeError(`ultrasonic: '${ultrasonic}'`);
  if (format.sampleRate <= highest) {
    const plan = codec.planEncoding(format, encoding);
    const ready = atRate(pcm, plan.sampleRate, resample);
    return { ready, encoding: plan.options, plan, samplingRescaleFactor: 1 };
  }
  const plan = codec.planEncoding({ ...format, sampleRate: highest }, encoding);
  // Behind what no choice would mend: too many channels, options that are none.
  if (ultrasonic === 'refuse') throw refusal(format.sampleRate, highest, codec, codecs);
  const adaptation = { encoding: { ...plan.options, ultrasonic }, plan };
  if (ultrasonic === 'resample') {
    return { ...adaptation, ready: withoutUltrasound(atRate(pcm, highest, resample)), samplingRescaleFactor: 1 };
  }
  const samplingRescaleFactor = format.sampleRate / highest;
  return { ...adaptation, ready: reinterpreted(pcm, highest), samplingRescaleFactor };
}

function highestRate({ capabilities }: Codec): number {
  const { sampleRates } = capabilities;
  return sampleRates === null ? Number.POSITIVE_INFINITY : Math.max(...sampleRates);
}

function atRate(pcm: PcmSource, sampleRate: number, resample: Resample | undefined): PcmSource {
  if (pcm.format.sampleRate === sampleRate) return pcm;
  if (!resample) {
    throw new StoreError(
      'RESAMPLER_MISSING',
      `the source has ${pcm.format.sampleRate} Hz and the encoder needs ${sampleRate}: pass the option resample`,
      { sampleRate: pcm.format.sampleRate, needed: sampleRate },
    );
  }
  return resample(pcm, sampleRate);
}

function withoutUltrasound(pcm: PcmSource): PcmSource {
  const lost: Repair = { code: 'PCM_ULTRASOUND_LOST', byteOffset: 0, samples: 0 };
  return { ...pcm, repairs: () => [lost, ...pcm.repairs()] };
}

function reinterpreted(pcm: PcmSource, sampleRate: number): PcmSource {
  const { format } = pcm;
  const { channels, bitsPerSample } = format;
  const original = pcm.original ?? { sampleRate: format.sampleRate, channels, bitsPerSample };
  return { ...pcm, format: { ...format, sampleRate }, original };
}

function refusal(sampleRate: number, highest: number, { id }: Codec, { codecs }: CodecRegistry): StoreError {
  const others = codecs.filter((codec) => codec.encode && highestRate(codec) >= sampleRate).map((codec) => codec.id);
  const keeps = others.map((other) => `the codec ${other} keeps all of it; `).join('');
  return new StoreError(
    'SAMPLE_RATE_TOO_HIGH',
    `the source has ${sampleRate} Hz, and ${id} takes ${highest} at the most: ultrasound would be lost. ${keeps}the option ` +
      "ultrasonic says what else can be done: 'reinterpret' (the same samples, as though they had been taken at " +
      `${highest} Hz; reads give the right rate and time) or 'resample' (everything above 20 kHz is lost)`,
    { sampleRate, highest, codecs: others },
  );
}
