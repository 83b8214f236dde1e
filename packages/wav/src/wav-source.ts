import { ByteReader } from './byte-reader';
import { usualMask } from './channel-order';
import { WavError } from './errors';
import { codecName, type WavFormat } from './format-chunk';
import type { ByteSource, PcmData, PcmInput, PcmSource, Repair } from './pcm';
import type { Pieces } from './pieces';
import { decodeSamples, looksRightAligned, pcmFormat } from './sample-decoder';
import { tagsOf } from './tags';
import { isWav, readHeader, readTrailer, type WavHeader } from './wav-header';

/** Most frames, and most samples over all channels, of one block. */
const BLOCK_FRAMES = 65_536;
const BLOCK_SAMPLES = 131_072;
/** How much of the audio, from its first sound on, shows how samples lie in their bytes. */
const ALIGNMENT_BYTES = 65_536;

interface Options {
  readonly signal?: AbortSignal | undefined;
}

/** WAV files as PCM: for the list of inputs that an import is given. */
export function wavInput(): PcmInput {
  return { id: 'wav', probe: isWav, open: openWav };
}

/**
 * Reads the header of a WAV file, and the chunks before and after its samples.
 *
 * PCM of 8 (unsigned) to 32 bits, 32 and 64-bit float, A-law and mu-law, in RIFF, RIFX, RF64 and BW64, EXTENSIBLE or
 * not. 8 and 16 bits, A-law and mu-law become int16; 17 to 24 bits become int32 of 24 bits; more, int32 of 32;
 * float becomes float32. Channels stay in the order of the file.
 *
 * `metadata()` holds the chunks that are no audio (all but `fmt `, `ds64`, `fact` and `data`) as they are, with what they say
 * where their format is known: `LIST` of type INFO, `bext`, `guan`, `wamd`, `iXML`, `id3 `. Of one chunk 4 MiB at the most, of all
 * 16 MiB, and 1,000 chunks: `WAV_CHUNK_SKIPPED` tells of others.
 *
 * @returns One source. Its `frames` are known if `source.byteLength` is. Otherwise `tags` are those before the samples, and
 *   the chunks behind them are in `metadata()` after the last block.
 * @throws {WavError} `WAV_BAD_HEADER`, `WAV_UNSUPPORTED_FORMAT` (ADPCM, ...), `WAV_NO_DATA`, or `WAV_SOURCE_CHANGED` if the
 *   source ends before its `byteLength`; the latter while reading, too.
 */
export async function openWav(source: ByteSource, options: Options = {}): Promise<readonly [PcmSource]> {
  const reader = new ByteReader(source, options.signal);
  try {
    const header = unwrapped(await readHeader(reader), source.byteLength);
    const { format } = header;
    const extent = dataExtent(header, source.byteLength);
    if (extent.frames === 0) throw noData(header);

    let rightAligned = false;
    if (format.coding === 'signed' && format.sampleBytes === 4 && format.validBits < 32) {
      rightAligned = await findAlignment(reader, format, header.dataOffset + extent.readBytes);
    }
    const repairs = [...extent.repairs];
    if (header.statedBytes === undefined) {
      repairs.push({ code: 'WAV_SIZE_UNKNOWN', byteOffset: header.dataOffset - 4, samples: 0 });
    }
    if (header.isWrapped) repairs.push({ code: 'WAV_SIZE_WRAPPED', byteOffset: header.dataOffset - 4, samples: 0 });
    if (rightAligned) {
      repairs.push({ code: 'WAV_SAMPLES_RIGHT_ALIGNED', byteOffset: header.dataOffset, samples: 0 });
    }
    const pieces = await trailerOf(reader, header, source.byteLength);
    return [pcmSource(source, header, { ...extent, repairs }, pieces, rightAligned)];
  } finally {
    await reader.close();
  }
}

/**
 * A RIFF size has 32 bits, and some recorders go on beyond them: where exactly so many bytes are left out as such a size can't
 * count, the samples go on to the end of the file.
 */
function unwrapped(header: WavHeader, fileBytes: number | undefined): WavHeader & { readonly isWrapped: boolean } {
  const { dataOffset, statedBytes } = header;
  if (fileBytes === undefined || statedBytes === undefined) return { ...header, isWrapped: false };
  const beyond = fileBytes - dataOffset - statedBytes;
  const isWrapped = beyond > 0 && beyond % 2 ** 32 === 0;
  return { ...header, statedBytes: isWrapped ? fileBytes - dataOffset : statedBytes, isWrapped };
}

/** The chunks before the samples, and those behind where the file's length says that there are any. */
async function trailerOf(reader: ByteReader, header: WavHeader, fileBytes = 0): Promise<Pieces> {
  const { dataOffset, statedBytes } = header;
  if (statedBytes === undefined || dataOffset + statedBytes + (statedBytes % 2) >= fileBytes) return header.pieces;
  return readTrailer(reader, header, statedBytes);
}

