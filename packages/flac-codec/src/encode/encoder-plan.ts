import type { EncoderPlan, JsonObject } from '@zarr-audio/codec';
import { FlacError } from '../errors';

const MAX_CHANNELS = 8;
/** Above 65,535 Hz a frame header counts in tens of Hz. RFC 9639 §9.1.2 */
const MAX_SAMPLE_RATE = 655_350;
const MAX_SINGLE_RATE = 65_535;
const DEFAULT_LEVEL = 5;

/**
 * What encoding PCM into FLAC takes: nothing is resampled. The only option is `compression_level`, 0 (fast) to 8 (small), 5 if left
 * out.
 *
 * @throws {FlacError} `TOO_MANY_CHANNELS` above eight; `SAMPLE_RATE_TOO_HIGH` above 655,350 Hz; `FLAC_RATE_UNSUPPORTED` where a frame
 *   header can't say it; `FLAC_BAD_OPTION`.
 */
export function planEncoding(format: { sampleRate: number; channels: number }, options: JsonObject): EncoderPlan {
  const { sampleRate, channels } = format;
  if (channels > MAX_CHANNELS) {
    throw new FlacError('TOO_MANY_CHANNELS', `FLAC takes up to 8 channels, and the source has ${channels}`, {
      channels,
    });
  }
  if (sampleRate > MAX_SAMPLE_RATE) {
    const message = `FLAC takes up to ${MAX_SAMPLE_RATE} Hz, and the source has ${sampleRate}`;
    throw new FlacError('SAMPLE_RATE_TOO_HIGH', message, { sampleRate });
  }
  const isSayable = Number.isInteger(sampleRate) && sampleRate > 0;
  if (!isSayable || (sampleRate > MAX_SINGLE_RATE && sampleRate % 10 !== 0)) {
    const message = `a frame of FLAC can't say ${sampleRate} Hz: whole numbers to ${MAX_SINGLE_RATE}, then tens`;
    throw new FlacError('FLAC_RATE_UNSUPPORTED', message, { sampleRate });
  }
  const { compression_level: level = DEFAULT_LEVEL, ...others } = options;
  const [key] = Object.keys(others);
  if (key !== undefined) throw new FlacError('FLAC_BAD_OPTION', `the FLAC encoder has no option '${key}'`, { key });
  if (typeof level !== 'number' || !Number.isInteger(level) || level < 0 || level > 8) {
    const message = `compression_level must be an integer from 0 to 8, not ${level}`;
    throw new FlacError('FLAC_BAD_OPTION', message, { key: 'compression_level', value: level });
  }
  return { sampleRate, options: { compression_level: level } };
}
