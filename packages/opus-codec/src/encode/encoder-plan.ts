import type { EncoderPlan, JsonObject, JsonValue } from '@zarr-audio/codec';
import type { OpusSampleRate } from '../backends/backend';
import { OpusCodecError } from '../errors';

/** All that decides what the packets are, with its defaults. Part of a recording's id. */
export interface OpusEncoderOptions {
  /** Bits a second of all channels together, variable; 6,000 to 510,000. Default: 64,000 a channel. */
  readonly bitrate: number;
  /** 0 (fast) to 10 (good, the default). */
  readonly complexity: number;
}

/** 20 ms: what nearly every Opus file has. */
export const FRAMES_PER_SECOND = 50;
const DEFAULT_BITRATE_PER_CHANNEL = 64_000;
const DEFAULT_COMPLEXITY = 10;
const OPUS_RATES: readonly number[] = [8000, 12000, 16000, 24000, 48000];

/**
 * What encoding PCM of some rate into Opus takes: rates that Opus has are taken as they are, others are brought to
 * 48 kHz.
 *
 * @throws {OpusCodecError} `TOO_MANY_CHANNELS` above two, `SAMPLE_RATE_TOO_HIGH` above 48 kHz, `SAMPLE_RATE_TOO_LOW`
 *   under 4 kHz, `OPUS_BAD_OPTION`.
 */
export function planEncoding(format: { sampleRate: number; channels: number }, options: JsonObject): EncoderPlan {
  const { sampleRate, channels } = format;
  if (channels !== 1 && channels !== 2) {
    throw new OpusCodecError(
      'TOO_MANY_CHANNELS',
      `Opus is encoded with one or two channels here, and the source has ${channels}; FLAC takes up to eight`,
      { channels },
    );
  }
  if (sampleRate > 48_000) {
    throw new OpusCodecError(
      'SAMPLE_RATE_TOO_HIGH',
      `the source has ${sampleRate} Hz; Opus holds nothing above 20 kHz, so all ultrasound would be lost. ` +
        'Bring it to 48 kHz or less yourself if that is what you want; FLAC keeps it',
      { sampleRate },
    );
  }
  if (sampleRate < 4000) {
    throw new OpusCodecError('SAMPLE_RATE_TOO_LOW', `the source has ${sampleRate} Hz; at least 4000 Hz can be taken`, {
      sampleRate,
    });
  }
  const encoder: OpusEncoderOptions = {
    bitrate: integer('bitrate', options.bitrate, 6000, 510_000, DEFAULT_BITRATE_PER_CHANNEL * channels),
    complexity: integer('complexity', options.complexity, 0, 10, DEFAULT_COMPLEXITY),
  };
  for (const key of Object.keys(options)) {
    if (!(key in encoder))
      throw new OpusCodecError('OPUS_BAD_OPTION', `the Opus encoder has no option '${key}'`, { key });
  }
  return { sampleRate: OPUS_RATES.includes(sampleRate) ? sampleRate : 48_000, options: { ...encoder } };
}

/** @throws {OpusCodecError} `OPUS_BAD_OPTION` unless it is a rate that Opus has. */
export function asOpusRate(sampleRate: number): OpusSampleRate {
  if (OPUS_RATES.includes(sampleRate)) return sampleRate as OpusSampleRate;
  throw new OpusCodecError('OPUS_BAD_OPTION', `PCM at ${sampleRate} Hz has to be resampled for Opus first`, {
    sampleRate,
  });
}

function integer(key: string, value: JsonValue | undefined, min: number, max: number, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new OpusCodecError('OPUS_BAD_OPTION', `${key} must be an integer from ${min} to ${max}, not ${value}`, {
    key,
    value,
  });
}
