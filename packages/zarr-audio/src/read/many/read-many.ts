import type { PcmBlock, SampleType } from '@zarr-audio/codec';
import { outputType } from '../pcm-assembly';
import { GroupReader } from './group-reader';
import type { ManySource } from './many-source';
import { PendingRange } from './pending-range';
import { RangeFeed } from './range-feed';
import { type QueuedResult, ResultQueue } from './result-queue';
import { RunDecoder } from './run-decoder';
import type { RangeResult, ReadManyOptions, SampleRange, SampleRanges } from './sample-range';

/** Ranges that are read together, at most: for those that are short. */
const GROUP_RANGES = 1024;
/** What a range costs besides its samples. */
const RANGE_BYTES = 1024;
const DEFAULT_MAX_BYTES = 64 * 2 ** 20;

/**
 * `Recording.readMany`, a result a range: those that fail are results too.
 *
 * @throws what `Codec.createDecoder` throws; what `ranges` throws, after the results of those before; the signal's reason
 */
export async function* readRanges<R extends SampleRange>(
  source: ManySource,
  ranges: SampleRanges<R>,
  { dtype = 'auto', decoder: backend, seek = 'exact', maxBytes = DEFAULT_MAX_BYTES, signal }: ReadManyOptions,
): AsyncGenerator<RangeResult<R>> {
  if (!(maxBytes >= 1)) throw new RangeError(`maxBytes: ${maxBytes}`);
  signal?.throwIfAborted();
  const type = outputType(dtype, source.parts.description);
  const decoder = await RunDecoder.create(source, backend);
  const leaving = new AbortController();
  const either = signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal;
  either.throwIfAborted();
  const queue = new ResultQueue<R>(maxBytes / 2);
  either.addEventListener('abort', () => queue.abort(either.reason), { once: true });
  const feed = new RangeFeed(ranges);
  const reader = new GroupReader(source, decoder, { seek, maxBytes, signal: either });
  const pend = (range: R, order: number) => pendingRange(source, type, range, order);
  readGroups(feed, pend, queue, reader).then(
    () => queue.end(),
    (error: unknown) => queue.end({ error }),
  );
  try {
    for (let result = await queue.take(); result; result = await queue.take()) {
      signal?.throwIfAborted();
      yield await resultOf(result);
    }
  } finally {
    leaving.abort();
    feed.close();
  }
}

/** The same with blocks alone: the first range that fails ends it. */
export async function* readBlocksOf(results: AsyncGenerator<RangeResult>): AsyncGenerator<PcmBlock> {
  for await (const { block, error } of results) {
    if (!block) throw error;
    yield block;
  }
}

/** Group by group, each as large as the queue lets it be. */
async function readGroups<R extends SampleRange>(
  feed: RangeFeed<R>,
  pend: (range: R, order: number) => PendingRange,
  queue: ResultQueue<R>,
  reader: GroupReader,
): Promise<void> {
  let order = 0;
  while (await queue.room()) {
    let next = await feed.peek();
    if (!next) return;
    const group: PendingRange[] = [];
    let groupBytes = 0;
    do {
      const pending = pend(next.range, order++);
      const bytes = RANGE_BYTES + pending.bytes;
      if (!queue.fits(groupBytes, bytes)) break;
      feed.take();
      queue.add({ range: next.range, pending, bytes });
      groupBytes += bytes;
      if (pending.isOpen) group.push(pending);
      const isFull = group.length === GROUP_RANGES || !(await feed.isReady());
      next = isFull ? undefined : await feed.peek().catch(() => undefined);
    } while (next);
    await reader.read(group);
  }
}

/** One that has failed already, if the range is none. */
function pendingRange(source: ManySource, type: SampleType, range: SampleRange, order: number): PendingRange {
  try {
    return new PendingRange(source, type, source.check(range), order);
  } catch (error) {
    const none = new PendingRange(source, type, { start: 0, end: 0 }, order);
    none.fail(error);
    return none;
  }
}

async function resultOf<R extends SampleRange>({ range, pending }: QueuedResult<R>): Promise<RangeResult<R>> {
  try {
    return { range, block: await pending.block };
  } catch (error) {
    return { range, error };
  }
}
