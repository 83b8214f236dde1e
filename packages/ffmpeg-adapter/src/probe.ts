import { resolve } from 'node:path';
import { FfmpegError } from './errors';
import { type FfmpegLocation, findFfprobe } from './executables';
import { processOutput, StderrTail } from './process-output';

export interface FfmpegOptions extends FfmpegLocation {
  /** Longest wait for output, in seconds. Default: 60. */
  readonly silenceSeconds?: number | undefined;
  /** Longest wait for all output of one run together, in seconds. Default: no limit; for probing as `silenceSeconds`. */
  readonly totalSeconds?: number | undefined;
}

export interface ProbedFormat {
  /** ffmpeg's names of the container: `mp3`, `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly name: string;
  readonly durationSeconds?: number;
  /** Bits a second. */
  readonly bitRate?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ProbedStream {
  /** Number of the stream in the file, of all kinds together. */
  readonly index: number;
  /** `audio`, `video`, `subtitle`, `data`, ... */
  readonly type: string;
  /** `mp3`, `pcm_s24le`, ...; `unknown` where ffmpeg has no decoder. */
  readonly codec: string;
  /** Of audio: Hz. */
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly channelLayout?: string;
  /** What ffmpeg decodes to: `s16`, `fltp`, ... */
  readonly sampleFormat?: string;
  /** Significant bits of an integer sample, where they are stated. */
  readonly bitsPerRawSample?: number;
  readonly durationSeconds?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ProbeResult {
  readonly format: ProbedFormat;
  readonly streams: readonly ProbedStream[];
  /** All that ffprobe said, as JSON. */
  readonly json: string;
}

/** More than any sane file makes ffprobe say. */
const MAX_JSON_BYTES = 16 * 2 ** 20;

/**
 * What ffprobe says of a local file.
 *
 * @throws {FfmpegError} `FFMPEG_NOT_FOUND`, `FFMPEG_FAILED` if ffprobe can't make anything of the file, `FFMPEG_TIMEOUT`,
 *   `FFMPEG_BAD_OUTPUT`
 */
export async function probe(
  path: string,
  options: FfmpegOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<ProbeResult> {
  const ffprobe = await findFfprobe(options);
  const times = processTimes(options);
  const json = await readText(
    ffprobe,
    ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', ...input(path)],
    {
      signal: options.signal,
      silenceMs: times.silenceMs,
      totalMs: Math.min(times.totalMs, times.silenceMs),
    },
  );
  return parse(json);
}

/** A local file and nothing else, whatever its name looks like and whatever other addresses it holds. */
export function input(path: string): string[] {
  return ['-protocol_whitelist', 'file', '-i', `file:${resolve(path)}`];
}

/** @throws {RangeError} if a time is not positive. */
export function processTimes({ silenceSeconds = 60, totalSeconds = Number.POSITIVE_INFINITY }: FfmpegOptions) {
  for (const seconds of [silenceSeconds, totalSeconds]) {
    if (!(seconds > 0)) throw new RangeError(`${seconds} is no time to wait, in seconds`);
  }
  return { silenceMs: silenceSeconds * 1_000, totalMs: totalSeconds * 1_000 };
}

async function readText(command: string, args: readonly string[], options: Parameters<typeof processOutput>[2]) {
  const decoder = new TextDecoder();
  let text = '';
  let byteLength = 0;
  for await (const bytes of processOutput(command, args, options, new StderrTail())) {
    byteLength += bytes.byteLength;
    if (byteLength > MAX_JSON_BYTES) throw badOutput(`said over ${MAX_JSON_BYTES} bytes`);
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

type Json = Readonly<Record<string, unknown>>;

function parse(json: string): ProbeResult {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw badOutput('said something that is no JSON', cause);
  }
  const root = asObject(value);
  const format = asObject(root.format);
  if (typeof format.format_name !== 'string' || !Array.isArray(root.streams)) {
    throw badOutput('said JSON without a format or streams');
  }
  return {
    format: {
      name: format.format_name,
      ...defined({ durationSeconds: number(format.duration), bitRate: number(format.bit_rate) }),
      tags: texts(format.tags),
    },
    streams: root.streams.map((stream, position) => parseStream(asObject(stream), position)),
    json,
  };
}

function parseStream(stream: Json, position: number): ProbedStream {
  return {
    index: number(stream.index) ?? position,
    type: text(stream.codec_type) ?? 'unknown',
    codec: text(stream.codec_name) ?? 'unknown',
    ...defined({
      sampleRate: number(stream.sample_rate),
      channels: number(stream.channels),
      channelLayout: text(stream.channel_layout),
      sampleFormat: text(stream.sample_fmt),
      bitsPerRawSample: number(stream.bits_per_raw_sample) || number(stream.bits_per_sample) || undefined,
      durationSeconds: number(stream.duration),
    }),
    tags: texts(stream.tags),
  };
}

/** The fields that have a value. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** ffprobe writes most numbers as text. */
function number(value: unknown): number | undefined {
  const result = typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : Number.NaN;
  return Number.isFinite(result) ? result : undefined;
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asObject(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function badOutput(what: string, cause?: unknown): FfmpegError {
  return new FfmpegError('FFMPEG_BAD_OUTPUT', `ffprobe ${what}`, {}, cause);
}
