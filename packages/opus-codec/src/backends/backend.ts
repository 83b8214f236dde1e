import { OpusCodecError } from '../errors';

/** What one Opus library offers. A further backend is one file that gives an object of this type. */
export interface OpusBackend {
  /** `native`, `wasm`, or the name of a backend of your own. */
  readonly name: string;
  /** What it runs, for reports: `@discordjs/opus 0.10.0 (libopus 1.3.1)`. */
  readonly library: string;
  /** A decoder at 48 kHz. */
  createDecoder(channels: 1 | 2): RawDecoder;
  createEncoder?(options: RawEncoderOptions): RawEncoder;
}

/** One libopus decoder. */
export interface RawDecoder {
  /**
   * @param packet  1 byte or more, at most 60 ms. (Libraries take 0 bytes for a lost packet.)
   * @param output  Interleaved samples are written from index `at` on; must have room for the packet.
   * @returns Frames (samples per channel, at 48 kHz) written.
   * @throws {OpusCodecError} `OPUS_DECODE_FAILED`
   */
  decode(packet: Uint8Array, output: Int16Array, at: number): number;
  /** As if it were new, but for its gain. */
  reset(): void;
  /** Gain that the decoder applies, in 1/256 dB: an int16 (RFC 7845 section 5.1). */
  setGain(q8: number): void;
  /** Gives memory back. The decoder can't be used any more. */
  free(): void;
}

export type OpusSampleRate = 8000 | 12000 | 16000 | 24000 | 48000;

export interface RawEncoderOptions {
  /** Of the PCM that comes in. */
  readonly sampleRate: OpusSampleRate;
  readonly channels: 1 | 2;
  /** Bits a second, 500 to 512,000. The rate is variable. */
  readonly bitrate: number;
  /** 0 (fast) to 10 (good); the library's default is 9. */
  readonly complexity?: number | undefined;
}

/** One libopus encoder. It uses CELT alone (application RESTRICTED_LOWDELAY), the mode whose packets can be entered. */
export interface RawEncoder {
  /** Samples at 48 kHz by which the decoder's output lags behind the input: what pre-skip has to be at least. */
  readonly lookahead: number;
  /**
   * @param pcm  Interleaved; the first `frameSize * channels` samples are taken.
   * @param frameSize  Samples per channel: 2.5, 5, 10 or 20 ms. (Longer packets are several frames of CELT, which
   *   save some bytes of header; for those opusscript's stack is too small.)
   * @returns The packet, the caller's to keep.
   * @throws {OpusCodecError} `OPUS_ENCODE_FAILED`
   */
  encode(pcm: Int16Array, frameSize: number): Uint8Array;
  /** Whether the packets that follow do without what lies before them. */
  setPredictionDisabled(on: boolean): void;
  /** Gives memory back. The encoder can't be used any more. */
  free(): void;
}

/** A backend that may or may not be there. */
export interface OpusBackendLoader {
  readonly name: string;
  /** Rejects if the backend can't be had, with an Error whose message says what to do. */
  load(): Promise<OpusBackend>;
}

/** Most frames that a packet for `RawDecoder.decode` has: 60 ms at 48 kHz. */
export const MAX_PIECE_FRAMES = 2880;
/** CELT's overlap of 2.5 ms is all the delay that RESTRICTED_LOWDELAY has. */
export const LOWDELAY_LOOKAHEAD = 120;
/** Requests of libopus (opus_defines.h) that the backends make by number. */
export const CTL = {
  setApplication: 4000,
  setBitrate: 4002,
  setVbr: 4006,
  setComplexity: 4010,
  resetState: 4028,
  setGain: 4034,
  setPredictionDisabled: 4042,
} as const;

export const APPLICATION_RESTRICTED_LOWDELAY = 2051;

const SAMPLE_RATES: readonly number[] = [8000, 12000, 16000, 24000, 48000];
/** In units of 2.5 ms. */
const FRAME_LENGTHS: readonly number[] = [1, 2, 4, 8];

/** Libraries write past their buffers or abort on values that they don't know, so none gets through. */
export function checkChannels(channels: number): void {
  if (channels !== 1 && channels !== 2) throw new RangeError(`channels must be 1 or 2, not ${channels}`);
}

export function checkEncoderOptions({ sampleRate, channels, bitrate, complexity }: RawEncoderOptions): void {
  if (!SAMPLE_RATES.includes(sampleRate)) throw new RangeError(`Opus does not encode ${sampleRate} Hz`);
  checkChannels(channels);
  if (!Number.isInteger(bitrate) || bitrate < 500 || bitrate > 512_000) {
    throw new RangeError(`bitrate must be an integer from 500 to 512000, not ${bitrate}`);
  }
  if (complexity !== undefined && !(Number.isInteger(complexity) && complexity >= 0 && complexity <= 10)) {
    throw new RangeError(`complexity must be an integer from 0 to 10, not ${complexity}`);
  }
}

export function checkFrame(pcm: Int16Array, frameSize: number, { sampleRate, channels }: RawEncoderOptions): void {
  if (!FRAME_LENGTHS.includes((frameSize * 400) / sampleRate)) {
    throw new RangeError(`a frame of ${frameSize} samples at ${sampleRate} Hz is not 2.5, 5, 10 or 20 ms`);
  }
  if (pcm.length < frameSize * channels) {
    throw new RangeError(`${pcm.length} samples are no frame of ${frameSize} in ${channels} channels`);
  }
}

export function decodeFailed(reason: string, packet: Uint8Array, cause?: unknown): OpusCodecError {
  const message = `libopus refuses a packet of ${packet.byteLength} bytes: ${reason}`;
  return new OpusCodecError('OPUS_DECODE_FAILED', message, { reason, byteLength: packet.byteLength }, cause);
}
