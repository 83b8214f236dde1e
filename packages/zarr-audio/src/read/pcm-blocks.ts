import type { PacketDecoder, PcmBlock } from '@zarr-audio/codec';
import { StoreError } from '../errors';
import { type AssembledBlock, BlockAssembly, type BlockRequest } from './block-assembly';
import { indexReach } from './index-reach';
import { type DecodeOptions, decodeRange } from './range-decoder';
import type { RangeParts } from './range-parts';
import type { SampleMap } from './sample-map';

/** What blocks of samples are read from. */
export interface BlockSource {
  /** Of the recording, for messages. */
  readonly id: string;
  readonly parts: RangeParts;
  readonly samples: SampleMap;
}

/** Room for so many frames is made before it is known whether the index has them. */
const UNPROVED_FRAMES = 2 ** 20;

/**
 * The samples of a range in blocks, decoded in one pass. An empty range has no block.
 *
 * @throws {StoreError} `INDEX_INCONSISTENT` if the index has fewer samples, or holes that the attributes don't know; what
 *   `decodeRange` throws
 */
export async function* readBlocks(
  source: BlockSource,
  decoder: PacketDecoder,
  request: BlockRequest,
  options: DecodeOptions,
): AsyncGenerator<PcmBlock> {
  const { parts, samples } = source;
  const { start, end, blockFrames } = request;
  const { signal } = options;
  signal?.throwIfAborted();
  if (Math.min(blockFrames, end - start) > UNPROVED_FRAMES) await checkReach(source, decoder, request, signal);
  const assembly = new BlockAssembly(parts.description, request);
  const complete = (block: AssembledBlock): PcmBlock => ({
    ...block,
    gaps: samples.gapsWithin(parts.gaps, block.start, block.start + block.frames),
  });
  for (const stretch of samples.stretches(start, end)) {
    const before = assembly.frames;
    const decodedEnd = stretch.decoded + stretch.samples;
    for await (const spans of decodeRange(parts, decoder, stretch.decoded, decodedEnd, options)) {
      signal?.throwIfAborted();
      for (const span of spans) {
        for (const block of assembly.add(span, stretch)) {
          yield complete(block);
          signal?.throwIfAborted();
        }
      }
    }
    checkHoles(source, stretch.start, stretch.start + stretch.samples, stretch.samples - (assembly.frames - before));
  }
  for (const block of assembly.finish()) yield complete(block);
}

/** No room is made for samples that the index does not have: `total_samples` may claim any number. */
async function checkReach(
  { id, parts, samples }: BlockSource,
  decoder: PacketDecoder,
  { start, end }: BlockRequest,
  signal: AbortSignal | undefined,
): Promise<void> {
  const last = samples.stretches(start, end).at(-1)!;
  const reach = await indexReach(parts.index, decoder.maxPacketFrames, { signal });
  if (last.decoded + last.samples <= reach) return;
  throw new StoreError(
    'INDEX_INCONSISTENT',
    `recording ${id}: its index ends at sample ${reach}, before [${start}, ${end}) does: rebuild it with reindex`,
    { recording: id, start, end, reach },
  );
}

/** What no packet gave has to be a hole that the attributes know: zeros are never made up. */
function checkHoles({ id, parts, samples }: BlockSource, start: number, end: number, missing: number): void {
  const known = samples.gapsWithin(parts.gaps, start, end).reduce((sum, gap) => sum + gap.samples, 0);
  if (missing === known) return;
  throw new StoreError(
    'INDEX_INCONSISTENT',
    `recording ${id}: the index has no packets for ${missing} of the samples [${start}, ${end}), and the ` +
      `attributes know of ${known} that are missing: rebuild the index with reindex`,
    { recording: id, start, end, missing, known },
  );
}
