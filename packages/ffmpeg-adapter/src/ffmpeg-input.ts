import { stat } from 'node:fs/promises';
import type { ByteSource, PcmData, PcmFormat, PcmInput, PcmSource, Repair, SourcePiece } from '@zarr-audio/codec';
import { decode } from './decode';
import { FfmpegError } from './errors';
import { findFfmpeg } from './executables';
import {
  type FfmpegOptions,
  type ProbedFormat,
  type ProbedStream,
  type ProbeResult,
  probe,
  processTimes,
} from './probe';
import { streamExtent } from './stream-extent';

/** How far a stream is decoded. */
export interface FfmpegProgress {
  /** Of the source. */
  readonly name: string;
  /** Number of the stream among the audio streams of the file. */
  readonly stream: number;
  /** Samples per channel that were decoded. */
  readonly frames: number;
  /** About as many will come, by what ffprobe says; a guess for some formats, undefined where nothing is known. */
  readonly expectedFrames: number | undefined;
}

export interface FfmpegInputOptions extends FfmpegOptions {
  /** Called with every block. */
  readonly onProgress?: ((progress: FfmpegProgress) => void) | undefined;
}

/**
 * Whatever ffmpeg can decode, as PCM: the last in a list of inputs, for it claims every file.
 *
 * A stream of up to 16 bits becomes int16, a deeper one int32 of its own bits, a lossy or floating one float32. Rate and
 * channels stay; channels come in ffmpeg's order, which is that of WAV files. ffmpeg runs while blocks are read, and ends with it.
 *
 * The delay of the codec is taken away where the file says it, by ffmpeg, and padding at the end where MP4 says that.
 *
 * `open` throws {@link FfmpegError}: `FFMPEG_NEEDS_PATH` for a source that is no local file, `FFMPEG_NOT_FOUND`, `FFMPEG_TOO_OLD`,
 * `FFMPEG_NO_AUDIO`, `FFMPEG_REFUSED_FORMAT`, `FFMPEG_FAILED`, `FFMPEG_TIMEOUT`, `FFMPEG_BAD_OUTPUT`; so do the blocks.
 *
 * `metadata()`: one piece `ffprobe`, the JSON that it said.
 *
 * `repairs()`: `FFMPEG_REPORTED_ERRORS` (messages of ffmpeg about damage that it got over), `FFMPEG_STREAM_SKIPPED` (of the first
 * stream: another one can't be decoded), `FFMPEG_DELAY_UNKNOWN`, `FFMPEG_STARTS_LATE`, `FFMPEG_SHORTER_THAN_STATED`,
 * `FFMPEG_LONGER_THAN_STATED`.
 *
 * @throws {RangeError} if a time to wait is not positive.
 */
export function ffmpegInput(options: FfmpegInputOptions = {}): PcmInput {
  processTimes(options);
  return {
    id: 'ffmpeg',
    probe: () => true,
    async open(source: ByteSource, { signal } = {}) {
      const { path } = source;
      if (path === undefined) {
        throw new FfmpegError('FFMPEG_NEEDS_PATH', `ffmpeg can only read local files, which ${source.name} is not`, {
          name: source.name,
        });
      }
      const { ffmpeg } = await findFfmpeg(options);
      const probed = await probe(path, { ...options, signal });
      const { format, streams } = probed;
      const said = ffprobePiece(probed, source.name);
      const audio = streams.filter((stream) => stream.type === 'audio');
      const decodable = audio.filter(isDecodable);
      if (decodable.length === 0) {
        const what = audio.length === 0 ? 'no audio' : `audio that ffmpeg can't decode (${audio[0]!.codec})`;
        throw new FfmpegError('FFMPEG_NO_AUDIO', `${source.name} holds ${what}`, {
          container: format.name,
          codecs: streams.map((stream) => stream.codec),
        });
      }
      const skipped = audio.filter((stream) => !isDecodable(stream)).map(() => repair('FFMPEG_STREAM_SKIPPED', 0));
      return decodable.map((stream, place) =>
        pcmSource(
          ffmpeg,
          { ...source, path },
          probed,
          stream,
          audio.indexOf(stream),
          options,
          place === 0 ? skipped : [],
          said,
        ),
      );
    },
  };
}

type AudioStream = ProbedStream & {
  readonly sampleRate: number;
  readonly channels: number;
  readonly sampleFormat: string;
};

function isDecodable(stream: ProbedStream): stream is AudioStream {
  const { sampleRate = 0, channels = 0, sampleFormat } = stream;
  return sampleRate > 0 && channels > 0 && sampleFormat !== undefined && sampleFormat !== 'unknown';
}

