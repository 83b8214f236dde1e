import { WavError } from './errors';

/** How the samples of a WAV file are stored. */
export type SampleCoding = 'unsigned' | 'signed' | 'float' | 'alaw' | 'mulaw';

export interface WavFormat {
  readonly coding: SampleCoding;
  readonly sampleRate: number;
  readonly channels: number;
  /** Bytes that one sample takes. */
  readonly sampleBytes: number;
  /** Bits of them that carry the sample. */
  readonly validBits: number;
  /** Bytes of one frame: a sample of each channel. */
  readonly blockAlign: number;
  /** The chunk says so, too. */
  readonly isConsistent: boolean;
  readonly littleEndian: boolean;
  /** Speakers (dwChannelMask), where the chunk is EXTENSIBLE. */
  readonly channelMask?: number;
}

const PCM = 0x0001;
const IEEE_FLOAT = 0x0003;
const ALAW = 0x0006;
const MULAW = 0x0007;
const EXTENSIBLE = 0xfffe;

/** What else WAV files hold in practice; RFC 2361 lists them all. */
const OTHER_FORMATS: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  16: 'OKI ADPCM',
  17: 'IMA ADPCM',
  20: 'G.723 ADPCM',
  34: 'TrueSpeech',
  49: 'GSM 6.10',
  64: 'G.721 ADPCM',
  69: 'G.726 ADPCM',
  80: 'MPEG layer 1 or 2',
  85: 'MPEG layer 3',
  255: 'AAC',
  352: 'Windows Media Audio 1',
  353: 'Windows Media Audio 2',
  8192: 'AC-3',
  8193: 'DTS',
  28751: 'Opus',
  61868: 'FLAC',
};

/** The last 12 bytes of the sub-format's GUID: of Microsoft's own formats, and of B-format ambisonics. */
const GUID_TAILS = ['000010008000' + '00aa00389b71', '2107d3118644' + 'c8c1ca000000'];
const GUID_TAILS_BIG_ENDIAN = ['000000108000' + '00aa00389b71', '072111d38644' + 'c8c1ca000000'];

/**
 * Parses the body of a `fmt ` chunk.
 *
 *     0  u16 format tag       8  u32 bytes a second    16  u16 size of what follows (EXTENSIBLE: 22)
 *     2  u16 channels        12  u16 bytes a frame     18  u16 valid bits
 *     4  u32 sample rate     14  u16 bits a sample     20  u32 channel mask    24  GUID of the format
 *
 * @param body  The chunk's bytes, the first 40 at least where it has them.
 * @throws {WavError} `WAV_BAD_HEADER`, `WAV_UNSUPPORTED_FORMAT`
 * @see Microsoft, "Multiple channel audio data and WAVE files"
 */
export function parseFormat(body: Uint8Array, byteOffset: number, littleEndian: boolean): WavFormat {
  if (body.byteLength < 16) {
    throw new WavError('WAV_BAD_HEADER', `the chunk 'fmt ' has ${body.byteLength} bytes, not 16`, { byteOffset });
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let tag = view.getUint16(0, littleEndian);
  const channels = view.getUint16(2, littleEndian);
  const sampleRate = view.getUint32(4, littleEndian);
  const statedAlign = view.getUint16(12, littleEndian);
  const bits = view.getUint16(14, littleEndian);
  if (channels === 0 || sampleRate === 0) {
    const message = `the chunk 'fmt ' says ${channels} channels at ${sampleRate} Hz`;
    throw new WavError('WAV_BAD_HEADER', message, { byteOffset, channels, sampleRate });
  }
  let validBits = bits;
  let channelMask: number | undefined;
  if (tag === EXTENSIBLE) {
    if (body.byteLength < 40) {
      throw new WavError('WAV_BAD_HEADER', "the extensible chunk 'fmt ' is too short", { byteOffset });
    }
    const tail = [...body.subarray(28, 40)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    tag = view.getUint32(24, littleEndian);
    if (!(littleEndian ? GUID_TAILS : GUID_TAILS_BIG_ENDIAN).includes(tail) || tag > 0xffff) {
      throw unsupported(`a format with the unknown GUID tail ${tail}`, byteOffset, { formatTag: tag });
    }
    const stated = view.getUint16(18, littleEndian);
    if (stated > 0 && stated < bits) validBits = stated;
    channelMask = view.getUint32(20, littleEndian);
  }
  const coding = codingOf(tag, bits);
  if (!coding) {
    throw unsupported(OTHER_FORMATS[tag] ?? `format 0x${tag.toString(16)}`, byteOffset, { formatTag: tag, bits });
  }
  if (bits === 0) throw new WavError('WAV_BAD_HEADER', "the chunk 'fmt ' says 0 bits a sample", { byteOffset });
  const needed = Math.ceil(bits / 8);
  const stated = statedAlign / channels;
  // Some writers give samples more room than their bits need; some state nonsense.
  const sampleBytes = Number.isInteger(stated) && stated >= needed && stated <= 8 ? stated : needed;
  const format = {
    coding,
    sampleRate,
    channels,
    sampleBytes,
    validBits,
    blockAlign: sampleBytes * channels,
    isConsistent: sampleBytes * channels === statedAlign,
    littleEndian,
    ...(channelMask === undefined ? {} : { channelMask }),
  };
  if (!isReadable(format)) {
    const kind = coding === 'float' ? 'floating point' : 'integer';
    throw unsupported(`${bits}-bit ${kind} samples in ${sampleBytes} bytes`, byteOffset, { formatTag: tag, bits });
  }
  return format;
}

function codingOf(tag: number, bits: number): SampleCoding | undefined {
  if (tag === PCM) return bits <= 8 ? 'unsigned' : 'signed';
  if (tag === IEEE_FLOAT) return 'float';
  if (tag === ALAW && bits === 8) return 'alaw';
  if (tag === MULAW && bits === 8) return 'mulaw';
  return undefined;
}

function isReadable({ coding, sampleBytes, validBits }: WavFormat): boolean {
  if (coding === 'float') return (sampleBytes === 4 && validBits === 32) || (sampleBytes === 8 && validBits === 64);
  return coding === 'signed' ? sampleBytes <= 4 : sampleBytes === 1;
}

function unsupported(what: string, byteOffset: number, details: Record<string, unknown>): WavError {
  return new WavError(
    'WAV_UNSUPPORTED_FORMAT',
    `the WAV file holds ${what}, which is not read here; ffmpeg may read it`,
    {
      byteOffset,
      ...details,
    },
  );
}

/** The name that ffmpeg has for such samples. */
export function codecName({ coding, sampleBytes, littleEndian }: WavFormat): string {
  if (coding === 'alaw' || coding === 'mulaw') return `pcm_${coding}`;
  if (sampleBytes === 1) return 'pcm_u8';
  return `pcm_${coding === 'float' ? 'f' : 's'}${sampleBytes * 8}${littleEndian ? 'le' : 'be'}`;
}
