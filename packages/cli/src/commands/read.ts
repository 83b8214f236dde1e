import {
  type Gap,
  type PcmBlock,
  type PcmData,
  type SampleType,
  type StreamDescription,
  UNMEASURED,
} from '@zarr-audio/codec';
import {
  encodeWavHeader,
  encodeWavSamples,
  reorderChannels,
  vorbisToWavOrder,
  type WavOutput,
  wavTrailer,
} from '@zarr-audio/wav';
import type { AudioStore, TimelineReadOptions } from 'zarr-audio';
import { print, printJson } from '../output';
import { writeOutputFile } from '../output-file';
import { openStoreAt } from '../stores';
import { openTimeRange, TIME_OPTIONS, timelineJson, timeRangeOf } from '../time-range';
import { noMore, oneOf, parseCommand, UsageError, wholeNumber } from '../usage';

const OPTIONS = {
  start: { type: 'string' },
  end: { type: 'string' },
  dtype: { type: 'string' },
  decoder: { type: 'string' },
  seek: { type: 'string' },
  output: { type: 'string', short: 'o' },
  ...TIME_OPTIONS,
} as const;

/** `read <store> [<id>] -o <file.wav|file.raw|->`, in bounded memory whatever the length. */
export async function readCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, OPTIONS, ['<store>']);
  noMore(positionals, 2);
  const output = values.output;
  if (output === undefined) throw new UsageError('missing: -o <file.wav|file.raw|->');
  if (output !== '-' && !/\.(wav|raw)$/i.test(output))
    throw new UsageError(`-o: '${output}' is neither .wav nor .raw nor -`);
  const [storePath, id] = positionals as [string, string | undefined];
  const range = timeRangeOf(values, id);
  const start = wholeNumber('start', values.start);
  const end = wholeNumber('end', values.end);
  const dtype = oneOf('dtype', values.dtype, ['auto', 'int16', 'int32', 'float32']);
  const decoder = oneOf('decoder', values.decoder, ['auto', 'native', 'wasm']);
  const seek = oneOf('seek', values.seek, ['exact', 'fast']);
  const store = await openStoreAt(storePath);
  const options = {
    ...(dtype === undefined ? {} : { dtype }),
    ...(decoder === undefined ? {} : { decoder }),
    ...(seek === undefined ? {} : { seek }),
  };
  const timeline = range && (await openTimeRange(store, id, range));
  const source = timeline ?? (await samplesOf(store, id!, start, end));
  const gaps: Gap[] = [];
  const blocks = reported(source.blocks(options), gaps);
  if (output === '-') {
    for await (const block of blocks) await print(littleEndian(block.data));
  } else {
    await writeSamples(output, wavOutput(source, dtype ?? 'auto'), blocks);
  }
  if (!timeline) return 0;
  if (values.json) await (output === '-' ? tellJson : printJson)(timelineJson(range, timeline, gaps));
  return timeline.broken.length > 0 ? 1 : 0;
}

/** What is written: a recording, or a range of time. */
interface SampleSource {
  readonly description: StreamDescription;
  readonly frames: number;
  blocks(options: TimelineReadOptions): AsyncIterable<PcmBlock>;
}

async function samplesOf(store: AudioStore, id: string, first?: number, last?: number): Promise<SampleSource> {
  const recording = await store.find(id);
  const { description, totalSamples } = recording;
  const [start, end] = [first ?? 0, last ?? totalSamples];
  return { description, frames: end - start, blocks: (options) => recording.blocks({ ...options, start, end }) };
}

/** Standard output is taken by samples. */
async function tellJson(value: unknown): Promise<void> {
  process.stderr.write(`${JSON.stringify(value)}\n`);
}

async function writeSamples(path: string, output: WavFile, blocks: AsyncIterable<PcmBlock>): Promise<void> {
  const isWav = /\.wav$/i.test(path);
  await writeOutputFile(path, async (append) => {
    if (isWav) await append(encodeWavHeader(output));
    for await (const { data } of blocks) {
      await append(isWav ? encodeWavSamples(wavSamples(data, output), output) : littleEndian(data));
    }
    if (isWav) await append(wavTrailer(output));
  });
}

interface WavFile extends WavOutput {
  /** For each channel of the file, its number in the recording; undefined if they stay. */
  readonly order: readonly number[] | undefined;
  /** Bits by which samples are moved up to fill theirs. */
  readonly shift: number;
}

/**
 * What the samples of a read are, as a WAV says it. Up to 16 bits that are asked for as int32 fill all 32: few programs
 * honour fewer valid bits than a sample has.
 */
function wavOutput({ description, frames }: SampleSource, dtype: SampleType | 'auto'): WavFile {
  const { sampleRate, channels } = description;
  const sampleType = dtype === 'auto' ? description.sampleType : dtype;
  const isWidened = sampleType === 'int32' && description.bitsPerSample <= 16;
  const bitsPerSample = isWidened || sampleType === 'float32' ? 32 : description.bitsPerSample;
  const shift = isWidened ? 32 - description.bitsPerSample : 0;
  const family = mappingFamily(description);
  const order = family === 1 ? vorbisToWavOrder(channels) : undefined;
  const isDiscrete = family > 1;
  return { sampleRate, channels, sampleType, bitsPerSample, frames, isDiscrete, shift, order };
}

/** Opus has surround in Vorbis' order (family 1), and channels without speakers (2, 3, 255). RFC 7845 §5.1.1 */
function mappingFamily({ codec, attributes: { channel_mapping: mapping } }: StreamDescription): number {
  const isMapping = codec === 'opus' && typeof mapping === 'object' && mapping !== null && !Array.isArray(mapping);
  return isMapping && typeof mapping.family === 'number' ? mapping.family : 0;
}

function wavSamples(data: PcmData, { order, shift }: WavFile): PcmData {
  const ordered = order ? reorderChannels(data, order) : data;
  return shift === 0 || !(ordered instanceof Int32Array) ? ordered : ordered.map((sample) => sample << shift);
}

/**
 * Tells on standard error of what was crossed: holes, and places that are not those of a sequential decode.
 *
 * @param gaps  Where the holes are put, too; one that lies in several blocks is one.
 */
async function* reported(blocks: AsyncIterable<PcmBlock>, gaps: Gap[]): AsyncGenerator<PcmBlock> {
  let maxDiff = 0;
  for await (const block of blocks) {
    maxDiff = Math.max(maxDiff, block.maxDiff);
    for (const gap of block.gaps) {
      const before = gaps.at(-1);
      const goesOn = before?.end === gap.end - gap.samples;
      gaps.push(goesOn ? { end: gap.end, samples: gaps.pop()!.samples + gap.samples } : gap);
    }
    yield block;
  }
  for (const { end, samples } of gaps) {
    process.stderr.write(`zarr-audio read: no audio in samples [${end - samples}, ${end}): zeros\n`);
  }
  if (maxDiff === 0) return;
  const difference = maxDiff === UNMEASURED ? 'not measured' : `at most ${maxDiff} of 32768`;
  process.stderr.write(`zarr-audio read: difference from a sequential decode: ${difference}\n`);
}

/** Samples as bytes, little-endian as they are on every machine that Node runs on. */
function littleEndian(data: PcmData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
