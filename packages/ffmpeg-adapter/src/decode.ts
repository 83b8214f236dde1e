import type { PcmData, PcmFormat, Repair } from '@zarr-audio/codec';
import { FfmpegError } from './errors';
import { trimmed, wholeFrames } from './pcm-frames';
import { input, type ProbeOptions, processTimes } from './probe';
import { processOutput, StderrTail } from './process-output';
import type { StreamExtent } from './stream-extent';

const RAW_FORMATS = { int16: 's16le', int32: 's32le', float32: 'f32le' } as const;

/** One stream of a file, on its way out of ffmpeg. */
export interface Decoding {
  readonly ffmpeg: string;
  readonly path: string;
  /** Number of the stream among all of the file. */
  readonly index: number;
  readonly codec: string;
  readonly format: PcmFormat;
  readonly extent: StreamExtent;
  readonly totalMs: number;
}

/** The arguments of ffmpeg. */
function args({ path, index, codec, format, extent }: Decoding): string[] {
  const raw = RAW_FORMATS[format.sampleType];
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error'],
    // FLAC decodes damaged frames without a word otherwise.
    ...(codec === 'flac' ? ['-err_detect', 'crccheck'] : []),
    ...(extent.keepStart ? ['-flags2', 'skip_manual'] : []),
    ...[...input(path), '-map', `0:${index}`],
    // Not -ac: it would mix to the usual layout of as many channels. ffmpeg keeps to the first format by itself.
    ...['-ar', `${format.sampleRate}`, '-c:a', `pcm_${raw}`, '-f', raw, 'pipe:1'],
  ];
}

/** Status with which ffmpeg ends if it could not decode most of the packets. */
const MOSTLY_BROKEN = 69;

/**
 * The samples of a stream; what ffmpeg got over is added to `repairs` at the end.
 *
 * @throws {FfmpegError} `FFMPEG_FAILED`, `FFMPEG_TIMEOUT`, `FFMPEG_BAD_OUTPUT`, `FFMPEG_NOT_FOUND`, `FFMPEG_NO_AUDIO`
 */
export async function* decode(decoding: Decoding, options: ProbeOptions, repairs: Repair[]): AsyncGenerator<PcmData> {
  const { ffmpeg, codec, format, extent, totalMs } = decoding;
  const stderr = new StderrTail();
  const { silenceMs } = processTimes(options);
  const output = processOutput(ffmpeg, args(decoding), { signal: options.signal, silenceMs, totalMs }, stderr);
  let frames = 0;
  try {
    for await (const block of trimmed(wholeFrames(output, format), format.channels, extent.skip, extent.end)) {
      frames += block.length / format.channels;
      yield block;
    }
  } catch (error) {
    const isRest = error instanceof FfmpegError && error.details.exitCode === MOSTLY_BROKEN && frames > 0;
    if (!isRest) throw error;
  }
  if (frames === 0) {
    throw new FfmpegError('FFMPEG_NO_AUDIO', `ffmpeg decodes the ${codec} stream to no samples`, {
      stderrTail: stderr.text,
    });
  }
  if (stderr.text !== '') repairs.push({ code: 'FFMPEG_REPORTED_ERRORS', byteOffset: 0, samples: 0 });
}
