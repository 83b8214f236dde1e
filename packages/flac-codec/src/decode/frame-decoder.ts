import { damagedFrame, FlacError } from '../errors';
import { crc16 } from '../frame/crc16';
import { type FrameHeader, parseFrameHeader } from '../frame/frame-header';
import { interleave, interleaveStereo, interleaveWideStereo } from './channels';
import { SubframeDecoder } from './subframe';

/** What all frames of a stream have to be. */
export interface FrameFormat {
  /** 1 to 8. */
  readonly channels: number;
  /** 4 to 32. */
  readonly bitsPerSample: number;
}

/**
 * Decodes frames, each on its own, to exact integers. Keeps nothing but memory from one to the next: for each
 * channel 4 bytes a sample of the longest block so far (256 KiB at most), and the bytes of a frame.
 *
 * @see RFC 9639 §9
 */
export class FrameDecoder {
  readonly #subframes = new SubframeDecoder();
  #channels: Int32Array[] = [];
  #side = new Float64Array(0);
  /** Bytes that the last frame takes. */
  byteLength = 0;

  /**
   * Decodes the frame that begins at `bytes[start]`.
   *
   * @param end     The frame ends there, or before (`byteLength` says where).
   * @param output  Interleaved samples are written from index `at` on: int16 for up to 16 bits, else int32, right-aligned.
   * @returns Frames (samples per channel) written.
   * @throws {FlacError} `FLAC_FRAME_DAMAGED` with the `reason`; `FLAC_FORMAT_CHANGED` if it has other channels or bits.
   * @throws {RangeError} if `output` has no room for it.
   */
  decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    format: FrameFormat,
    output: Int16Array | Int32Array,
    at: number,
  ): number {
    const header = parseFrameHeader(bytes, start, end);
    if (!header) throw damagedFrame('header', header === null ? 'no frame header' : 'the header is cut off', 0);
    checkFormat(header, format);
    const { blockSize, channels } = header;
    if (at + blockSize * channels > output.length) {
      throw new RangeError(`no room for ${blockSize} samples of ${channels} channels`);
    }
    const { reader } = this.#subframes;
    reader.load(bytes, start, end);
    reader.position = 8 * header.byteLength;
    this.#decodeChannels(header, format.bitsPerSample, output, at);
    this.#checkEnd();
    return blockSize;
  }

  #decodeChannels(header: FrameHeader, bits: number, output: Int16Array | Int32Array, at: number): void {
    const { blockSize, decorrelation } = header;
    const subframes = this.#subframes;
    const channels = this.#buffers(header.channels, blockSize);
    if (decorrelation === 'none') {
      for (const samples of channels) subframes.decode(samples, blockSize, bits);
      interleave(channels, blockSize, output, at);
      return;
    }
    const [first, second] = channels as [Int32Array, Int32Array];
    const sideFirst = decorrelation === 'side-right';
    if (bits < 32) {
      subframes.decode(first, blockSize, bits + (sideFirst ? 1 : 0));
      subframes.decode(second, blockSize, bits + (sideFirst ? 0 : 1));
      interleaveStereo(first, second, decorrelation, blockSize, output, at);
      return;
    }
    if (this.#side.length < blockSize) this.#side = new Float64Array(blockSize);
    const side = this.#side;
    if (sideFirst) subframes.decodeWide(side, first, blockSize, bits + 1);
    const plain = sideFirst ? second : first;
    subframes.decode(plain, blockSize, bits);
    if (!sideFirst) subframes.decodeWide(side, second, blockSize, bits + 1);
    interleaveWideStereo(plain, side, decorrelation, blockSize, output, at);
  }

  #buffers(channels: number, blockSize: number): readonly Int32Array[] {
    if (this.#channels.length !== channels || this.#channels[0]!.length < blockSize) {
      this.#channels = Array.from({ length: channels }, () => new Int32Array(blockSize));
    }
    return this.#channels;
  }

  /** Zero bits up to a whole byte, and the checksum. §9.3 */
  #checkEnd(): void {
    const { reader } = this.#subframes;
    const padding = -reader.position & 7;
    if (reader.read(padding) !== 0) reader.fail('padding', 'the bits behind the last subframe are not zero');
    reader.need(16);
    const byteLength = (reader.position >>> 3) + 2;
    const expected = crc16(reader.bytes, 0, byteLength - 2);
    const actual = reader.read(16);
    if (actual !== expected) reader.fail('crc16', `the checksum is ${actual}, that of the bytes is ${expected}`);
    this.byteLength = byteLength;
  }
}

function checkFormat({ channels, bitsPerSample }: FrameHeader, format: FrameFormat): void {
  if (channels === format.channels && (bitsPerSample === 0 || bitsPerSample === format.bitsPerSample)) return;
  throw new FlacError(
    'FLAC_FORMAT_CHANGED',
    `the frame has ${channels} channels of ${bitsPerSample || format.bitsPerSample} bits, the stream ` +
      `${format.channels} of ${format.bitsPerSample}`,
    { expected: { ...format }, actual: { channels, bitsPerSample } },
  );
}
