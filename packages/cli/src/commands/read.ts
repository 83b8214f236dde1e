import { type Gap, type PcmBlock, type PcmData, type StreamDescription, UNMEASURED } from '@zarr-audio/codec';
import { encodeWavHeader, encodeWavSamples, wavTrailer } from '@zarr-audio/wav';
import type { AudioStore, TimelineReadOptions } from 'zarr-audio';
import { print, printJson, tell } from '../output';
import { writeOutputFile } from '../output-file';
import { openStoreAt } from '../stores';
import { openTimeRange, TIME_OPTIONS, timelineJson, timeRangeOf } from '../time-range';
import { noMore, oneOf, parseCommand, UsageError, wholeNumber } from '../usage';
import { keptChunks, type WavFile, wavOutput, wavSamples } from '../wav-output';

const OPTIONS = {
  start: { type: 'string' },
  end: { type: 'string' },
  dtype: { type: 'string' },
  decoder: { type: 'string' },
  seek: { type: 'string' },
  output: { type: 'string', short: 'o' },
  expand: { type: 'string' },
  metadata: { type: 'boolean' },
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
  const expansion = expansionOf(values.expand);
  if (expansion !== 1 && !isWavPath(output)) throw new UsageError('--expand is for .wav files: samples have no rate');
  const isWhole = !range && start === undefined && end === undefined;
  if (values.metadata && !(isWhole && expansion === 1 && isWavPath(output)))
    throw new UsageError('--metadata is for a whole recording in a .wav file, at its own rate');
  const store = await openStoreAt(storePath);
  const options = {
    ...(dtype === undefined ? {} : { dtype }),
    ...(decoder === undefined ? {} : { decoder }),
    ...(seek === undefined ? {} : { seek }),
  };
  const timeline = range && (await openTimeRange(store, id, range));
  const source: SampleSource = timeline ?? (await samplesOf(store, id!, start, end));
  const gaps: Gap[] = [];
  const blocks = reported(source.blocks(options), gaps);
  if (output === '-') {
    for await (const block of blocks) await print(littleEndian(block.data));
  } else {
    if (values.metadata) requireSourceRate(source);
    const chunks = values.metadata ? keptChunks(await (await store.find(id!)).metadataPieces()) : [];
    const { description, frames, tags } = source;
    await writeSamples(output, wavOutput({ description, frames, dtype, expansion, chunks, tags }), blocks);
  }
  if (!timeline) return 0;
  if (values.json) await (output === '-' ? tellJson : printJson)(timelineJson(range, timeline, gaps));
  return timeline.broken.length > 0 ? 1 : 0;
}

/** Chunks count samples: times, cue points. */
function requireSourceRate({ description: { sampleRate }, sourceRate }: SampleSource): void {
  if (sampleRate === sourceRate) return;
  throw new UsageError(
    `--metadata: the recording has ${sampleRate} Hz and its source had ${sourceRate}: what the chunks count in samples would be wrong`,
  );
}

/** How many times slower a WAV is to be played. */
function expansionOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const factor = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(factor > 0)) throw new UsageError(`--expand must be a number, not '${text}'`);
  return factor;
}

/** What is written: a recording, or a range of time. */
interface SampleSource {
  readonly description: StreamDescription;
  readonly frames: number;
  /** Of the one recording that it is. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Hz; of what it was made of. */
  readonly sourceRate?: number;
  blocks(options: TimelineReadOptions): AsyncIterable<PcmBlock>;
}

async function samplesOf(store: AudioStore, id: string, first?: number, last?: number): Promise<SampleSource> {
  const recording = await store.find(id);
  const { description, totalSamples } = recording;
  const [start, end] = [first ?? 0, last ?? totalSamples];
  // Says what is wrong with it, before a header counts the samples.
  if (end < start) await recording.read({ start, end });
  const { tags, sampleRate } = recording.info.source;
  return {
    description,
    frames: end - start,
    tags,
    sourceRate: sampleRate,
    blocks: (options) => recording.blocks({ ...options, start, end }),
  };
}

/** Standard output is taken by samples. */
async function tellJson(value: unknown): Promise<void> {
  process.stderr.write(`${JSON.stringify(value)}\n`);
}

async function writeSamples(path: string, output: WavFile, blocks: AsyncIterable<PcmBlock>): Promise<void> {
  const isWav = isWavPath(path);
  await writeOutputFile(path, async (append) => {
    if (isWav) await append(encodeWavHeader(output));
    for await (const { data } of blocks) {
      await append(isWav ? encodeWavSamples(wavSamples(data, output), output) : littleEndian(data));
    }
    if (isWav) await append(wavTrailer(output));
  });
}

const isWavPath = (path: string) => /\.wav$/i.test(path);

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
    tell(`zarr-audio read: no audio in samples [${end - samples}, ${end}): zeros`);
  }
  if (maxDiff === 0) return;
  const difference = maxDiff === UNMEASURED ? 'not measured' : `at most ${maxDiff} of 32768`;
  tell(`zarr-audio read: difference from a sequential decode: ${difference}`);
}

/** Samples as bytes, little-endian as they are on every machine that Node runs on. */
function littleEndian(data: PcmData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
