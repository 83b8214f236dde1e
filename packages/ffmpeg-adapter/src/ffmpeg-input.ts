import type { ByteSource, PcmData, PcmFormat, PcmInput, PcmSource, Repair } from '@zarr-audio/codec';
import { FfmpegError } from './errors';
import { findFfmpeg } from './executables';
import { type FfmpegOptions, input, type ProbedFormat, type ProbedStream, probe, processTimes } from './probe';
import { processOutput, StderrTail } from './process-output';

/**
 * Whatever ffmpeg can decode, as PCM: the last in a list of inputs, for it claims every file.
 *
 * A stream of up to 16 bits becomes int16, a deeper one int32 of its own bits, a lossy or floating one float32. Rate and
 * channels stay; channels come in ffmpeg's order, which is that of WAV files. ffmpeg runs while blocks are read, and ends with it.
 *
 * `open` throws {@link FfmpegError}: `FFMPEG_NEEDS_PATH` for a source that is no local file, `FFMPEG_NOT_FOUND`, `FFMPEG_NO_AUDIO`,
 * `FFMPEG_FAILED`, `FFMPEG_TIMEOUT`, `FFMPEG_BAD_OUTPUT`; so do the blocks. Messages of ffmpeg about damage that it got over are
 * one entry `FFMPEG_REPORTED_ERRORS` of `repairs()`; an audio stream that it can't decode beside one that it can is an entry
 * `FFMPEG_STREAM_SKIPPED` of the first stream.
 *
 * @throws {RangeError} if a time to wait is not positive.
 */
export function ffmpegInput(options: FfmpegOptions = {}): PcmInput {
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
      const { format, streams } = await probe(path, { ...options, signal });
      const audio = streams.filter((stream) => stream.type === 'audio');
      const decodable = audio.filter(isDecodable);
      if (decodable.length === 0) {
        const what = audio.length === 0 ? 'no audio' : `audio that ffmpeg can't decode (${audio[0]!.codec})`;
        throw new FfmpegError('FFMPEG_NO_AUDIO', `${source.name} holds ${what}`, {
          container: format.name,
          codecs: streams.map((stream) => stream.codec),
        });
      }
      const skipped = audio
        .filter((stream) => !isDecodable(stream))
        .map(() => ({ code: 'FFMPEG_STREAM_SKIPPED', byteOffset: 0, samples: 0 }));
      return decodable.map((stream, number) =>
        pcmSource(ffmpeg, path, format, stream, options, number === 0 ? skipped : []),
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

const RAW_FORMATS = { int16: 's16le', int32: 's32le', float32: 'f32le' } as const;

function pcmSource(
  ffmpeg: string,
  path: string,
  container: ProbedFormat,
  stream: AudioStream,
  options: FfmpegOptions,
  known: readonly Repair[],
): PcmSource {
  const format = outputFormat(stream);
  const { sampleRate, channels } = format;
  const storedBits = stream.bitsPerRawSample ?? format.bitsPerSample;
  const raw = RAW_FORMATS[format.sampleType];
  const args = [
    ...['-nostdin', '-hide_banner', '-v', 'error', ...input(path), '-map', `0:${stream.index}`],
    // Not -ac: it would mix to the usual layout of as many channels. ffmpeg keeps to the first format by itself.
    ...['-ar', `${sampleRate}`, '-c:a', `pcm_${raw}`, '-f', raw, 'pipe:1'],
  ];
  let repairs = known;

  async function* blocks({ signal }: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<PcmData> {
    const stderr = new StderrTail();
    const output = processOutput(ffmpeg, args, { signal, ...processTimes(options) }, stderr);
    let frames = 0;
    for await (const block of wholeFrames(output, format)) {
      frames += block.length / channels;
      yield block;
    }
    if (frames === 0) {
      throw new FfmpegError('FFMPEG_NO_AUDIO', `ffmpeg decodes the ${stream.codec} stream to no samples`, {
        stderrTail: stderr.text,
      });
    }
    const reported = { code: 'FFMPEG_REPORTED_ERRORS', byteOffset: 0, samples: 0 };
    repairs = stderr.text === '' ? known : [...known, reported];
  }

  return {
    format,
    container: container.name,
    codec: stream.codec,
    tags: { ...container.tags, ...stream.tags },
    original: storedBits === format.bitsPerSample ? undefined : { sampleRate, channels, bitsPerSample: storedBits },
    blocks,
    repairs: () => repairs,
  };
}

/** Bytes as they come out of the pipe, cut after whole frames. */
async function* wholeFrames(output: AsyncIterable<Uint8Array>, format: PcmFormat): AsyncGenerator<PcmData> {
  const frameBytes = format.channels * (format.sampleType === 'int16' ? 2 : 4);
  let rest: Uint8Array = new Uint8Array(0);
  for await (const bytes of output) {
    const length = rest.byteLength + bytes.byteLength;
    const whole = length - (length % frameBytes);
    const joined = new Uint8Array(length);
    joined.set(rest);
    joined.set(bytes, rest.byteLength);
    rest = joined.subarray(whole);
    if (whole > 0) yield samples(joined.buffer, whole, format);
  }
  if (rest.byteLength > 0) {
    throw new FfmpegError('FFMPEG_BAD_OUTPUT', `ffmpeg's output ends ${rest.byteLength} bytes into a frame`, {
      frameBytes,
    });
  }
}

/** ffmpeg fills 32 bits from the top: samples of fewer move to the bottom. */
function samples(buffer: ArrayBuffer, byteLength: number, { sampleType, bitsPerSample }: PcmFormat): PcmData {
  if (sampleType === 'int16') return new Int16Array(buffer, 0, byteLength / 2);
  if (sampleType === 'float32') return new Float32Array(buffer, 0, byteLength / 4);
  const data = new Int32Array(buffer, 0, byteLength / 4);
  const shift = 32 - bitsPerSample;
  if (shift > 0) for (let i = 0; i < data.length; i++) data[i] = data[i]! >> shift;
  return data;
}