/** What ffmpeg is to give for a stream. */
export function outputFormat(stream: AudioStream): PcmFormat {
  const { sampleRate, channels, sampleFormat, bitsPerRawSample = 32 } = stream;
  const format = { sampleRate, channels };
  if (/^(flt|dbl)/.test(sampleFormat)) return { ...format, sampleType: 'float32', bitsPerSample: 32 };
  if (/^(u8|s16)/.test(sampleFormat) || bitsPerRawSample <= 16) {
    return { ...format, sampleType: 'int16', bitsPerSample: 16 };
  }
  return { ...format, sampleType: 'int32', bitsPerSample: Math.min(bitsPerRawSample, 32) };
}

function pcmSource(
  ffmpeg: string,
  source: ByteSource & { readonly path: string },
  { format: container, streams }: ProbeResult,
  stream: AudioStream,
  number: number,
  options: FfmpegInputOptions,
  known: readonly Repair[],
  said: SourcePiece,
): PcmSource {
  const format = outputFormat(stream);
  const { sampleRate, channels } = format;
  const { name, path } = source;
  const storedBits = stream.bitsPerRawSample ?? format.bitsPerSample;
  const late = lateFrames(stream, streams);
  const before = late === 0 ? known : [...known, repair('FFMPEG_STARTS_LATE', late)];
  const seconds = stream.durationSeconds ?? container.durationSeconds;
  const expected = seconds === undefined ? undefined : Math.round(seconds * sampleRate);
  // The duration of a file is that of its longest stream.
  const isStated = !container.isEstimate && (stream.durationSeconds !== undefined || streams.length === 1);
  let repairs = before;

  async function* blocks({ signal }: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<PcmData> {
    const extent = await streamExtent(path, container, stream, { ...options, signal });
    const totalMs = processTimes(options).totalMs ?? (await generousMs(path, container));
    const mended = extent.isDelayUnknown ? [...before, repair('FFMPEG_DELAY_UNKNOWN', 0)] : [...before];
    const { index, codec } = stream;
    let frames = 0;
    const decoding = { ffmpeg, path, index, codec, format, extent, totalMs };
    for await (const block of decode(decoding, { ...options, signal }, mended)) {
      frames += block.length / channels;
      options.onProgress?.({ name, stream: number, frames, expectedFrames: expected });
      yield block;
    }
    if (expected !== undefined && isStated) mended.push(...lengthRepairs(frames, expected, sampleRate));
    repairs = mended;
  }

  return {
    format,
    stream: number,
    container: container.name,
    codec: stream.codec,
    tags: { ...container.tags, ...stream.tags },
    original: storedBits === format.bitsPerSample ? undefined : { sampleRate, channels, bitsPerSample: storedBits },
    blocks,
    repairs: () => repairs,
    metadata: () => [said],
  };
}

/** What ffprobe said, as JSON, but for where on this machine the file lies. */
function ffprobePiece({ json }: ProbeResult, filename: string): SourcePiece {
  const said = JSON.parse(json) as { format: object };
  const bytes = new TextEncoder().encode(JSON.stringify({ ...said, format: { ...said.format, filename } }));
  return { name: 'ffprobe', byteOffset: 0, bytes };
}

const repair = (code: string, samples: number): Repair => ({ code, byteOffset: 0, samples });

/** Less is the rounding of clocks. */
const LATE_SECONDS = 0.01;

/** Frames by which a stream begins behind the first of the others: no silence is put there. */
function lateFrames(stream: AudioStream, streams: readonly ProbedStream[]): number {
  const starts = streams.flatMap(({ isPicture, startSeconds }) => (isPicture ? [] : (startSeconds ?? [])));
  const seconds = (stream.startSeconds ?? 0) - Math.min(...starts, stream.startSeconds ?? 0);
  return seconds < LATE_SECONDS ? 0 : Math.round(seconds * stream.sampleRate);
}

/** Containers round their durations, and count delay and padding in. */
function lengthRepairs(frames: number, expected: number, sampleRate: number): Repair[] {
  const difference = frames - expected;
  if (Math.abs(difference) <= Math.max(sampleRate / 4, 8_192)) return [];
  const code = difference < 0 ? 'FFMPEG_SHORTER_THAN_STATED' : 'FFMPEG_LONGER_THAN_STATED';
  return [repair(code, Math.abs(difference))];
}

/** As slow as it is played, and from a disk that gives 1 MiB/s; and five minutes. */
async function generousMs(path: string, { durationSeconds = 0 }: ProbedFormat): Promise<number> {
  // A file that is gone is ffmpeg's to complain about.
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  return 1_000 * (300 + Math.max(0, durationSeconds) + size / 2 ** 20);
}
