import type { EncodeOptions, EncoderPlan, IngestEvent, JsonObject, PcmData, PcmSource } from '@zarr-audio/codec';
import { ReferenceCodecError } from '../errors';
import { crc32 } from './crc32';
import { describeHeader } from './description';
import { type FileHeader, MAX_BLOCK_FRAMES, MAX_CHANNELS, MAX_SAMPLES, writeBlock, writeFileHeader } from './format';
import { NO_SEEK_ROWS } from './ingest';
import { Timeline } from './timeline';

const DEFAULT_BLOCK_FRAMES = 1024;

/** @throws {ReferenceCodecError} `TOO_MANY_CHANNELS`, `REFERENCE_BAD_OPTION` */
export function planEncoding(format: { sampleRate: number; channels: number }, options: JsonObject): EncoderPlan {
  const { sampleRate, channels } = format;
  if (channels > MAX_CHANNELS) {
    const message = `the reference codec takes up to ${MAX_CHANNELS} channels, and the source has ${channels}`;
    throw new ReferenceCodecError('TOO_MANY_CHANNELS', message, { channels });
  }
  const { block_frames: frames = DEFAULT_BLOCK_FRAMES, ...others } = options;
  const [key] = Object.keys(others);
  if (key !== undefined) throw new ReferenceCodecError('REFERENCE_BAD_OPTION', `there is no option '${key}'`, { key });
  if (typeof frames !== 'number' || !Number.isInteger(frames) || frames < 1 || frames > MAX_BLOCK_FRAMES) {
    const message = `block_frames must be an integer from 1 to ${MAX_BLOCK_FRAMES}, not ${frames}`;
    throw new ReferenceCodecError('REFERENCE_BAD_OPTION', message, { key: 'block_frames', value: frames });
  }
  return { sampleRate, options: { block_frames: frames } };
}

/**
 * PCM of integers into blocks. It is read twice: the header in front says how many samples come, and their CRC-32.
 *
 * @throws {ReferenceCodecError} `REFERENCE_BAD_PCM`, `SOURCE_NO_AUDIO`, `SOURCE_CHANGED`, and what `planEncoding` throws.
 */
export async function* encodeBlocks(pcm: PcmSource, { options, signal }: EncodeOptions): AsyncGenerator<IngestEvent> {
  const { sampleRate, channels, bitsPerSample } = pcm.format;
  const plan = planEncoding(pcm.format, options);
  const blockFrames = plan.options.block_frames as number;
  const { totalSamples, audioCrc32 } = await survey(pcm, signal);
  const header: FileHeader = { sampleRate, channels, bitsPerSample, blockFrames, totalSamples, audioCrc32 };
  const { container, codec, original = pcm.format, tags } = pcm;
  yield {
    type: 'stream',
    stream: 0,
    description: describeHeader(header),
    source: { container, codec, sampleRate: original.sampleRate, channels: original.channels, tags },
    verbatim: false,
    encoder: { library: 'reference', options: plan.options },
  };
  const timeline = new Timeline();
  const head = writeFileHeader(header);
  yield { type: 'piece', stream: 0, bytes: head, rows: NO_SEEK_ROWS, seekRows: NO_SEEK_ROWS };
  let byteOffset = head.length;
  let firstSample = 0;
  let crc = 0;
  for await (const pcmBlock of blocksOf(pcm, blockFrames * channels, signal)) {
    const samples = storedSamples(pcmBlock, bitsPerSample);
    crc = crc32(samples, crc);
    const block = { firstSample, frames: pcmBlock.length / channels };
    const bytes = writeBlock(block, samples);
    timeline.add({ type: 'block', byteOffset, byteLength: bytes.length, block, samples });
    yield { type: 'piece', stream: 0, bytes, rows: timeline.takeRows(), seekRows: NO_SEEK_ROWS };
    byteOffset += bytes.length;
    firstSample += block.frames;
  }
  if (crc !== audioCrc32 || firstSample !== totalSamples) {
    throw new ReferenceCodecError('SOURCE_CHANGED', 'the source gave other samples when it was read again');
  }
  yield { type: 'end', stream: 0, summary: { ...timeline.summarize(totalSamples), repairs: [...pcm.repairs()] } };
}

async function survey(pcm: PcmSource, signal: AbortSignal | undefined) {
  const { channels, bitsPerSample } = pcm.format;
  let totalSamples = 0;
  let audioCrc32 = 0;
  for await (const samples of pcm.blocks({ signal })) {
    signal?.throwIfAborted();
    audioCrc32 = crc32(storedSamples(samples, bitsPerSample), audioCrc32);
    totalSamples += samples.length / channels;
  }
  signal?.throwIfAborted();
  if (totalSamples === 0) throw new ReferenceCodecError('SOURCE_NO_AUDIO', 'the source holds not one sample');
  if (totalSamples > MAX_SAMPLES) {
    throw new ReferenceCodecError('REFERENCE_BAD_PCM', `a file takes up to ${MAX_SAMPLES} samples`, { totalSamples });
  }
  return { totalSamples, audioCrc32 };
}

/** The samples of PCM, so many in a block, the last one shorter. */
async function* blocksOf(pcm: PcmSource, length: number, signal: AbortSignal | undefined): AsyncGenerator<Int32Array> {
  let block = new Int32Array(length);
  let filled = 0;
  for await (const samples of pcm.blocks({ signal })) {
    signal?.throwIfAborted();
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + length - filled);
      block.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < length) continue;
      yield block;
      block = new Int32Array(length);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** As they lie in a block. @throws {ReferenceCodecError} `REFERENCE_BAD_PCM` */
function storedSamples(samples: PcmData, bitsPerSample: number): Uint8Array {
  if (samples instanceof Float32Array) {
    throw new ReferenceCodecError('REFERENCE_BAD_PCM', 'the reference codec takes integers, not float32');
  }
  const width = bitsPerSample > 16 ? 4 : 2;
  const bytes = new Uint8Array(samples.length * width);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < samples.length; i++) {
    if (width === 2) view.setInt16(2 * i, samples[i]!, true);
    else view.setInt32(4 * i, samples[i]!, true);
  }
  return bytes;
}
