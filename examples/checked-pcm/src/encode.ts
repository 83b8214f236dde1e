import {
  CodedError,
  type EncodeOptions,
  type EncoderPlan,
  type IngestEvent,
  type JsonObject,
  type PcmSource,
} from '@zarr-audio/codec';
import { describeHeader } from './description.js';
import {
  createBlock,
  type FileHeader,
  frameBytes,
  impossible,
  samplesOf,
  sealBlock,
  writeEnd,
  writeFileHeader,
} from './format.js';
import { NO_SEEK_ROWS } from './ingest.js';
import { toFileBytes } from './samples.js';
import { Timeline } from './timeline.js';

/** A block of 4-byte samples is then about a chunk of the blob's array (64 KiB): a read fetches little that it does not need. */
const DEFAULT_BLOCK_SAMPLES = 16_384;

/**
 * Any rate and any number of channels are taken as they are. The only option is `block_frames`. All options are in the plan, with their
 * defaults: the store makes the recording's id of them.
 *
 * @throws {CodedError} `CPCM_BAD_OPTION`
 */
export function planEncoding(format: { sampleRate: number; channels: number }, options: JsonObject): EncoderPlan {
  const { sampleRate, channels } = format;
  const defaultFrames = Math.max(1, Math.floor(DEFAULT_BLOCK_SAMPLES / channels));
  const { block_frames: blockFrames = defaultFrames, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw badOption(`there is no option '${unknown}'`);
  if (typeof blockFrames !== 'number') throw badOption('block_frames is a number');
  // Which type the samples have is not known yet; none has more bytes than these.
  const problem = impossible({ sampleRate, channels, sampleType: 'int32', bitsPerSample: 32, blockFrames });
  if (problem) throw badOption(problem);
  return { sampleRate, options: { block_frames: blockFrames } };
}

/**
 * PCM in, a file of checked PCM out, with its rows: each block as soon as it is full.
 *
 * @throws {CodedError} `SOURCE_NO_AUDIO`, and what `planEncoding` throws; what the PCM throws; the signal's reason
 */
export async function* encodeCheckedPcm(
  pcm: PcmSource,
  { options, signal }: EncodeOptions,
): AsyncGenerator<IngestEvent> {
  const plan = planEncoding(pcm.format, options);
  const header: FileHeader = { ...pcm.format, blockFrames: plan.options.block_frames as number };
  const writer = new BlockWriter(header);
  const { container, codec, tags } = pcm;
  const { sampleRate, channels } = pcm.original ?? pcm.format;
  yield {
    type: 'stream',
    stream: 0,
    description: describeHeader(header),
    source: { container, codec, sampleRate, channels, tags },
    verbatim: false,
    encoder: { library: 'checked-pcm', options: plan.options },
  };
  yield writer.piece(writeFileHeader(header));
  for await (const samples of pcm.blocks({ signal })) {
    signal?.throwIfAborted();
    for (const block of writer.add(toFileBytes(samples))) yield writer.piece(block);
  }
  const last = writer.finish();
  if (last) yield writer.piece(last);
  const { timeline } = writer;
  if (timeline.rows.packets === 0) throw new CodedError('SOURCE_NO_AUDIO', 'the source holds not one sample');
  yield writer.piece(writeEnd(timeline.rows.packets));
  yield { type: 'end', stream: 0, summary: timeline.summarize(pcm.repairs()) };
}

/** Cuts samples into blocks. */
class BlockWriter {
  readonly timeline: Timeline;
  readonly #header: FileHeader;
  readonly #pending: Uint8Array;
  #pendingBytes = 0;
  #position = 0;

  constructor(header: FileHeader) {
    this.#header = header;
    this.timeline = new Timeline(header.blockFrames);
    this.#pending = new Uint8Array(header.blockFrames * frameBytes(header));
  }

  /** @returns The blocks that have become full, each after the one before was handed on. */
  *add(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.#pending.length - this.#pendingBytes);
      this.#pending.set(part, this.#pendingBytes);
      this.#pendingBytes += part.length;
      at += part.length;
      if (this.#pendingBytes === this.#pending.length) yield this.#block();
    }
  }

  /** What is left, which fills no block. */
  finish(): Uint8Array | undefined {
    return this.#pendingBytes > 0 ? this.#block() : undefined;
  }

  /** The next bytes of the blob, with the row of the block that they are, if they are one. */
  piece(bytes: Uint8Array): IngestEvent {
    this.#position += bytes.length;
    return { type: 'piece', stream: 0, bytes, rows: this.timeline.rows.take(), seekRows: NO_SEEK_ROWS };
  }

  #block(): Uint8Array {
    const { packets } = this.timeline.rows;
    const frames = this.#pendingBytes / frameBytes(this.#header);
    const block = createBlock(this.#header, packets, frames);
    samplesOf(block).set(this.#pending.subarray(0, this.#pendingBytes));
    sealBlock(block);
    this.#pendingBytes = 0;
    this.timeline.add(packets, frames, this.#position, block.length);
    return block;
  }
}

function badOption(why: string): CodedError {
  return new CodedError('CPCM_BAD_OPTION', `checked PCM can't be encoded so: ${why}`, { why });
}
