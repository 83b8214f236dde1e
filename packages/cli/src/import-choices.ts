import type { JsonObject } from '@zarr-audio/codec';
import { type FfmpegInputOptions, ffmpegInput } from '@zarr-audio/ffmpeg-adapter';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import type { ImportChoices } from 'zarr-audio';
import { oneOf, UsageError, wholeNumber } from './usage';

/** Options of `import` and `probe`, which have to decide alike. */
export const CHOICE_OPTIONS = {
  codec: { type: 'string' },
  bitrate: { type: 'string' },
  ultrasonic: { type: 'string' },
  stream: { type: 'string' },
  framing: { type: 'string' },
} as const;

/** Of `CHOICE_OPTIONS`, as they were written. */
export interface ChoiceValues {
  readonly codec?: string | undefined;
  readonly bitrate?: string | undefined;
  readonly ultrasonic?: string | undefined;
  readonly stream?: string | undefined;
}

/**
 * @param onProgress  Told how far ffmpeg is, which reads files itself.
 * @throws {UsageError}
 */
export function importChoices(values: ChoiceValues, onProgress?: FfmpegInputOptions['onProgress']): ImportChoices {
  const bitrate = wholeNumber('bitrate', values.bitrate);
  const stream = wholeNumber('stream', values.stream);
  const codec = oneOf('codec', values.codec, ['keep', 'opus', 'flac']) ?? 'keep';
  const ultrasonic = oneOf('ultrasonic', values.ultrasonic, ['refuse', 'resample', 'reinterpret']);
  if (codec === 'flac' && bitrate !== undefined) throw new UsageError('--bitrate is for Opus: FLAC is lossless');
  const encoding: JsonObject = bitrate === undefined ? {} : { bitrate };
  return {
    codec,
    encoding,
    inputs: [wavInput(), ffmpegInput({ onProgress })],
    resample,
    ...(ultrasonic === undefined ? {} : { ultrasonic }),
    ...(stream === undefined ? {} : { stream }),
  };
}
