import { type ByteSource, type Codec, errorCode, INDEX_WIDTH, type StreamSummary } from '@zarr-audio/codec';
import type { RowChunks } from '@zarr-audio/packet-index';
import { type BlobReader, createRowsWriter, openRows, parseArrayMetadata } from '../arrays/index';
import { StoreError } from '../errors';
import { memoryStorage } from '../storage';
import { SORTED_COLUMNS } from '../store-layout';
import { sortedRows } from './sorted-rows';

/** What the attributes of a recording say of its packets. */
export type KnownStream = Pick<StreamSummary, 'packets' | 'totalSamples' | 'gaps' | 'trims'>;

export interface ScanOptions {
  readonly codec: Codec;
  readonly blob: BlobReader;
  readonly known: KnownStream;
  readonly chunkRows: number;
  /** Why the stored index can't be used: thrown if the blob does not give another one. */
  readonly lost: Error;
  readonly signal: AbortSignal;
}

/**
 * The rows of a blob again, by going through all of it, in the memory of some 2.5 bytes a packet.
 *
 * @throws {StoreError} the code of `lost` if the blob holds other packets than the attributes say, or is damaged itself
 *   (`cause`): rows that might belong to other packets are not used.
 */
export async function scanIndex({ codec, blob, known, chunkRows, lost, signal }: ScanOptions): Promise<RowChunks> {
  const storage = memoryStorage();
  const writer = createRowsWriter(storage, '/index', INDEX_WIDTH, { chunkRows, sorted: SORTED_COLUMNS.index });
  let summary: StreamSummary | undefined;
  try {
    // Nothing is measured: the rows of seek points are dropped.
    for await (const event of codec.scan(blobSource(blob), { signal, seekPoints: 'grid' })) {
      if (event.type === 'piece') await writer.append(event.rows);
      if (event.type === 'end') summary = event.summary;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!isPermanent(error)) throw error;
    throw notRebuilt(lost, "the blob can't be read through either", error);
  }
  signal.throwIfAborted();
  if (!summary || !agrees(summary, known))
    throw notRebuilt(lost, 'the blob does not hold the packets that it had', lost);
  const { metadata } = await writer.finish();
  return sortedRows(
    openRows(storage, '/index', parseArrayMetadata(metadata, '/index')),
    SORTED_COLUMNS.index.attribute,
  );
}

function blobSource(blob: BlobReader): ByteSource {
  return { name: 'blob', byteLength: blob.byteLength, open: (options) => blob.stream(0, blob.byteLength, options) };
}

function agrees(summary: KnownStream, known: KnownStream): boolean {
  const facts = ({ packets, totalSamples, gaps, trims }: KnownStream) =>
    JSON.stringify([packets, totalSamples, gaps.map(({ end, samples }) => [end, samples]), trims]);
  return facts(summary) === facts(known);
}

/** Not the storage, which may do better next time, nor a mistake in a program. */
function isPermanent(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && !code.startsWith('STORE_');
}

function notRebuilt(lost: Error & { code?: string }, why: string, cause: unknown): StoreError {
  const details = 'details' in lost ? (lost.details as Record<string, unknown>) : {};
  return new StoreError(lost.code!, `${lost.message}; and ${why}`, details, cause);
}