interface Extent {
  /** Bytes from the start of the data that are to be read: whole frames where the end is known; may be infinite. */
  readonly readBytes: number;
  readonly frames: number | undefined;
  readonly repairs: readonly Repair[];
}

/** How much of the data is there, by what the header and the file's length say. */
function dataExtent({ format, dataOffset, statedBytes }: WavHeader, fileBytes: number | undefined): Extent {
  if (fileBytes === undefined)
    return { readBytes: statedBytes ?? Number.POSITIVE_INFINITY, frames: undefined, repairs: [] };
  const available = Math.max(0, fileBytes - dataOffset);
  return { ...measured(format, dataOffset, statedBytes, Math.min(statedBytes ?? available, available)) };
}

function measured(format: WavFormat, dataOffset: number, statedBytes: number | undefined, bytes: number) {
  const { blockAlign } = format;
  const frames = Math.floor(bytes / blockAlign);
  const readBytes = frames * blockAlign;
  const repairs: Repair[] = [];
  const byteOffset = dataOffset + readBytes;
  if (statedBytes !== undefined && bytes < statedBytes) {
    const samples = Math.ceil(statedBytes / blockAlign) - frames;
    repairs.push({ code: 'WAV_DATA_TRUNCATED', byteOffset, samples });
  } else if (readBytes < bytes) {
    repairs.push({ code: 'WAV_PARTIAL_FRAME', byteOffset, samples: 0 });
  }
  return { readBytes, frames, repairs };
}

function pcmSource(
  source: ByteSource,
  header: WavHeader,
  extent: Extent,
  before: Pieces,
  rightAligned: boolean,
): PcmSource {
  const { format } = header;
  const output = pcmFormat(format);
  const storedBits = format.validBits;
  const { sampleRate, channels } = output;
  let pieces = before;
  let { repairs } = extent;

  async function* blocks({ signal }: Options = {}): AsyncGenerator<PcmData> {
    const reader = new ByteReader(source, signal);
    const blockFrames = Math.max(1, Math.min(BLOCK_FRAMES, Math.floor(BLOCK_SAMPLES / channels)));
    const blockBytes = blockFrames * format.blockAlign;
    let total = 0;
    try {
      await reader.skipTo(header.dataOffset);
      while (total < extent.readBytes) {
        const bytes = new Uint8Array(Math.min(blockBytes, extent.readBytes - total));
        const length = await reader.fill(bytes);
        total += length;
        const whole = length - (length % format.blockAlign);
        if (whole > 0) yield decodeSamples(bytes.subarray(0, whole), format, rightAligned);
        if (length < bytes.byteLength) break;
      }
      if (extent.frames !== undefined) return;
      const found = measured(format, header.dataOffset, header.statedBytes, total);
      if (found.frames === 0) throw noData(header);
      repairs = [...extent.repairs, ...found.repairs];
      if (total === header.statedBytes) pieces = await readTrailer(reader, header, total);
    } finally {
      await reader.close();
    }
  }

  return {
    format: output,
    frames: extent.frames,
    container: 'wav',
    codec: codecName(format),
    tags: { ...tagsOf(before.pieces), ...speakerTags(format) },
    original: storedBits === output.bitsPerSample ? undefined : { sampleRate, channels, bitsPerSample: storedBits },
    blocks,
    repairs: () => [...repairs, ...pieces.repairs],
    metadata: () => pieces.pieces,
  };
}

async function findAlignment(reader: ByteReader, format: WavFormat, endOffset: number): Promise<boolean> {
  while (reader.position < endOffset) {
    const bytes = new Uint8Array(Math.min(ALIGNMENT_BYTES, endOffset - reader.position));
    const length = await reader.fill(bytes);
    const whole = bytes.subarray(0, length - (length % 4));
    if (whole.some((byte) => byte !== 0)) return looksRightAligned(whole, format);
    if (length < bytes.byteLength) break;
  }
  return false;
}

/** Of more than two channels, where they are others than their number says: as FLAC names them (RFC 9639 §8.6.2). */
function speakerTags({ channels, channelMask }: WavFormat): Record<string, string> {
  if (channels <= 2 || channelMask === undefined || channelMask === usualMask(channels)) return {};
  return { waveformatextensible_channel_mask: `0x${channelMask.toString(16).padStart(4, '0')}` };
}

function noData(header: WavHeader): WavError {
  return new WavError('WAV_NO_DATA', 'the WAV file holds not one whole frame of samples', {
    byteOffset: header.dataOffset,
    expected: header.format.blockAlign,
  });
}
