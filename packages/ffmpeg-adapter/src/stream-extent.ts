import { askFfprobe, input, type ProbedFormat, type ProbedStream, type ProbeOptions } from './probe';

/** Where the sound of a stream begins and ends, by what the file says. */
export interface StreamExtent {
  /** Frames that ffmpeg would drop of the start by itself, and must not. */
  readonly keepStart: boolean;
  /** Frames of the start that are to be dropped here. */
  readonly skip: number;
  /** Frames after that, where they are stated exactly and ffmpeg gives more. */
  readonly end?: number | undefined;
  /** The codec delays its sound, and nothing says by how much: the start is as it was decoded. */
  readonly isDelayUnknown: boolean;
}

/** Codecs whose encoders put silence in front. (Vorbis has none; Opus says it in its header, which these containers have not.) */
const DELAYING = /^(mp[123]|aac|aac_latm|ac3|eac3|dts|wma.*|atrac.*|cook)$/;
const OPUS_WITHOUT_HEADER = /^(mpegts|caf)$/;

/**
 * ffmpeg takes away what a LAME tag, an edit list, an Ogg page, CodecDelay of Opus and the like say of the start. What it does not do
 * is done here: MP4 states the end to the sample, and Windows Media that ffmpeg itself wrote loses a frame of real sound.
 *
 * @throws {FfmpegError} as `probe`
 */
export async function streamExtent(
  path: string,
  container: ProbedFormat,
  stream: ProbedStream,
  options: ProbeOptions,
): Promise<StreamExtent> {
  const asked = { keepStart: false, skip: 0, isDelayUnknown: false };
  if (/^wmav[12]$/.test(stream.codec)) {
    // ffmpeg drops two frames of any encoder's, where its own is one late.
    if (!/^Lavf/.test(container.tags.encoder ?? '')) return { ...asked, isDelayUnknown: true };
    return { ...asked, keepStart: true, skip: windowsMediaFrame(stream.sampleRate ?? 0, stream.codec === 'wmav1') };
  }
  const isOpus = stream.codec === 'opus';
  if (!isOpus && !DELAYING.test(stream.codec)) return asked;
  const skipped = await skippedByFfmpeg(path, stream, options);
  const isDelayUnknown = isOpus ? OPUS_WITHOUT_HEADER.test(container.name) : skipped === 0;
  const end = /\bmp4\b/.test(container.name) ? await statedEnd(path, stream, skipped, options) : undefined;
  return { ...asked, isDelayUnknown, end };
}

/** Samples in a frame of Windows Media Audio 1 and 2. */
function windowsMediaFrame(sampleRate: number, isFirst: boolean): number {
  if (sampleRate <= 16_000) return 512;
  if (sampleRate <= 22_050 || (isFirst && sampleRate <= 32_000)) return 1_024;
  return 2_048;
}

/** Of ffprobe's JSON, what is asked here. */
interface Probed {
  readonly packets?: readonly { readonly side_data_list?: readonly { readonly skip_samples?: number }[] }[];
  readonly streams?: readonly { readonly duration_ts?: number; readonly time_base?: string }[];
}

/** Samples that the first packet says are not to be heard. */
async function skippedByFfmpeg(path: string, { index }: ProbedStream, options: ProbeOptions): Promise<number> {
  const first = ['-select_streams', `${index}`, '-show_packets', '-read_intervals', '%+#1'];
  const { value } = await askFfprobe(['-v', 'error', ...first, ...input(path)], options);
  const { packets = [] } = value as Probed;
  return packets[0]?.side_data_list?.find(({ skip_samples = 0 }) => skip_samples > 0)?.skip_samples ?? 0;
}

/**
 * The end that an edit list means. It counts in ticks of the movie, mostly milliseconds; where the media end within one of that, the
 * last packet's duration says it to the sample.
 */
async function statedEnd(
  path: string,
  { index, durationSeconds, sampleRate = 0 }: ProbedStream,
  skipped: number,
  options: ProbeOptions,
): Promise<number | undefined> {
  const whole = [
    '-ignore_editlist',
    '1',
    '-select_streams',
    `${index}`,
    '-show_entries',
    'stream=duration_ts,time_base',
  ];
  const { value } = await askFfprobe(['-v', 'error', ...whole, ...input(path)], options);
  const { duration_ts: ticks = 0, time_base: base = '' } = (value as Probed).streams?.[0] ?? {};
  const [one = 0, perSecond = 0] = base.split('/').map(Number);
  const media = Math.round((ticks * one * sampleRate) / perSecond) - skipped;
  if (!(media > 0)) return undefined;
  const edited = durationSeconds === undefined ? media : Math.round(durationSeconds * sampleRate);
  return media - edited > Math.ceil(sampleRate / 1_000) ? edited : media;
}
