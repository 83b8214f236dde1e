import { resolve } from 'node:path';
import { FfmpegError } from './errors';
import { type FfmpegLocation, findFfprobe } from './executables';
import { FORMAT_WHITELIST } from './formats';
import { processOutput, StderrTail } from './process-output';

export interface FfmpegOptions extends FfmpegLocation {
  /** Longest wait for output, in seconds. Default: 60. */
  readonly silenceSeconds?: number | undefined;
  /**
   * Longest wait for all output of one run together, in seconds; `Infinity` for no limit. Default: five minutes, and what the file
   * takes in real time, and a second for every MiB of it; for probing as `silenceSeconds`.
   */
  readonly totalSeconds?: number | undefined;
}

export interface ProbedFormat {
  /** ffmpeg's names of the container: `mp3`, `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly name: string;
  readonly durationSeconds?: number;
  /** The durations are guesses of ffprobe, by the bit rate: nothing in the file says them. */
  readonly isEstimate: boolean;
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
  /** Time of the first sample, on the clock of the file. */
  readonly startSeconds?: number;
  /** A cover, which has no place in time. */
  readonly isPicture: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ProbeResult {
  /** Of ffprobe: `5.1.9-0+deb12u1`; `unknown` if it does not say. */
  readonly version: string;
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
 * @throws {FfmpegError} `FFMPEG_NOT_FOUND`, `FFMPEG_TOO_OLD`, `FFMPEG_REFUSED_FORMAT`, `FFMPEG_FAILED` if ffprobe can't make anything
 *   of the file, `FFMPEG_TIMEOUT`, `FFMPEG_BAD_OUTPUT`
 */
export async function probe(path: string, options: ProbeOptions = {}): Promise<ProbeResult> {
  const show = ['-show_program_version', '-show_format', '-show_streams'];
  // Warnings tell of durations that are guesses.
  const { json, value, stderr } = await askFfprobe(['-v', 'warning', ...show, ...input(path)], options);
  const result = parse(json, value, /Estimating duration from bitrate/.test(stderr));
  refuseOld(result.version);
  return result;
}

export type ProbeOptions = FfmpegOptions & { readonly signal?: AbortSignal | undefined };

/**
 * What ffprobe answers: the text, and its value.
 *
 * @throws {FfmpegError} as `probe`
 */
export async function askFfprobe(args: readonly string[], options: ProbeOptions) {
  const ffprobe = await findFfprobe(options);
  const { silenceMs, totalMs = silenceMs } = processTimes(options);
  const times = { signal: options.signal, silenceMs, totalMs: Math.min(totalMs, silenceMs) };
  const stderr = new StderrTail();
  try {
    const json = await readText(ffprobe, ['-hide_banner', '-of', 'json', ...args], times, stderr);
    return { json, value: asJson(json), stderr: stderr.text };
  } catch (error) {
    if (error instanceof FfmpegError && /Format not on whitelist/.test(stderr.text)) {
      throw new FfmpegError(
        'FFMPEG_REFUSED_FORMAT',
        `the file is of a format that leads to other files, or holds no audio, and is not opened: ${stderr.text}`,
        error.details,
        error,
      );
    }
    throw error;
  }
}

/** ffmpeg 4 is of 2018. */
const OLDEST = 4;

function refuseOld(version: string): void {
  // Builds between releases have a date or a hash, not a number.
  const major = Number(/^n?(\d+)\.\d/.exec(version)?.[1] ?? OLDEST);
  if (major >= OLDEST) return;
  throw new FfmpegError('FFMPEG_TOO_OLD', `ffmpeg ${version} is too old: install ${OLDEST}.0 or a later one`, {
    version,
  });
}

/** A local file and nothing else, whatever its name looks like and whatever other files and addresses it names. */
export function input(path: string): string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', FORMAT_WHITELIST, '-i', `file:${resolve(path)}`];
}

/** @throws {RangeError} if a time is not positive. */
export function processTimes({ silenceSeconds = 60, totalSeconds }: FfmpegOptions) {
  for (const seconds of [silenceSeconds, totalSeconds ?? 1]) {
    if (!(seconds > 0)) throw new RangeError(`${seconds} is no time to wait, in seconds`);
  }
  return { silenceMs: silenceSeconds * 1_000, totalMs: totalSeconds === undefined ? undefined : totalSeconds * 1_000 };
}

async function readText(
  command: string,
  args: readonly string[],
  options: Parameters<typeof processOutput>[2],
  stderr: StderrTail,
) {
  const decoder = new TextDecoder();
  let text = '';
  let byteLength = 0;
  for await (const bytes of processOutput(command, args, options, stderr)) {
    byteLength += bytes.byteLength;
    if (byteLength > MAX_JSON_BYTES) throw badOutput(`said over ${MAX_JSON_BYTES} bytes`);
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

type Json = Readonly<Record<string, unknown>>;

function asJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw badOutput('said something that is no JSON', cause);
  }
}

function parse(json: string, value: unknown, isEstimate: boolean): ProbeResult {
  const root = asObject(value);
  const format = asObject(root.format);
  if (typeof format.format_name !== 'string' || !Array.isArray(root.streams)) {
    throw badOutput('said JSON without a format or streams');
  }
  return {
    version: text(asObject(root.program_version).version) ?? 'unknown',
    format: {
      name: format.format_name,
      isEstimate,
      ...defined({ durationSeconds: seconds(format.duration), bitRate: number(format.bit_rate) }),
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
      durationSeconds: seconds(stream.duration),
      startSeconds: seconds(stream.start_time),
    }),
    isPicture: asObject(stream.disposition).attached_pic === 1,
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

/** Ten years: files that say more say nonsense. */
const MAX_SECONDS = 10 * 366 * 86_400;

function seconds(value: unknown): number | undefined {
  const said = number(value);
  return said !== undefined && Math.abs(said) <= MAX_SECONDS ? said : undefined;
}
